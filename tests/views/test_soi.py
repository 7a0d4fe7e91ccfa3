"""Ce qu'une portée lit d'une collectivité : l'état d'une réponse en mots, la dernière mesure de l'État."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from barometre.domain.indicateur import Calcul
from barometre.views.collectivite.soi import Reponse, Soi, compute_score, read_soi
from tests.views.fausse_porte import FaussePorte, build_catalogue, build_indicateur

SITE = build_indicateur("site")
AGENTS = build_indicateur("agents", calcul=Calcul("moyenne", "essai_q01"), unite="agents")
MESURE = build_indicateur("mesure", origine="mesure", calcul=Calcul("mesure"), perime_apres=3)
AUTRE = build_indicateur("autre", origine="mesure", calcul=Calcul("mesure"))
V1, V4 = "2023-v1", "2026-v4"


class Porte(FaussePorte):
    def list_valeurs_collectivite(self, _: str) -> pd.DataFrame:
        lignes = [
            ("site", V4, 1.0, "repondu", None),
            ("site", V1, 0.0, "repondu", None),
            ("agents", V4, None, "ne_sait_pas", None),
            ("mesure", "2019", 0.3, "repondu", None),
            ("mesure", "2018", 0.1, "repondu", None),
            ("autre", "2026", 0.8, "repondu", None),
        ]
        colonnes = ["indicateur_id", "periode", "valeur", "etat", "n_communes"]
        return pd.DataFrame(lignes, columns=colonnes)

    def explain_refusal(self, _: str) -> str:
        return ""


@pytest.fixture(scope="module")
def soi() -> Soi:
    porte: Any = Porte()
    return read_soi(porte, build_catalogue([SITE, AGENTS, MESURE, AUTRE]), "commune-01001")


@pytest.mark.parametrize(
    ("reponse", "dit"),
    [
        (Reponse(1.0), "oui"),
        (Reponse(0.0), "non"),
        (Reponse(None, "ne_sait_pas"), "vous ne saviez pas"),
        (Reponse(0.0, "non_concerne"), "non concernée"),
        (Reponse(None, "sans_reponse"), "sans réponse"),
    ],
)
def test_l_etat_d_une_reponse_se_dit(reponse: Reponse, dit: str) -> None:
    assert reponse.get_texte(SITE) == dit


def test_chaque_reponse_est_celle_de_sa_vague(soi: Soi) -> None:
    assert [soi.get("site", v) for v in (V1, V4, "2024-v2")] == [Reponse(0.0), Reponse(1.0), None]
    assert soi.get("agents", V4) == Reponse(None, "ne_sait_pas")
    assert soi.has_repondu([SITE, AGENTS], V1)
    assert not soi.has_repondu([AGENTS], V1)


def test_la_derniere_mesure_seule_et_celle_qui_se_cite_devant(soi: Soi) -> None:
    assert [(m.indicateur.id, m.valeur) for m in soi.mesures] == [("autre", 0.8), ("mesure", 0.3)]
    assert [m.verdict.place for m in soi.mesures] == ["en_tete", "en_petit"]
    assert soi.mesures[0].texte_date.endswith("(2026)")


def test_une_mesure_cachee_n_a_pas_de_date_a_dire() -> None:
    class Vide(Porte):
        def list_valeurs_collectivite(self, _: str) -> pd.DataFrame:
            return super().list_valeurs_collectivite("").assign(valeur=0.0)

    porte: Any = Vide()
    (_, ancienne) = read_soi(porte, build_catalogue([MESURE, AUTRE]), "commune-01001").mesures
    assert ancienne.verdict.place == "cachee"
    assert ancienne.texte_date == ancienne.texte == ancienne.verdict.mot


def test_une_question_qui_ne_la_concerne_pas_ne_compte_ni_pour_ni_contre() -> None:
    pratiques = [build_indicateur(f"p{rang}") for rang in range(6)]
    reponses = {(p.id, V4): Reponse(1.0) for p in pratiques[:4]}
    reponses[pratiques[4].id, V4] = Reponse(None, "non_concerne")
    score = compute_score(Soi("commune-01001", reponses=reponses), pratiques, V4)
    assert score is not None
    assert (score.pratiques, score.concernees, score.repondues) == (4, 5, 4)
    assert compute_score(Soi("commune-01001", reponses=reponses), pratiques, V1) is None
