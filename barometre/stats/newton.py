"""Résout un calage : trouve λ tel que Σ d·F(x'λ)·x soit égal aux totaux de la population."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from barometre.stats.distances import Distance
from barometre.stats.margins import Tableau

MAX_HALVINGS = 30


@dataclass(frozen=True, slots=True)
class Solution:
    """Rapport de calage de chaque cellule ; `gap` est le plus grand écart relatif à un total."""

    ratio: Tableau
    iterations: int
    gap: float


def solve(
    x: Tableau,
    base: Tableau,
    targets: Tableau,
    distance: Distance,
    *,
    tolerance: float,
    max_iterations: int,
) -> Solution:
    """Newton avec division du pas ; s'arrête quand l'écart est petit ou ne diminue plus."""
    echelle = _get_scale(x, base, targets)
    x, cible = x / echelle, targets / echelle
    lam = np.zeros(x.shape[1])
    rapport, pente, ecart = _evaluate(x, base, cible, distance, lam)
    tour = 0
    while np.abs(ecart).max() > tolerance and tour < max_iterations:
        tour += 1
        pas = _step((x * (base * pente)[:, None]).T @ x, ecart)
        facteur = 1.0
        for _ in range(MAX_HALVINGS):
            essai = _evaluate(x, base, cible, distance, lam + facteur * pas)
            if np.linalg.norm(essai[2]) < np.linalg.norm(ecart):
                break
            facteur /= 2
        else:
            break
        lam = lam + facteur * pas
        rapport, pente, ecart = essai
    return Solution(rapport, tour, float(np.abs(ecart).max()))


def _get_scale(x: Tableau, base: Tableau, targets: Tableau) -> Tableau:
    """Met chaque contrainte à l'échelle de son total, pour que les écarts soient relatifs."""
    echelle = np.maximum(np.abs(targets), np.abs(x).T @ base * 1e-6)
    return np.where(echelle > 0, echelle, 1.0)


def _evaluate(
    x: Tableau, base: Tableau, targets: Tableau, distance: Distance, lam: Tableau
) -> tuple[Tableau, Tableau, Tableau]:
    rapport, pente = distance(x @ lam)
    return rapport, pente, targets - x.T @ (base * rapport)


def _step(jacobian: Tableau, gap: Tableau) -> Tableau:
    """Le pas de Newton ; par moindres carrés quand des marges sont liées entre elles."""
    diagonale = np.sqrt(np.diag(jacobian))
    diagonale = np.where(diagonale > 0, diagonale, 1.0)
    correlation = jacobian / np.outer(diagonale, diagonale)
    return np.linalg.lstsq(correlation, gap / diagonale, rcond=1e-12)[0] / diagonale
