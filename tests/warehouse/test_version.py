"""La version se lit champ à champ, et sait dire de quoi elle n'a pas été calculée."""

from dataclasses import asdict, replace
from datetime import datetime

import pandas as pd
import pytest

from barometre.domain.version import INGREDIENTS, Version
from barometre.warehouse.repository import build_version
from tests.mini import EMPREINTES

LIGNE = {
    "version_id": "v1", "creee_le": pd.Timestamp("2026-11-22 08:00"), "simulee": True, "code_version": "1",
    "commentaire": "", **asdict(EMPREINTES),
}  # fmt: skip


def test_la_ligne_de_la_table_devient_une_version() -> None:
    version = build_version(pd.Series(LIGNE))
    assert version == Version("v1", datetime(2026, 11, 22, 8), True, "1", "", EMPREINTES)
    assert version.nature == "réponses simulées"


def test_une_colonne_absente_se_voit() -> None:
    with pytest.raises(KeyError, match="code_version"):
        build_version(pd.Series({nom: v for nom, v in LIGNE.items() if nom != "code_version"}))


def test_chaque_ingredient_se_nomme_quand_il_change() -> None:
    assert set(INGREDIENTS) == set(asdict(EMPREINTES))
    assert EMPREINTES.list_differences(EMPREINTES) == []
    for champ, mot in INGREDIENTS.items():
        assert EMPREINTES.list_differences(replace(EMPREINTES, **{champ: "autre"})) == [mot]
