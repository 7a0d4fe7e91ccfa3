"""Les trois distances de calage de Deville et Särndal (1992) : w = d·F(x'λ).

raking : F(u) = exp u, toujours positive, sans bornes. linear : F(u) = 1 + u, tronquée aux bornes.
logit : F(u) = [L(U − 1) + U(1 − L)·exp(Au)] / [(U − 1) + (1 − L)·exp(Au)],
A = (U − L)/((1 − L)(U − 1)), strictement entre L et U.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from barometre.stats.margins import CalibrationError, Tableau

Method = Literal["logit", "raking", "linear"]
Bounds = tuple[float, float]
# u → (F(u), F'(u))
Distance = Callable[[Tableau], tuple[Tableau, Tableau]]

NO_BOUNDS: Bounds = (-np.inf, np.inf)
# exp(±700) reste un nombre : au-delà, la recherche a déjà divergé.
LARGEST_EXPONENT = 700.0


def get_distance(method: str, bounds: Bounds) -> Distance:
    """La fonction F d'une méthode et sa dérivée."""
    if method == "raking":
        return _raking
    if method == "linear":
        return lambda u: _linear(u, bounds)
    if method == "logit":
        return lambda u: _logit(u, bounds)
    raise CalibrationError(f"Méthode de calage inconnue : « {method} » (logit, raking ou linear).")


def check_bounds(method: str, bounds: Bounds | None) -> Bounds:
    """Les bornes du rapport poids calé / poids de départ, vérifiées ; le raking n'en a pas."""
    if method == "raking" or bounds is None:
        if method == "logit":
            raise CalibrationError("La méthode logit demande des bornes, par exemple (0.25, 5).")
        return NO_BOUNDS
    bas, haut = float(bounds[0]), float(bounds[1])
    if not bas < 1 < haut or (method == "logit" and not (bas >= 0 and np.isfinite(haut))):
        raise CalibrationError(
            f"Les bornes ({bas:g}, {haut:g}) n'encadrent pas 1 : il faut 0 ≤ borne basse < 1 < borne haute.",
            bounds=(bas, haut),
        )
    return bas, haut


def _raking(u: Tableau) -> tuple[Tableau, Tableau]:
    rapport = np.exp(np.clip(u, -LARGEST_EXPONENT, LARGEST_EXPONENT))
    return rapport, rapport


def _linear(u: Tableau, bounds: Bounds) -> tuple[Tableau, Tableau]:
    bas, haut = bounds
    return np.clip(1 + u, bas, haut), ((1 + u > bas) & (1 + u < haut)).astype(float)


def _logit(u: Tableau, bounds: Bounds) -> tuple[Tableau, Tableau]:
    bas, haut = bounds
    pente = (haut - bas) / ((1 - bas) * (haut - 1))
    e = np.exp(np.clip(pente * u, -LARGEST_EXPONENT / 2, LARGEST_EXPONENT / 2))
    denominateur = (haut - 1) + (1 - bas) * e
    rapport = (bas * (haut - 1) + haut * (1 - bas) * e) / denominateur
    return rapport, (haut - bas) ** 2 * e / denominateur**2
