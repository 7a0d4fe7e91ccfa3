"""Où une réponse de plus apporte le plus de précision (« où relancer »).

Allocation de Neyman (1934) en nombres entiers : la variance d'une moyenne stratifiée,
V = Σ W_h²·S_h²·(1/n_h − 1/N_h), est séparable et convexe en n_h, donc prendre à chaque pas la plus grande
baisse donne l'optimum exact (Wright 2012, The American Statistician 66).
"""

from __future__ import annotations

import bisect
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Tableau = npt.NDArray[np.floating[Any]]
Nombres = npt.NDArray[Any]
Entiers = npt.NDArray[np.int64]
# Une strate sans réponse n'a pas de variance : la première y vaut comme passer d'une demi-réponse à une.
VIDE = 0.5


def allocate(population: Tableau, repondantes: Nombres, ecart_type: Tableau, budget: int) -> Entiers:
    """Combien de réponses de plus dans chaque strate, `budget` en tout (moins si tout le cadre a répondu).

    `population` et `repondantes` : N_h et n_h ; `ecart_type` : S_h. `ValueError` si n_h dépasse N_h.
    """
    ordre = _sort_gains(population, repondantes, ecart_type)
    return np.bincount(ordre[:budget], minlength=len(population)).astype(np.int64)


def allocate_until(
    population: Tableau,
    repondantes: Nombres,
    ecart_type: Tableau,
    is_reached: Callable[[Entiers], bool],
) -> tuple[Entiers, bool]:
    """La plus courte suite de réponses de plus qui atteint un but, et s'il l'est : sinon, tout le cadre.

    `is_reached` reçoit n_h, et reste vrai une fois atteint : la suite se cherche par dichotomie.
    """
    n = np.asarray(repondantes, dtype=np.int64)
    ordre = _sort_gains(population, n, ecart_type)

    def count(k: int) -> Entiers:
        return np.bincount(ordre[:k], minlength=len(n)).astype(np.int64)

    bas = bisect.bisect_left(range(len(ordre) + 1), True, key=lambda k: is_reached(n + count(k)))
    trouve = bas <= len(ordre)
    return count(min(bas, len(ordre))), trouve


def _sort_gains(population: Tableau, repondantes: Nombres, ecart_type: Tableau) -> Entiers:
    """Les strates, une fois par réponse qui y manque, dans l'ordre où la suivante apporte le plus.

    Le gain d'une strate baisse à chaque réponse : trier toutes les réponses possibles donne le même ordre que
    prendre à chaque pas la meilleure, sans pas. À gain égal, la première strate passe d'abord.
    """
    population, n = np.asarray(population, dtype=float), np.asarray(repondantes, dtype=np.int64)
    if (n > population).any():
        raise ValueError("Plus de répondantes que de collectivités dans une strate.")
    total = float(population.sum())
    poids = (population * ecart_type / total) ** 2 if total else np.zeros(len(n))
    manquent = (population - n).astype(np.int64)
    strates = np.repeat(np.arange(len(n), dtype=np.int64), manquent)
    rangs = np.arange(len(strates)) - np.repeat(np.cumsum(manquent) - manquent, manquent)
    deja = (n[strates] + rangs).astype(float)
    gains = poids[strates] * (1 / np.maximum(deja, VIDE) - 1 / (deja + 1))
    return strates[np.argsort(-gains, kind="stable")]


def compute_variance(population: Tableau, repondantes: Nombres, ecart_type: Tableau) -> float:
    """La variance d'une part stratifiée, correction de population finie comprise."""
    population = np.asarray(population, dtype=float)
    n = np.maximum(np.asarray(repondantes, dtype=float), VIDE)
    poids = (population * ecart_type / population.sum()) ** 2
    return float((poids * np.clip(1 / n - 1 / population, 0, None)).sum())


def compute_n_eff(population: Tableau, repondantes: Nombres) -> float:
    """L'effectif efficace des poids de base N_h/n_h : (Σw)²/Σw² sur les strates qui ont répondu."""
    vues = np.asarray(repondantes) > 0
    n, total = np.asarray(repondantes)[vues], np.asarray(population)[vues]
    return float(total.sum() ** 2 / (total**2 / n).sum()) if vues.any() else 0.0
