"""Les règles de calcul, sur quelques lignes écrites à la main."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from barometre.catalogue import load_catalogue
from barometre.domain.indicateur import Calcul
from barometre.pipeline.rules import apply_rule, list_asked, split_questions

REPONDANTS = pd.Index(["a", "b", "c", "d", "e"])


def faits(*lignes: tuple[str, str, str, str, float | None]) -> pd.DataFrame:
    return pd.DataFrame(
        lignes, columns=["collectivite_id", "question_id", "option_id", "etat", "valeur"]
    ).astype({"valeur": "float64"})


UNIQUE = faits(
    ("a", "q1", "oui", "repondu", 1),
    ("b", "q1", "prevu", "repondu", 1),
    ("c", "q1", "", "ne_sait_pas", None),
    ("d", "q1", "", "non_concerne", None),
    # « e » n'a pas de ligne : sans réponse
)
MULTIPLE = faits(
    ("a", "q2", "x", "repondu", 1), ("a", "q2", "y", "repondu", 1), ("a", "q2", "z", "repondu", 0),
    ("b", "q2", "x", "repondu", 0), ("b", "q2", "y", "repondu", 1), ("b", "q2", "z", "repondu", 0),
    ("c", "q2", "x", "repondu", 0), ("c", "q2", "y", "repondu", 0), ("c", "q2", "z", "repondu", 0),
    ("d", "q2", "", "sans_reponse", None),
)  # fmt: skip
NOMBRE = faits(("a", "q3", "", "repondu", 0), ("b", "q3", "", "repondu", 2.5), ("c", "q3", "", "repondu", 2))


def calcule(lignes: pd.DataFrame, calcul: Calcul) -> tuple[list[float | None], list[str]]:
    valeurs, etats = apply_rule(split_questions(lignes, REPONDANTS)[calcul.question_id], calcul)
    return [None if np.isnan(v) else v for v in valeurs], etats.tolist()


def test_part_options_choix_unique() -> None:
    valeurs, etats = calcule(UNIQUE, Calcul("part_options", "q1", ("oui",)))
    assert valeurs == [1, 0, None, None, None]
    assert etats == ["repondu", "repondu", "ne_sait_pas", "non_concerne", "sans_reponse"]


def test_non_concerne_compte_comme_non_si_la_fiche_le_dit() -> None:
    valeurs, etats = calcule(UNIQUE, Calcul("part_options", "q1", ("oui",), non_concerne="non"))
    assert valeurs == [1, 0, None, 0, None]
    assert etats[3] == "repondu"


def test_part_options_choix_multiple() -> None:
    valeurs, _ = calcule(MULTIPLE, Calcul("part_options", "q2", ("x", "z")))
    assert valeurs == [1, 0, 0, None, None]  # une option cochée suffit ; non cochée n'est pas choisie


def test_part_au_moins() -> None:
    valeurs, _ = calcule(MULTIPLE, Calcul("part_au_moins", "q2", ("x", "y", "z"), seuil=2))
    assert valeurs == [1, 0, 0, None, None]


def test_part_seuil_et_moyenne() -> None:
    assert calcule(NOMBRE, Calcul("part_seuil", "q3", seuil=2))[0] == [0, 1, 1, None, None]
    assert calcule(NOMBRE, Calcul("moyenne", "q3"))[0] == [0, 2.5, 2, None, None]


def test_a_qui_une_question_sous_condition_a_ete_posee() -> None:
    """« Avez-vous un site ? » commande « est-il à jour ? » ; sans réponse à la première, ni oui ni non."""
    catalogue = load_catalogue()
    a_jour = catalogue.indicateurs["site_a_jour"]
    suite = a_jour.calcul.question_id
    reponses = faits(
        *((c, "communication_q01", "oui", "repondu", 1) for c in "abc"),
        ("d", "communication_q01", "non", "repondu", 1),
        ("e", "communication_q01", "", "ne_sait_pas", None),
        *((c, suite, "oui", "repondu", 1) for c in "ab"),
        ("c", suite, "", "ne_sait_pas", None),
        ("d", suite, "", "non_concerne", None),
    )
    questions, indicateurs = (
        split_questions(reponses, REPONDANTS),
        [a_jour, catalogue.indicateurs["site_internet"]],
    )
    asked = list_asked(catalogue, questions, indicateurs, np.zeros(5, dtype=bool))
    assert list(asked) == ["site_a_jour"]  # celle que rien ne commande garde son compte
    assert asked["site_a_jour"].question == "communication_q01"
    assert np.array_equal(asked["site_a_jour"].values, [1, 1, 1, 0, np.nan], equal_nan=True)
    assert asked["site_a_jour"].answering == 0.67
    tardive = np.array([False, False, True, False, False])
    assert list_asked(catalogue, questions, indicateurs, tardive)["site_a_jour"].answering == 1.0
    # Réservée aux communes, elle n'a pas la même part partout.
    communication = catalogue.questionnaires["communication"]
    questions_dites = tuple(
        replace(q, types=("commune",)) if q.id == suite else q for q in communication.questions
    )
    reserve = {"communication": replace(communication, questions=questions_dites)}
    autre = replace(catalogue, questionnaires=dict(catalogue.questionnaires) | reserve)
    assert not list_asked(autre, questions, indicateurs, tardive)
    # Sans la question d'avant, ou sans personne qui l'ait reçue, rien ne s'en déduit.
    assert not list_asked(catalogue, {suite: questions[suite]}, indicateurs, tardive)
    personne = split_questions(reponses[reponses["option_id"] != "oui"], REPONDANTS)
    assert list_asked(catalogue, personne, indicateurs, tardive)["site_a_jour"].answering == 1.0
