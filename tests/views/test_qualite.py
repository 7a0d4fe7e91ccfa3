"""Le rapport de qualité, en mots : ce qu'un élu en retient, et rien d'inventé quand un fait manque."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd

from barometre.views.donnees.qualite import build_table_qualites, read_qualites
from barometre.views.lecture.tableau import format_tableau
from tests.views.fausse_porte import build_catalogue

FAITS = [
    ("repondants", "", 400.0), ("taux", "", 0.05), ("methode", "calage logit, bornes 0,25 et 5", None),
    ("n_eff", "", 301.0), ("part_max", "", 0.012), ("rapport_min", "", 0.3), ("rapport_max", "", 2.9),
    ("cv_propensions", "", 0.87), ("propension_partielle", "strate", 0.7),
    ("propension_partielle", "region", 0.5), ("ecart_brut", "strate", 0.138), ("ecart", "region", 0.007),
    ("regroupement", "region › 94", 380.0), ("ecart_mesure", "fibre", -0.031),
]  # fmt: skip


class _Porte:
    def __init__(self, *faits: tuple[str, str, float | None]) -> None:
        self._lignes = pd.DataFrame(list(faits), columns=["cle", "objet", "valeur"])

    def list_qualite(self, vague_id: Any = None, questionnaire_id: Any = None) -> pd.DataFrame:
        return self._lignes.assign(vague_id="2026-v4", questionnaire_id="essai", phrase="Dit.")


def _read(*faits: tuple[str, str, float | None]) -> Any:
    return read_qualites(_Porte(*faits), build_catalogue())  # type: ignore[arg-type]


def test_les_mots_viennent_des_faits() -> None:
    (qualite,) = _read(*FAITS)
    assert qualite.mots[0] == "Environ\u00a0400\u00a0collectivités ont répondu, sur 8\u202f000 : 5,0\u202f%."
    assert "la taille" in qualite.mots[1]
    # Ce que « valent » des réponses comptées à cinq près ne se dit pas à l'unité.
    assert "les réponses (environ\u00a0400) en valent environ\u00a0300" in qualite.mots[2]
    assert "14\u00a0points au plus avant redressement (la taille)" in qualite.mots[3]
    assert "0,7\u00a0point au plus après sur ce qui est calé" in qualite.mots[3]
    assert "Hors du calage" not in qualite.mots[3]


def test_une_marge_otee_du_calage_n_est_pas_dite_petite_par_construction() -> None:
    (qualite,) = _read(*FAITS, ("ecart_libre", "couverture", 0.093))
    assert "Hors du calage, il reste 9,3\u00a0points (la couverture par un OPSN)." in qualite.mots[3]
    assert build_table_qualites([qualite]).iloc[0]["ecart_cadre"] == 9.3


def test_le_tableau_court() -> None:
    ligne = build_table_qualites(_read(*FAITS)).iloc[0]
    assert ligne["methode_poids"] == "calage logit"
    assert (ligne["regroupements"], ligne["rapport_poids"]) == (1, "0,3 à 2,9")
    assert (ligne["ecart_cadre"], ligne["ecart_etat"]) == (0.7, 3.1)


def test_les_precisions_disent_propensions_variables_et_poids() -> None:
    (qualite,) = _read(*FAITS)
    assert qualite.precisions == (
        "Pour un statisticien, envies de répondre estimées : coefficient de variation de 0,87, par "
        "variable : la taille 0,70, la région 0,50. Les poids vont de 0,30 à 2,90 fois leur moyenne."
    )


def test_un_fait_de_l_etat_hors_du_calage_eprouve_les_poids_ou_son_absence_se_dit() -> None:
    (sans,) = _read(*(fait for fait in FAITS if fait[0] != "ecart_mesure"))
    assert sans.preuve.startswith("Aucune donnée de l’État")
    porte = _Porte(*FAITS, ("ecart_mesure", "gare", 0.02))
    porte._lignes["phrase"] = porte._lignes["objet"]
    lues: Any = SimpleNamespace(
        list_qualite=lambda *_: porte._lignes.assign(vague_id="2026-v4", questionnaire_id="essai")
    )
    (avec,) = read_qualites(lues, build_catalogue())
    assert avec.preuve.endswith("le plus grand : fibre")  # −3,1 points, contre +2


def test_un_fait_qui_manque_ne_fait_pas_de_phrase() -> None:
    (qualite,) = _read(("repondants", "", 12.0))
    assert qualite.mots == ()
    assert qualite.precisions == ""
    table = build_table_qualites([qualite])
    assert format_tableau(table)[1][0][table.columns.get_loc("n_eff")] == "non connu"


def test_ce_que_valent_les_reponses_se_dit_de_meme_partout() -> None:
    """La page disait « environ 1 695 », la synthèse « 1 694 » : ni les mêmes, ni sues à l'unité."""
    (qualite,) = _read(*FAITS)
    assert "en valent environ\u00a0300" in qualite.mots[2]
    assert qualite.rang[2] == "environ\u00a0300"
    assert build_table_qualites([qualite]).iloc[0]["n_eff"] == 300
