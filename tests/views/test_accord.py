"""Ce que les faits de l'État disent des poids : ceux du calage n'en disent rien."""

from __future__ import annotations

from typing import Any

import pandas as pd

from barometre.domain.ecarts import CALE, DEDANS, ECART
from barometre.views.comprendre.accord import VueAccord, list_faits

FAITS = [
    (ECART, "fibre", -0.03, "Fibre."), (DEDANS, "fibre", 0.0, "Fibre."),
    (ECART, "poste", 0.01, "Poste."), (DEDANS, "poste", 1.0, "Poste."),
    (CALE, "Urbain", 0.2, "Densité."),
]  # fmt: skip


def _vue(*faits: tuple[Any, ...]) -> VueAccord:
    qualite = pd.DataFrame(list(faits), columns=["cle", "objet", "valeur", "phrase"])
    return VueAccord((), (), list_faits(qualite))


def test_seuls_les_faits_hors_du_calage_eprouvent_les_poids() -> None:
    vue = _vue(*FAITS)
    assert vue.phrase_poids.startswith("Sur 2\u00a0faits")
    assert "1 ont leur vraie valeur" in vue.phrase_poids
    assert "3,0\u00a0points" in vue.phrase_poids  # pas 20, l'écart du calage
    assert vue.table["fait"].tolist() == ["Fibre.", "Poste.", "Densité."]


def test_des_faits_tous_du_calage_n_eprouvent_rien() -> None:
    assert "aucun ne les éprouve" in _vue(FAITS[-1]).phrase_poids
    assert _vue().phrase_poids == ""
