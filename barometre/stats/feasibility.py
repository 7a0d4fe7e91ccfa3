"""Pourquoi un calage est impossible, et quelles bornes le rendraient possible."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy
from scipy.sparse import csr_array, eye_array, hstack, vstack

from barometre.domain.formats import format_au_plus
from barometre.stats.cells import Cells, build_matrix
from barometre.stats.distances import NO_BOUNDS, Bounds, get_distance
from barometre.stats.margins import CalibrationError, Problem, Tableau
from barometre.stats.newton import solve

# Écart relatif au-delà duquel une contrainte n'est pas tenue.
UNMET = 1e-6
# Marge laissée autour des bornes limites, où la méthode logit ne converge pas.
SLACK = 0.02
# Recherche du plus petit élargissement des deux bornes à la fois.
LARGEST_FACTOR = 1e4
BISECTIONS = 25


def explain_failure(problem: Problem, cells: Cells, method: str, bounds: Bounds) -> CalibrationError:
    """La cause la plus profonde d'abord : marges confondues, poids positifs impossibles, bornes."""
    x, cible = build_matrix(problem, cells)
    echelle = np.maximum(np.abs(cible), 1.0)
    a, b = (x * cells.base[:, None] / echelle).T, cible / echelle
    ecart = b - a @ np.linalg.lstsq(a, b, rcond=1e-10)[0]
    if np.abs(ecart).max() > UNMET:
        return _refuse_confounded(problem, ecart)
    if not _is_feasible(a, b, (0.0, np.inf)):
        return _refuse_positive(problem)
    if bounds != NO_BOUNDS and not _is_feasible(a, b, bounds):
        return _refuse_bounds(x, cible, cells, method, bounds)
    return CalibrationError(
        "Le calage n'a pas convergé : les marges sont compatibles, mais de justesse. "
        "Regroupez les modalités les plus rares ou élargissez les bornes. Aucun poids n'est publié."
    )


def _name_columns(problem: Problem) -> list[str]:
    noms: list[str] = []
    for rang, marge in enumerate(problem.margins):
        noms += [marge.column] * (len(marge.levels) - (rang > 0))
    return noms + [variable.column for variable in problem.numeric]


def _quote(names: list[str]) -> str:
    cites = [f"« {nom} »" for nom in names]
    return cites[0] if len(cites) == 1 else ", ".join(cites[:-1]) + " et " + cites[-1]


def _refuse_confounded(problem: Problem, gap: Tableau) -> CalibrationError:
    noms = _name_columns(problem)
    fautives = list(dict.fromkeys(noms[rang] for rang in np.flatnonzero(np.abs(gap) > UNMET)))
    return CalibrationError(
        f"Les marges {_quote(fautives)} se confondent dans l'échantillon (l'une y détermine l'autre) "
        f"et visent des populations différentes : le calage ne converge pas et aucun poids n'est publié."
    )


def _refuse_positive(problem: Problem) -> CalibrationError:
    noms = [marge.column for marge in problem.margins] + [v.column for v in problem.numeric]
    return CalibrationError(
        f"Aucun poids positif ne respecte ensemble les marges {_quote(noms)} : trop de croisements "
        f"de modalités sont sans répondant. Le calage ne converge pas et aucun poids n'est publié."
    )


def _solve_linear(objectif: Tableau, **contraintes: Any) -> Any:
    """Un programme linéaire ; scipy ne charge `optimize` que là, pour un calage qui échoue."""
    return scipy.optimize.linprog(objectif, method="highs", **contraintes)


def _is_feasible(a: Tableau, b: Tableau, bounds: Bounds) -> bool:
    resultat = _solve_linear(np.zeros(a.shape[1]), A_eq=a, b_eq=b, bounds=bounds)
    return bool(resultat.status == 0)


def _refuse_bounds(
    x: Tableau, targets: Tableau, cells: Cells, method: str, bounds: Bounds
) -> CalibrationError:
    proches = find_nearest_bounds(x, targets, cells.base, method, bounds)
    essayees = f"[{format_au_plus(bounds[0])} ; {format_au_plus(bounds[1])}]"
    proposees = f"[{format_au_plus(proches[0])} ; {format_au_plus(proches[1])}]"
    return CalibrationError(
        f"Les bornes {essayees} sont irréalisables : aucun jeu de poids ne respecte les marges en restant "
        f"entre elles. Les bornes réalisables les plus proches sont {proposees}.",
        bounds=bounds,
        feasible_bounds=proches,
    )


