"""Mesurer l'effet, en mots : l'écart, sa force, le témoin d'avant, ce qui reste caché."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from barometre.access.masques import mask_doubles_differences
from barometre.stats.difference import compute_e_value
from barometre.views.piloter.avant_apres import VueAvantApres, build_vue_avant_apres
from tests.views.fausse_porte import FaussePorte, build_catalogue, build_indicateur

LIGNE: dict[str, Any] = {
    "programme_id": "prog", "indicateur_id": "site", "vague_1": "2023-v1", "vague_2": "2026-v4",
    "n_beneficiaires": 52, "n_comparables": 203, "beneficiaires_avant": 0.304, "beneficiaires_apres": 0.601,
    "comparables_avant": 0.3, "comparables_apres": 0.35, "difference": 0.247, "bas": 0.101, "haut": 0.398,
    "q_value": 0.01, "verdict": "superieur", "vague_temoin": None, "temoin": None, "temoin_bas": None,
    "temoin_haut": None, "etat": "published",
}  # fmt: skip
TEMOIN = {"vague_temoin": "2022-v0", "temoin": 0.02, "temoin_bas": -0.08, "temoin_haut": 0.12}


class Porte(FaussePorte):
    def __init__(self, *lignes: dict[str, Any]) -> None:
        super().__init__()
        self._lignes = pd.DataFrame(list(lignes), columns=list(LIGNE))

    def list_doubles_differences(self, programme_id: str, indicateurs: Any = None) -> pd.DataFrame:
        return mask_doubles_differences(self._lignes)


def _vue(*lignes: dict[str, Any], dates: bool = False) -> VueAvantApres:
    catalogue = build_catalogue([build_indicateur(), build_indicateur("cyber", sensibilite="cyber")])
    porte: Any = Porte(*lignes)
    return build_vue_avant_apres(porte, catalogue, ("prog", "Programme d’essai"), "essai", dates=dates)


def test_un_ecart_demontre_se_dit_avec_ses_quatre_parts_et_le_mot_association() -> None:
    phrase = _vue(LIGNE).phrase
    assert "passe de 30 à 60\u202f% chez les bénéficiaires, de 30 à 35\u202f% chez les comparables" in phrase
    assert "(+25\u00a0points, de +10 à +40\u00a0points)" in phrase
    assert phrase.startswith("Environ\u00a050")  # 52 réponses, dites à cinq près
    assert phrase.endswith("Une association, pas une preuve.")
    assert not {"grâce", "cause", "effet du programme"} & set(phrase.split())


def test_la_force_est_celle_des_chiffres_publies() -> None:
    pratique = _vue(LIGNE).pratiques[0]
    # 60 % observés, 35 % attendus sans l'écart : RR = 1,714 ; à la borne, 50 % attendus : RR = 1,2.
    assert pratique.robustesse == (
        pytest.approx(compute_e_value(0.6, 0.25)), pytest.approx(compute_e_value(0.6, 0.1))
    )  # fmt: skip
    assert "2,8\u00a0fois" in _vue(LIGNE).phrase_robustesse
    assert "1,7\u00a0fois suffirait" in _vue(LIGNE).phrase_robustesse


def test_un_intervalle_qui_contient_zero_ne_demande_rien() -> None:
    pratique = _vue(LIGNE | {"bas": -0.05, "verdict": "non_demontre"}).pratiques[0]
    assert pratique.robustesse[1] == 1.0
    assert pratique.texte == "pas d’écart démontré"


def test_sans_vague_d_avant_la_tendance_ne_se_verifie_pas() -> None:
    assert "rien ne dit si les deux groupes évoluaient" in _vue(LIGNE).phrase_temoin


def test_un_temoin_sans_ecart_ne_prouve_rien_et_le_dit() -> None:
    assert "ne prouve pas" in _vue(LIGNE | TEMOIN).phrase_temoin


def test_des_groupes_qui_s_ecartaient_deja_n_ont_plus_d_ecart_a_lire() -> None:
    vue = _vue(LIGNE | TEMOIN | {"temoin_bas": 0.01})
    assert "aucun écart d’évolution démontré" in vue.phrase
    assert vue.pratiques[0].texte.startswith("s’écartaient déjà")
    assert not vue.cadre["demontre"].any()
    assert "rien à expliquer" in vue.phrase_robustesse


@pytest.mark.parametrize(("id_", "mot"), [("site", "trop peu de réponses"), ("cyber", "trop fin")])
def test_trop_peu_de_reponses_ou_cybersecurite_rien_que_la_raison(id_: str, mot: str) -> None:
    vue = _vue(LIGNE | TEMOIN | {"indicateur_id": id_, "etat": "primary"})
    assert mot in vue.phrase
    rang = vue.table.drop(columns=["pratique", "verdict"]).iloc[0]
    assert rang.isna().all()


def test_la_porte_arrondit_et_ne_rend_ni_test_ni_effectif_exact() -> None:
    vue = mask_doubles_differences(pd.DataFrame([LIGNE]))
    assert "q_value" not in vue
    assert vue[["beneficiaires_avant", "beneficiaires_apres"]].iloc[0].tolist() == [0.30, 0.60]
    assert vue["n_beneficiaires"].iloc[0] == 50


def test_rien_a_comparer_le_dit() -> None:
    assert "Aucune comparaison d’une vague à l’autre" in _vue().phrase


@pytest.mark.parametrize(("dates", "mot"), [(False, "un état à une date"), (True, "commencé entre les deux")])
def test_un_programme_sans_dates_dit_qu_il_n_a_pas_d_avant(dates: bool, mot: str) -> None:
    assert any(mot in p for p in _vue(LIGNE, dates=dates).precautions)
