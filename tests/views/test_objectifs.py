"""Un objectif n'est dit atteint, tenu ou en retard que si l'intervalle entier le montre."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from barometre.views.lecture.chiffres import Chiffre
from barometre.views.piloter.objectifs import (
    ATTEINT,
    EN_BONNE_VOIE,
    EN_RETARD,
    PAS_DEMONTRE,
    REFORMULEE,
    SANS_DEPART,
    TROP_PEU,
    Chemin,
    VueObjectifs,
    build_vue_objectifs,
    judge,
)
from tests.views.fausse_porte import FaussePorte, build_catalogue, build_indicateur, build_objectif, cellule


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
    chemin = None if attendu is None else Chemin(attendu)
    assert judge(build_objectif(), _chiffre(bas, haut), chemin) == etat


@pytest.mark.parametrize(
    ("bas", "haut", "attendu", "etat"),
    [
        (0.30, 0.50, 0.6, ATTEINT),
        (0.45, 0.55, 0.6, EN_BONNE_VOIE),  # la borne haute est la moins favorable : elle dépasse la cible
        (0.52, 0.58, 0.6, EN_BONNE_VOIE),
        (0.65, 0.7, 0.6, EN_RETARD),
    ],
)
def test_un_plafond_se_lit_dans_l_autre_sens(bas: float, haut: float, attendu: float, etat: str) -> None:
    assert judge(build_objectif(sens="au_plus"), _chiffre(bas, haut), Chemin(attendu)) == etat


def test_un_chiffre_indicatif_ne_dit_rien_d_un_objectif() -> None:
    assert judge(build_objectif(), _chiffre(0.6, 0.9, note="C"), Chemin(0.4)) == TROP_PEU
    assert judge(build_objectif(), None, None) == TROP_PEU


def test_la_page_dit_la_derniere_vague_et_l_absence_de_chiffre() -> None:
    catalogue = build_catalogue([build_indicateur(), build_indicateur("autre")])
    porte: Any = FaussePorte([cellule("site", redresse=0.6, bas=0.55, haut=0.65)])
    vue = build_vue_objectifs(
        porte, catalogue, [build_objectif(), build_objectif(id="p", indicateur="autre")]
    )
    assert vue.a_retenir == f"2\u00a0objectifs : 1 {ATTEINT}, {TROP_PEU} pour 1."
    assert "Deuxième édition (2026)" in vue.etats[0].phrase
    assert pd.isna(vue.table.loc[1, "part"])


@pytest.mark.parametrize(
    ("bas", "haut", "sans_marge"), [(0.43, 0.49, EN_BONNE_VOIE), (0.31, 0.37, EN_RETARD)]
)
def test_un_depart_incertain_ne_dit_ni_avance_ni_retard(bas: float, haut: float, sans_marge: str) -> None:
    """Six points au-dessus (ou en dessous) du chemin : assez pour ±3, pas pour ±3 et un départ à ±6."""
    assert judge(build_objectif(), _chiffre(bas, haut), Chemin(0.40)) == sans_marge
    assert (
        judge(build_objectif(), _chiffre(bas, haut), Chemin(0.40, marge=0.05)) == sans_marge
    )  # √(3² + 5²) < 6
    assert judge(build_objectif(), _chiffre(bas, haut), Chemin(0.40, marge=0.06)) == PAS_DEMONTRE


DATES = {"2023-v1": date(2023, 6, 30), "2026-v4": date(2025, 6, 30)}


def _suivre(
    avant: dict[str, Any], arrivee: dict[str, Any], *, reformulee: bool = False, **autres: Any
) -> VueObjectifs:
    catalogue = build_catalogue([build_indicateur()])
    vagues = tuple(replace(v, fermeture=DATES.get(v.id)) for v in catalogue.vagues)
    catalogue = replace(catalogue, vagues=vagues)
    if reformulee:
        essai = catalogue.questionnaires["essai"]
        questions = tuple(replace(q, reformulee=("2026-v4",)) for q in essai.questions)
        catalogue = replace(catalogue, questionnaires={"essai": replace(essai, questions=questions)})
    porte: Any = FaussePorte(
        [cellule("site", vague_id="2023-v1", **avant), cellule("site", vague_id="2026-v4", **arrivee)]
    )
    return build_vue_objectifs(porte, catalogue, [build_objectif(**autres)])


DEPART = {"redresse": 0.20, "bas": 0.18, "haut": 0.22}
ARRIVEE = {"redresse": 0.30, "bas": 0.29, "haut": 0.31}


def test_le_chemin_droit_et_le_pas_qu_il_faut_se_lisent() -> None:
    """De 20 % en juin 2023 à 50 % en juin 2027, à mi-chemin en juin 2025 : 35 % ; il y est à 30."""
    etat = _suivre(DEPART, ARRIVEE).etats[0]
    assert etat.chemin is not None
    assert etat.chemin.attendu == pytest.approx(0.35, abs=0.001)
    assert etat.chemin.marge == pytest.approx(0.01, abs=0.001)  # la moitié de ± 2 points
    # Un intervalle de part n'est pas symétrique : le plus grand de ses deux côtés compte.
    penche = _suivre(DEPART | {"bas": 0.19, "haut": 0.24}, ARRIVEE).etats[0].chemin
    assert penche is not None
    assert penche.marge == pytest.approx(0.02, abs=0.001)
    assert etat.etat == EN_RETARD
    assert etat.phrase.endswith(
        "En retard. À un rythme régulier, on en serait à 35\u202f% ; il faudrait désormais +10\u00a0points "
        "par an."
    )
    ligne = _suivre(DEPART, ARRIVEE).table.iloc[0]
    assert (ligne["chemin"], ligne["reste"], ligne["par_an"]) == (35, 20, 10)


def test_sur_trop_peu_de_reponses_ni_chemin_ni_pas_meme_dans_le_fichier() -> None:
    vue = _suivre(DEPART, ARRIVEE | {"note": "C"})
    assert vue.etats[0].phrase_chemin == ""
    assert vue.table.loc[0, ["chemin", "par_an"]].isna().all()


def test_un_plafond_demande_de_descendre() -> None:
    haut = {"redresse": 0.60, "bas": 0.58, "haut": 0.62}
    etat = _suivre(haut, {"redresse": 0.55, "bas": 0.54, "haut": 0.56}, sens="au_plus", cible=0.4).etats[0]
    assert etat.etat == EN_RETARD
    assert "−8\u00a0points par an" in etat.phrase_chemin  # quinze points en deux ans, arrondis au pair


@pytest.mark.parametrize(
    ("options", "phrase"),
    [
        ({"echeance": date(2025, 1, 31)}, "on en serait à 50\u202f% ; l’échéance est passée."),
        ({"echeance": date(2025, 7, 31)}, "+20\u00a0points en moins d’un an"),
        ({"depart": "2024-v2"}, SANS_DEPART),
        ({"reformulee": True}, REFORMULEE),
    ],
)
def test_ce_qui_manque_au_chemin_se_dit(options: dict[str, Any], phrase: str) -> None:
    etat = _suivre(DEPART, ARRIVEE, **options).etats[0]
    assert phrase in etat.phrase
    if etat.chemin is None:
        assert etat.etat == PAS_DEMONTRE


def test_un_depart_qui_n_est_qu_une_borne_ne_trace_rien() -> None:
    etat = _suivre(DEPART | {"plafond": "au_plus"}, ARRIVEE).etats[0]
    assert (etat.chemin, etat.sans_chemin) == (None, SANS_DEPART)


def test_une_part_qui_n_est_que_bornee_ne_se_dit_pas_comme_un_chiffre() -> None:
    """« 88 % » tout court, là où toute autre page dit « plus de 88 % »."""
    etat = _suivre(
        DEPART, ARRIVEE | {"redresse": 0.88, "bas": 0.65, "haut": 1.0, "plafond": "au_moins"}
    ).etats[0]
    assert ": plus de 88\u202f% (entre 65 et 100\u202f% pour l’ensemble)." in etat.phrase
