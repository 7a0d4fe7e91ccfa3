"""Les pratiques des pairs en moyenne : une somme de parts du même groupe, ou rien."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from barometre.views.collectivite.distribution import Distribution, build_distribution
from barometre.views.collectivite.pairs import ChiffrePair
from barometre.views.lecture.chiffres import read_chiffres
from tests.views.fausse_porte import build_indicateur, cachee, cellule

UN, DEUX = build_indicateur("un"), build_indicateur("deux")


def _distribution(*lignes: dict[str, object], elargi: bool = False) -> Distribution:
    chiffres = read_chiffres(pd.DataFrame(list(lignes)))
    pairs = {
        c.indicateur_id: ChiffrePair(UN, c, elargi=elargi and rang == 1) for rang, c in enumerate(chiffres)
    }
    return build_distribution(SimpleNamespace(chiffres=pairs), [UN, DEUX])  # type: ignore[arg-type]


def test_la_moyenne_est_la_somme_des_parts() -> None:
    deux = _distribution(cellule("un", redresse=0.5), cellule("deux", redresse=0.75))
    assert deux.moyenne == pytest.approx(1.25)
    assert deux.phrase == "En moyenne 1,3 pratique sur 2 chez vos pairs."
    assert Distribution(8, 2.0).phrase == "En moyenne 2,0 pratiques sur 8 chez vos pairs."


def test_une_part_d_un_autre_cercle_cachee_ou_absente_tait_la_moyenne() -> None:
    """Sommer des parts de deux publics ne serait la moyenne de personne."""
    un, autre = cellule("un", redresse=0.5), cellule("deux", redresse=0.75)
    assert _distribution(un, autre, elargi=True).moyenne is None
    assert _distribution(un, cachee("deux")).moyenne is None
    assert _distribution(un).moyenne is None
    assert build_distribution(SimpleNamespace(chiffres={}), []).phrase == ""  # type: ignore[arg-type]
