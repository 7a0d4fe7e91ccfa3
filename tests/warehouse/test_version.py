"""La version se lit champ à champ ; un nom mal écrit échoue au lieu de rendre du vide."""

from datetime import datetime

import pandas as pd
import pytest

from barometre.domain.version import Version
from barometre.warehouse.repository import build_version

LIGNE = {
    "version_id": "v1", "creee_le": pd.Timestamp("2026-11-22 08:00"), "simulee": True, "code_version": "1",
    "catalogue_empreinte": "abc", "commentaire": "",
}  # fmt: skip


def test_la_ligne_de_la_table_devient_une_version() -> None:
    version = build_version(pd.Series(LIGNE))
    assert version == Version("v1", datetime(2026, 11, 22, 8), True, "1", "abc", "")
    assert version.nature == "réponses simulées"


def test_une_colonne_inconnue_ou_absente_se_voit() -> None:
    with pytest.raises(TypeError, match="simule"):
        build_version(pd.Series({**LIGNE, "simule": True}))
    with pytest.raises(TypeError):
        build_version(pd.Series({nom: v for nom, v in LIGNE.items() if nom != "code_version"}))
