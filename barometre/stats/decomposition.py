"""Décomposer le changement d'une part brute : ce qui vient de qui a répondu, ce qui vient des pratiques.

Kitagawa (1955), « Components of a Difference Between Two Rates », Journal of the American Statistical
Association 50. Les deux parties s'ajoutent exactement, sans reste.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Decomposition:
    """Un changement de part (de −1 à 1) et ses deux parties."""

    changement: float
    composition: float
    pratique: float


def decompose(
    effectifs_1: ArrayLike, taux_1: ArrayLike, effectifs_2: ArrayLike, taux_2: ArrayLike
) -> Decomposition:
    """Par groupe (strate × type), les répondantes et leur part de « oui », aux deux vagues.

    composition = Σ (c₂ − c₁)·(t₁ + t₂)/2 ; pratique = Σ (t₂ − t₁)·(c₁ + c₂)/2, où c est la part du groupe
    parmi les répondantes et t sa part de « oui ». `ValueError` : une vague vide, ou d'autres groupes.
    """
    n1, n2, t1, t2 = (np.asarray(x, dtype=float) for x in (effectifs_1, effectifs_2, taux_1, taux_2))
    if not n1.shape == n2.shape == t1.shape == t2.shape:
        raise ValueError("Les deux vagues n'ont pas les mêmes groupes.")
    if n1.sum() <= 0 or n2.sum() <= 0:
        raise ValueError("Une vague n'a aucune répondante.")
    c1, c2 = n1 / n1.sum(), n2 / n2.sum()
    # Un groupe vide à une vague n'y a pas de taux : il prend celui de l'autre, tout est composition.
    t1, t2 = np.where(n1 > 0, t1, t2), np.where(n2 > 0, t2, t1)
    composition = float(((c2 - c1) * (t1 + t2) / 2).sum())
    pratique = float(((t2 - t1) * (c1 + c2) / 2).sum())
    return Decomposition(float(c2 @ t2 - c1 @ t1), composition, pratique)
