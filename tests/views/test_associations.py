"""Bénéficiaires et comparables : les mots, et ce qui reste caché."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from barometre.access.masques import mask_accords, mask_associations
from barometre.catalogue.programmes import Programme
from barometre.views.piloter.associations import build_vue_associations
from tests.views.fausse_porte import FaussePorte, build_catalogue, build_indicateur

PROGRAMME = Programme(
    "prog", "Programme d’essai", "Un essai.", "mesure", "Communes d’essai", "https://exemple.fr"
)
LIGNE: dict[str, Any] = {
    "programme_id": "prog", "indicateur_id": "site", "vague_id": "2026-v4", "n_beneficiaires": 50,
    "n_comparables": 200, "part_beneficiaires": 0.604, "part_comparables": 0.4, "difference": 0.204,
    "se": 0.05, "bas": -0.031, "haut": 0.3, "p_value": 0.2, "q_value": 0.4, "verdict": "non_demontre",
    "etat": "published",
}  # fmt: skip


class Porte(FaussePorte):
    def __init__(self, *lignes: dict[str, Any]) -> None:
        super().__init__()
        self._associations = pd.DataFrame(list(lignes), columns=list(LIGNE))

    def list_associations(self, programme_id: str, indicateurs: Any = None) -> pd.DataFrame:
        return mask_associations(self._associations)


def _vue(*lignes: dict[str, Any]) -> Any:
    catalogue = build_catalogue([build_indicateur(), build_indicateur("cyber", sensibilite="cyber")])
    return build_vue_associations(Porte(*lignes), catalogue, PROGRAMME, "essai")  # type: ignore[arg-type]


def test_sans_ecart_demontre_la_phrase_le_dit_et_dit_association() -> None:
    phrase = _vue(LIGNE).phrase
    assert "aucun écart démontré" in phrase
    assert "Une association, pas une preuve" in phrase
    assert "grâce" not in phrase


def test_un_ecart_demontre_est_dit_avec_ses_points() -> None:
    vue = _vue(LIGNE | {"verdict": "superieur", "bas": 0.1})
    assert "plus souvent (+20\u00a0points)" in vue.phrase
    assert vue.associations[0].intervalle == "de +10 à +30\u00a0points"


def test_un_intervalle_qui_passe_par_zero_garde_ses_signes() -> None:
    assert _vue(LIGNE).associations[0].intervalle == "de −3 à +30\u00a0points"


def test_une_ligne_sous_le_seuil_n_a_que_sa_raison() -> None:
    vue = _vue(LIGNE | {"etat": "primary"})
    assert vue.montrees == ()
    assert vue.cadre["ecart"].isna().all()
    assert "trop peu de réponses" in vue.phrase


def test_la_cybersecurite_d_un_groupe_nomme_est_cachee_a_tous() -> None:
    vue = _vue(LIGNE | {"indicateur_id": "cyber", "etat": "primary"})
    assert "trop fin" in vue.phrase
    lignes = pd.DataFrame([LIGNE | {"indicateur_id": "cyber", "etat": "primary"}])
    assert mask_associations(lignes)["difference"].isna().all()


def test_rien_a_comparer_le_dit() -> None:
    assert "Aucune comparaison" in _vue().phrase


@pytest.mark.parametrize("etat", ["published", "primary"])
def test_un_accord_ne_rend_jamais_les_comptes(etat: str) -> None:
    ligne = {
        "indicateur_id": "site", "mesure_id": "m", "vague_id": "v", "type": "commune", "periode": "2024",
        "n": 40, "oui_oui": 10, "declare_seul": 13, "mesure_seule": 7, "non_non": 10, "etat": etat,
    }  # fmt: skip
    vue = mask_accords(pd.DataFrame([ligne])).iloc[0]
    assert not {"oui_oui", "declare_seul_n", "non_non"} & set(vue.index)
    if etat == "primary":
        assert pd.isna(vue[["n", "accord"]]).all()
    else:
        # 20 / 40, 13 / 40 = 0,325 et 7 / 40 = 0,175, au pour cent entier
        assert (vue["accord"], vue["declare_seul"], vue["mesure_seule"]) == (0.5, 0.32, 0.18)
