"""La note d'un chiffre : A citable, B citable avec sa précaution, C indicatif, vide : non publié."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

# CONCEPTION §4.6, note A.
A_EFFECTIVE_SIZE = 100
A_WIDTH = 0.15
# CONCEPTION §4.6, note B.
B_SIZE = 30
B_EFFECTIVE_SIZE = 30
B_WIDTH = 0.30
# NCHS Data Presentation Standards for Proportions (Parker et al. 2017) : un intervalle large de plus de
# 5 points ne doit pas l'être aussi de plus de 130 % de la proportion.
NCHS_WIDTH = 0.05
NCHS_RELATIVE_WIDTH = 1.30
# CONCEPTION §4.6, note C.
C_SIZE = 10
# CONCEPTION §4.5 : intervalle logit à partir de 10 oui et 10 non, Wilson en dessous.
LOGIT_MINIMUM = 10
# Pour une moyenne, la largeur se juge relativement à la moyenne (choix du projet, mêmes 130 %).
MEAN_A_RELATIVE_WIDTH = 0.30

Notes = npt.NDArray[np.str_]


def grade_proportions(
    n: npt.ArrayLike, n_eff: npt.ArrayLike, p: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike
) -> Notes:
    """La note de chaque proportion, selon CONCEPTION §4.6."""
    n, n_eff, p = np.asarray(n), np.asarray(n_eff), np.asarray(p)
    largeur = np.asarray(high) - np.asarray(low)
    imprecise = (largeur > NCHS_WIDTH) & (largeur > NCHS_RELATIVE_WIDTH * p)
    a = (n_eff >= A_EFFECTIVE_SIZE) & (largeur < A_WIDTH)
    b = (n >= B_SIZE) & (n_eff >= B_EFFECTIVE_SIZE) & (largeur < B_WIDTH) & ~imprecise
    return _choose(a, b, n)


def grade_means(
    n: npt.ArrayLike, n_eff: npt.ArrayLike, mean: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike
) -> Notes:
    """La note de chaque moyenne : mêmes effectifs, largeur jugée relativement à la moyenne."""
    n, n_eff = np.asarray(n), np.asarray(n_eff)
    largeur, moyenne = np.asarray(high) - np.asarray(low), np.abs(np.asarray(mean))
    a = (n_eff >= A_EFFECTIVE_SIZE) & (largeur < MEAN_A_RELATIVE_WIDTH * moyenne)
    precise = largeur <= NCHS_RELATIVE_WIDTH * moyenne
    return _choose(a, (n >= B_SIZE) & (n_eff >= B_EFFECTIVE_SIZE) & precise, n)


def _choose(a: Any, b: Any, n: Any) -> Notes:
    notes = np.full(n.shape, "", dtype="<U1")
    notes[n >= C_SIZE] = "C"
    notes[b] = "B"
    notes[a] = "A"
    return notes
