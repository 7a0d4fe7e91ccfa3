"""« 6 pratiques sur 9 »."""

from __future__ import annotations

import numpy as np
import pandas as pd

from barometre.stats.scores import compute_scores

ITEMS = [f"pratique_{i}" for i in range(5)]


def answers(*values: float) -> pd.DataFrame:
    return pd.DataFrame([values], columns=ITEMS, index=["commune-33063"])


def test_a_complete_score() -> None:
    ligne = compute_scores(answers(1, 1, 0, 1, 0)).loc["commune-33063"]
    assert ligne.tolist() == [3, 5, 5, True, "3 pratiques sur 5"]


def test_four_answers_out_of_five_are_enough() -> None:
    ligne = compute_scores(answers(1, 0, 0, 0, np.nan)).iloc[0]
    assert ligne["phrase"] == "1 pratique sur 5 (1 sans réponse)"


def test_three_answers_out_of_five_are_not() -> None:
    ligne = compute_scores(answers(1, 1, 1, np.nan, np.nan)).iloc[0]
    assert not ligne["shown"]
    assert ligne["phrase"] == ""


def test_not_concerned_leaves_the_denominator() -> None:
    exclu = pd.DataFrame([[False, False, False, False, True]], columns=ITEMS, index=["commune-33063"])
    ligne = compute_scores(answers(1, 1, 0, 0, np.nan), exclu).iloc[0]
    assert ligne["phrase"] == "2 pratiques sur 4"
    # Une réponse portée sur une pratique qui ne concerne pas la collectivité ne compte pas.
    assert compute_scores(answers(1, 1, 0, 0, 1), exclu).iloc[0]["practices"] == 2


def test_nobody_concerned_is_not_shown() -> None:
    exclu = pd.DataFrame([[True] * 5], columns=ITEMS, index=["commune-33063"])
    assert not compute_scores(answers(*[np.nan] * 5), exclu).iloc[0]["shown"]


def test_quatre_reponses_sur_cinq_se_montrent_quel_que_soit_leur_nombre() -> None:
    """Une de moins, non ; 0,8 × 35 dépasse 28 d'un rien en virgule flottante."""
    for n in range(5, 205, 5):
        for manquantes, montre in ((n // 5, True), (n // 5 + 1, False)):
            lignes = pd.DataFrame([[1.0] * (n - manquantes) + [np.nan] * manquantes])
            assert compute_scores(lignes).iloc[0]["shown"] == montre
