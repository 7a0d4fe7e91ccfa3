"""Un objectif n'est dit atteint, tenu ou en retard que si l'intervalle entier le montre."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from barometre.catalogue.objectifs import Objectif
from barometre.views.lecture.chiffres import Chiffre
from barometre.views.piloter.objectifs import (
    ATTEINT,
    EN_BONNE_VOIE,
    EN_RETARD,
    PAS_DEMONTRE,
    TROP_PEU,
    build_vue_objectifs,
    judge,
)
from tests.views.fausse_porte import FaussePorte, build_catalogue, build_indicateur, cellule


def _objectif(**autres: Any) -> Objectif:
    base: dict[str, Any] = {
        "id": "o", "indicateur": "site", "type": "", "territoire": "france", "sens": "au_moins", "cible": 0.5,
        "depart": "2023-v1", "echeance": date(2027, 6, 30), "decide_par": "Comité", "source": "Relevé",
        "exemple": True,
    }  # fmt: skip
    return Objectif(**(base | autres))


def _chiffre(bas: float, haut: float, note: str = "A") -> Chiffre:
    return Chiffre(
        "site", "2026-v4", "france", "", "", "", "published", n=300, redresse=(bas + haut) / 2, bas=bas,
        haut=haut, note=note,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("bas", "haut", "attendu", "etat"),
    [
        (0.50, 0.60, 0.40, ATTEINT),  # la borne basse touche la cible
        (0.49, 0.60, 0.40, EN_BONNE_VOIE),
        (0.39, 0.45, 0.40, PAS_DEMONTRE),  # le chemin est dans l'intervalle
        (0.30, 0.40, 0.40, PAS_DEMONTRE),  # la borne haute le touche
        (0.30, 0.39, 0.40, EN_RETARD),
        (0.30, 0.39, None, PAS_DEMONTRE),  # sans chemin, rien n'est dit du rythme
    ],
)
def test_l_etat_vient_de_l_intervalle_entier(
    bas: float, haut: float, attendu: float | None, etat: str
) -> None:
    assert judge(_objectif(), _chiffre(bas, haut), attendu) == etat


@pytest.mark.parametrize(
    ("bas", "haut", "attendu", "etat"),
    [(0.30, 0.50, 0.6, ATTEINT), (0.52, 0.58, 0.6, EN_BONNE_VOIE), (0.65, 0.7, 0.6, EN_RETARD)],
)
def test_un_plafond_se_lit_dans_l_autre_sens(bas: float, haut: float, attendu: float, etat: str) -> None:
    assert judge(_objectif(sens="au_plus"), _chiffre(bas, haut), attendu) == etat


def test_un_chiffre_indicatif_ne_dit_rien_d_un_objectif() -> None:
    assert judge(_objectif(), _chiffre(0.6, 0.9, note="C"), 0.4) == TROP_PEU
    assert judge(_objectif(), None, None) == TROP_PEU


def test_la_page_dit_la_derniere_vague_et_l_absence_de_chiffre() -> None:
    catalogue = build_catalogue([build_indicateur(), build_indicateur("autre")])
    porte: Any = FaussePorte([cellule("site", redresse=0.6, bas=0.55, haut=0.65)])
    vue = build_vue_objectifs(porte, catalogue, [_objectif(), _objectif(id="p", indicateur="autre")])
    assert vue.a_retenir == f"2\u00a0objectifs : 1 {ATTEINT}, {TROP_PEU} pour 1."
    assert "Deuxième édition (2026)" in vue.etats[0].phrase
    assert pd.isna(vue.table.loc[1, "part"])