def find_nearest_bounds(x: Tableau, targets: Tableau, base: Tableau, method: str, bounds: Bounds) -> Bounds:
    """Bornes réalisables les plus proches, arrondies vers l'extérieur et vérifiées par un calage.

    On relâche d'abord une seule borne, celle qui bouge le moins (en logarithme) ; les deux à la fois
    si aucune ne suffit.
    """
    echelle = np.maximum(np.abs(targets), 1.0)
    a, b = (x * base[:, None] / echelle).T, targets / echelle
    bas, haut = min(_list_relaxations(a, b, bounds), key=lambda essai: _get_distance_between(bounds, essai))
    largeur = SLACK
    while True:
        essai = _round_outwards(bas, haut, bounds, largeur)
        solution = solve(x, base, targets, get_distance(method, essai), tolerance=1e-9, max_iterations=200)
        if solution.gap <= 1e-9 or largeur > 10:
            return essai
        largeur *= 2


def _list_relaxations(a: Tableau, b: Tableau, bounds: Bounds) -> list[Bounds]:
    bas, haut = bounds
    haute, basse = _relax(a, b, (bas, 0.0), (haut, 1.0)), _relax(a, b, (bas, -1.0), (haut, 0.0))
    essais = [essai for essai in (haute, basse) if essai is not None]
    return essais or [_relax_both(a, b, bounds)]


def _relax_both(a: Tableau, b: Tableau, bounds: Bounds) -> Bounds:
    """Divise la basse et multiplie la haute par le même plus petit t, puis resserre la haute."""
    faible, fort = 0.0, math.log(LARGEST_FACTOR)
    for _ in range(BISECTIONS):
        milieu = (faible + fort) / 2
        if _is_feasible(a, b, (bounds[0] * math.exp(-milieu), bounds[1] * math.exp(milieu))):
            fort = milieu
        else:
            faible = milieu
    bas = bounds[0] * math.exp(-fort)
    return _relax(a, b, (bas, 0.0), (bounds[1], 1.0)) or (0.0, bounds[1] * math.exp(fort))


def _relax(a: Tableau, b: Tableau, low: tuple[float, float], high: tuple[float, float]) -> Bounds | None:
    """Plus petit s ≥ 0 tel que a·g = b ait une solution entre low[0] + s·low[1] et high[0] + s·high[1]."""
    n = a.shape[1]
    unite, un = eye_array(n), csr_array(np.ones((n, 1)))
    # g − s·high[1] ≤ high[0] et −g + s·low[1] ≤ −low[0]
    inegalites = vstack([hstack([unite, -high[1] * un]), hstack([-unite, low[1] * un])])
    limites = np.concatenate([np.full(n, high[0]), np.full(n, -low[0])])
    resultat = _solve_linear(
        np.append(np.zeros(n), 1.0),
        A_ub=inegalites,
        b_ub=limites,
        A_eq=np.hstack([a, np.zeros((a.shape[0], 1))]),
        b_eq=b,
        bounds=(0.0, np.inf),
    )
    if resultat.status != 0:
        return None
    s = float(resultat.x[-1])
    return max(low[0] + s * low[1], 0.0), high[0] + s * high[1]


def _get_distance_between(bounds: Bounds, other: Bounds) -> float:
    return math.log(other[1] / bounds[1]) + math.log(max(bounds[0], 1e-3) / max(other[0], 1e-3))


def _round_outwards(low: float, high: float, bounds: Bounds, slack: float) -> Bounds:
    """Deux décimales vers l'extérieur ; une borne que l'on n'a pas relâchée reste telle quelle."""
    bas, haut = bounds
    if low < bas * (1 - 1e-9):
        bas = max(math.floor(low * (1 - slack) * 100) / 100, 0.0)
    if high > haut * (1 + 1e-9):
        haut = math.ceil(high * (1 + slack) * 100) / 100
    return bas, haut
