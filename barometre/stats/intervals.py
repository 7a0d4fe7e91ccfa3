"""Intervalles d'une proportion et d'une différence de proportions.

Tout est vectorisé : chaque fonction rend `(bas, haut)`, deux tableaux, bornés à [0, 1] sauf mention
contraire. Références : Wilson (1927) ; Clopper et Pearson (1934) ; Brown, Cai et DasGupta (2001) ;
Agresti et Coull (1998) ; Korn et Graubard (1998) ; Newcombe (1998).
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
    t = np.where(np.isposinf(degres), normal_quantile(level), t)
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


def wilson(yes: Nombres, n: Nombres, level: float = 0.95) -> Bornes:
    """Wilson pour `yes` oui sur `n` : ne se réduit jamais à [0 ; 0] ni à [1 ; 1]."""
    n = np.asarray(n, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return wilson_effective(np.asarray(yes, dtype=float) / n, n, level)


def _beta_quantile(rang: float, a: Tableau, b: Tableau, limite: float) -> Tableau:
    """Quantile de la loi bêta, ou sa limite quand un paramètre est nul."""
    valide = (a > 0) & (b > 0)
    quantile = special.betaincinv(np.where(valide, a, 1.0), np.where(valide, b, 1.0), rang)
    return np.where(valide, quantile, np.where(np.isnan(a + b), np.nan, limite))


def clopper_pearson_effective(p: Nombres, n_eff: Nombres, level: float = 0.95) -> Bornes:
    """Clopper-Pearson sur un effectif efficace : quantiles de Bêta(np, nq + 1) et Bêta(np + 1, nq)."""
    p, n = np.asarray(p, dtype=float), np.asarray(n_eff, dtype=float)
    oui, non, alpha = n * p, n * (1 - p), 1 - level
    return _beta_quantile(alpha / 2, oui, non + 1, 0.0), _beta_quantile(1 - alpha / 2, oui + 1, non, 1.0)


def clopper_pearson(yes: Nombres, n: Nombres, level: float = 0.95) -> Bornes:
    """Intervalle exact de Clopper-Pearson."""
    yes, n = np.asarray(yes, dtype=float), np.asarray(n, dtype=float)
    alpha = 1 - level
    bas = _beta_quantile(alpha / 2, yes, n - yes + 1, 0.0)
    return bas, _beta_quantile(1 - alpha / 2, yes + 1, n - yes, 1.0)


def jeffreys(yes: Nombres, n: Nombres, level: float = 0.95) -> Bornes:
    """Jeffreys : quantiles de Bêta(k + ½, n − k + ½), prolongés à 0 si k = 0 et à 1 si k = n."""
    yes, n = np.asarray(yes, dtype=float), np.asarray(n, dtype=float)
    a, b, alpha = yes + 0.5, n - yes + 0.5, 1 - level
    bas = np.where(yes == 0, 0.0, special.betaincinv(a, b, alpha / 2))
    return bas, np.where(yes == n, 1.0, special.betaincinv(a, b, 1 - alpha / 2))


def agresti_coull(yes: Nombres, n: Nombres, level: float = 0.95) -> Bornes:
    """Agresti-Coull : Wald autour de (k + z²/2)/(n + z²). Non borné : peut sortir de [0, 1]."""
    z = normal_quantile(level)
    n_tilde = np.asarray(n, dtype=float) + z * z
    p = (np.asarray(yes, dtype=float) + z * z / 2) / n_tilde
    demi = z * np.sqrt(p * (1 - p) / n_tilde)
    return np.asarray(p - demi), np.asarray(p + demi)


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


def arcsine(p: Nombres, se: Nombres, df: Nombres, level: float = 0.95) -> Bornes:
    """Intervalle sur l'échelle arcsin √p."""
    p = np.asarray(p, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        demi = student_quantile(df, level) * np.asarray(se, dtype=float) / (2 * np.sqrt(p * (1 - p)))
    centre = np.arcsin(np.sqrt(p))
    bas, haut = np.clip(centre - demi, 0, np.pi / 2), np.clip(centre + demi, 0, np.pi / 2)
    return np.sin(bas) ** 2, np.sin(haut) ** 2


def korn_graubard(p: Nombres, se: Nombres, n: Nombres, df: Nombres, level: float = 0.95) -> Bornes:
    """Korn-Graubard : Clopper-Pearson sur n* = pq/se²·(t_{n−1}/t_{df})²."""
    p = np.asarray(p, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        rapport = student_quantile(np.asarray(n, dtype=float) - 1, level) / student_quantile(df, level)
        n_eff = p * (1 - p) / np.asarray(se, dtype=float) ** 2 * rapport**2
    return clopper_pearson_effective(p, n_eff, level)


def newcombe_effective(p_1: Nombres, n_1: Nombres, p_2: Nombres, n_2: Nombres, level: float = 0.95) -> Bornes:
    """Différence p2 − p1 par la méthode 10 de Newcombe (deux intervalles de Wilson), entre −1 et 1."""
    p_1, p_2 = np.asarray(p_1, dtype=float), np.asarray(p_2, dtype=float)
    (bas_1, haut_1), (bas_2, haut_2) = wilson_effective(p_1, n_1, level), wilson_effective(p_2, n_2, level)
    difference = p_2 - p_1
    bas = difference - np.hypot(p_2 - bas_2, haut_1 - p_1)
    return bas, difference + np.hypot(haut_2 - p_2, p_1 - bas_1)


def newcombe(yes_1: Nombres, n_1: Nombres, yes_2: Nombres, n_2: Nombres, level: float = 0.95) -> Bornes:
    """Différence de deux proportions indépendantes, de la première vers la seconde."""
    n_1, n_2 = np.asarray(n_1, dtype=float), np.asarray(n_2, dtype=float)
    return newcombe_effective(np.asarray(yes_1) / n_1, n_1, np.asarray(yes_2) / n_2, n_2, level)
