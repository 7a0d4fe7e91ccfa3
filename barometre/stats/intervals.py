"""Intervalles d'une proportion et d'une différence de proportions.

Tout est vectorisé : chaque fonction rend `(bas, haut)`, deux tableaux, bornés à [0, 1] sauf mention
contraire. Références : Wilson (1927) ; Brown, Cai et DasGupta (2001) ; Newcombe (1998).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

Tableau = npt.NDArray[np.float64]
Nombres = npt.ArrayLike
Bornes = tuple[Tableau, Tableau]


def normal_quantile(level: float) -> float:
    """z tel que P(|Z| ≤ z) = `level`."""
    return float(special.ndtri(0.5 + level / 2))


def student_quantile(df: Nombres, level: float) -> Tableau:
    """t tel que P(|T| ≤ t) = `level` ; NaN si `df` ≤ 0."""
    degres, rang = np.unique(np.asarray(df, dtype=float), return_inverse=True)
    with np.errstate(invalid="ignore"):
        t = np.where(degres > 0, special.stdtrit(np.where(degres > 0, degres, 1.0), 0.5 + level / 2), np.nan)
    return np.asarray(t[rang.reshape(np.shape(df))], dtype=float)


def _bornes(bas: Nombres, haut: Nombres) -> Bornes:
    return np.clip(np.asarray(bas, dtype=float), 0.0, 1.0), np.clip(np.asarray(haut, dtype=float), 0.0, 1.0)


def wilson_effective(p: Nombres, n_eff: Nombres, level: float = 0.95) -> Bornes:
    """Wilson sur un effectif efficace : (p + z²/2n ± z√(pq/n + z²/4n²)) / (1 + z²/n)."""
    p, n = np.asarray(p, dtype=float), np.asarray(n_eff, dtype=float)
    z = normal_quantile(level)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = p + z * z / (2 * n)
        demi = z * np.sqrt(p * (1 - p) / n + (z / (2 * n)) ** 2)
        return _bornes((centre - demi) / (1 + z * z / n), (centre + demi) / (1 + z * z / n))


def student(estimate: Nombres, se: Nombres, df: Nombres, level: float = 0.95) -> Bornes:
    """Intervalle d'une moyenne : estimation ± t·se. Non borné."""
    demi = student_quantile(df, level) * np.asarray(se, dtype=float)
    return np.asarray(estimate, dtype=float) - demi, np.asarray(estimate, dtype=float) + demi


def logit(p: Nombres, se: Nombres, df: Nombres, level: float = 0.95) -> Bornes:
    """Intervalle sur l'échelle logit : expit(logit p ± t·se/(p(1 − p))) ; NaN si p vaut 0 ou 1."""
    p = np.asarray(p, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        demi = student_quantile(df, level) * np.asarray(se, dtype=float) / (p * (1 - p))
        centre = special.logit(p)
        return special.expit(centre - demi), special.expit(centre + demi)


def newcombe_effective(p_1: Nombres, n_1: Nombres, p_2: Nombres, n_2: Nombres, level: float = 0.95) -> Bornes:
    """Différence p2 − p1 par la méthode 10 de Newcombe (deux intervalles de Wilson), entre −1 et 1."""
    p_1, p_2 = np.asarray(p_1, dtype=float), np.asarray(p_2, dtype=float)
    (bas_1, haut_1), (bas_2, haut_2) = wilson_effective(p_1, n_1, level), wilson_effective(p_2, n_2, level)
    difference = p_2 - p_1
    bas = difference - np.hypot(p_2 - bas_2, haut_1 - p_1)
    return bas, difference + np.hypot(haut_2 - p_2, p_1 - bas_1)
