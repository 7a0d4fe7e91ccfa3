"""Le changement à structure égale : couverture et largeur de son intervalle, sans et avec le panel.

La simulation est celle de l'essai (`tests.stats.test_change_egal`), sur plus de tirages et d'autres enquêtes.
"""

from __future__ import annotations

from typing import Any

from tests.stats.test_change_egal import simulate

TIRAGES, GRAINE = 400, 8
ENQUETES = ((0.6, 0.8), (0.6, 0.5), (0.3, 0.8), (0.3, 0.5))


def run() -> list[dict[str, Any]]:
    """Une ligne par taux de réponse et part de panel."""
    return [_measure(taux, panel) for taux, panel in ENQUETES]


def _measure(taux: float, panel: float) -> dict[str, Any]:
    s = simulate(TIRAGES, taux, panel, GRAINE)
    return {
        "taux de réponse": f"{taux:.0%}", "panel": f"{panel:.0%}",
        "couverture sans": f"{s.couverture[0]:.1%}", "couverture avec": f"{s.couverture[1]:.1%}",
        "largeur sans → avec (points)": f"{100 * s.largeur[0]:.1f} → {100 * s.largeur[1]:.1f}",
        "corrélation": f"{s.correlation:.2f}",
    }  # fmt: skip
