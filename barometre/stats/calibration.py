"""Calage d'un échantillon sur des marges connues de la population (CONCEPTION §4.2).

Références : Deming et Stephan (1940) ; Deville et Särndal (1992) ; Deville, Särndal et Sautory (1993).
Un calage qui ne tient pas ses marges n'est jamais rendu : `CalibrationError` en nomme la cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from barometre.stats.cells import Cells, build_cells, build_matrix
from barometre.stats.distances import NO_BOUNDS, Bounds, Method, check_bounds, get_distance
from barometre.stats.feasibility import explain_failure
from barometre.stats.margins import CalibrationError, Margins, Problem, Tableau, read_problem
from barometre.stats.newton import solve
from barometre.stats.raking import get_max_gap, rake_cells

__all__ = ["Calibration", "CalibrationError", "calibrate", "rake"]

CALIBRATION_TOLERANCE = 1e-11
CALIBRATION_ITERATIONS = 100
# CONCEPTION §4.2 : le rapport poids calé / poids de départ reste entre ces bornes.
DEFAULT_BOUNDS: Bounds = (0.25, 5.0)


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Des poids calés. Les rapports sont ceux du poids calé au poids de départ.

    `n_eff` = (Σw)²/Σw² (Kish) ; `max_gap` est le plus grand écart relatif à un total visé.
    """

    weights: pd.Series
    converged: bool
    iterations: int
    ratio_min: float
    ratio_max: float
    n_eff: float
    max_gap: float


def rake(
    sample: pd.DataFrame,
    margins: Margins,
    *,
    base_weights: Any = None,
    tolerance: float = 1e-10,
    max_iterations: int = 500,
) -> Calibration:
    """Ajuste tour à tour chaque marge jusqu'à ce que toutes tiennent à `tolerance` près."""
    problem = read_problem(sample, margins, base_weights)
    if problem.numeric:
        raise CalibrationError(
            f"L'ajustement proportionnel ne sait pas caler sur la variable numérique "
            f"« {problem.numeric[0].column} » : utilisez calibrate."
        )
    cells = build_cells(problem)
    poids, tours, ecart = rake_cells(cells.codes, problem.margins, cells.base, tolerance, max_iterations)
    if not ecart <= tolerance:
        raise explain_failure(problem, cells, "raking", NO_BOUNDS)
    return _build_calibration(problem, cells, poids / cells.base, tours)


def calibrate(
    sample: pd.DataFrame,
    margins: Margins,
    *,
    method: Method = "logit",
    bounds: Bounds | None = DEFAULT_BOUNDS,
    base_weights: Any = None,
) -> Calibration:
    """Cale sur des marges de catégories et des totaux numériques, par la distance choisie.

    Les bornes valent pour logit et linear (tronquée) ; le raking, exponentiel, n'en a pas.
    Sans bornes (`None`), linear peut rendre des poids négatifs : `ratio_min` le dit.
    """
    limites = check_bounds(method, bounds)
    distance = get_distance(method, limites)
    problem = read_problem(sample, margins, base_weights)
    cells = build_cells(problem)
    x, cible = build_matrix(problem, cells)
    solution = solve(
        x,
        cells.base,
        cible,
        distance,
        tolerance=CALIBRATION_TOLERANCE,
        max_iterations=CALIBRATION_ITERATIONS,
    )
    if not solution.gap <= CALIBRATION_TOLERANCE * 100:
        raise explain_failure(problem, cells, method, limites)
    return _build_calibration(problem, cells, solution.ratio, solution.iterations)


def _build_calibration(problem: Problem, cells: Cells, ratio: Tableau, iterations: int) -> Calibration:
    poids = problem.base * ratio[cells.unit_cell]
    ecarts = [get_max_gap(cells.codes, problem.margins, cells.base * ratio)]
    ecarts += [abs(float(v.values @ poids) - v.target) / max(abs(v.target), 1.0) for v in problem.numeric]
    return Calibration(
        weights=pd.Series(poids, index=problem.index, name="weight"),
        converged=True,
        iterations=iterations,
        ratio_min=float(ratio.min()),
        ratio_max=float(ratio.max()),
        n_eff=float(poids.sum() ** 2 / np.square(poids).sum()),
        max_gap=max(ecarts),
    )
