"""L'ajustement proportionnel itératif (Deming et Stephan, 1940), sur les cellules présentes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from barometre.stats.margins import Codes, Margin, Tableau


def rake_cells(
    codes: Sequence[Codes], margins: Sequence[Margin], base: Tableau, tolerance: float, max_iterations: int
) -> tuple[Tableau, int, float]:
    """Poids des cellules, nombre de tours, plus grand écart relatif à une marge.

    L'écart d'une marge est mesuré juste avant son ajustement : celui du tour entier majore ce qui
    reste, puisque la dernière marge ajustée est exacte.
    """
    poids = base.copy()
    ecart = np.inf
    tour = 0
    while tour < max_iterations and ecart > tolerance:
        tour += 1
        ecart = 0.0
        for rangs, marge in zip(codes, margins, strict=True):
            rapport = marge.targets / np.bincount(rangs, weights=poids, minlength=marge.targets.size)
            ecart = max(ecart, float(np.abs(rapport - 1.0).max()))
            poids *= rapport[rangs]
    return poids, tour, ecart


def get_max_gap(codes: Sequence[Codes], margins: Sequence[Margin], weights: Tableau) -> float:
    """Plus grand écart relatif entre les totaux pondérés et les marges."""
    ecarts = [
        np.abs(np.bincount(rangs, weights=weights, minlength=m.targets.size) / m.targets - 1.0).max()
        for rangs, m in zip(codes, margins, strict=True)
    ]
    return float(max(ecarts, default=0.0))
