"""p_g publié, sans une réponse, et la formule agrégée, face au recalage refait unité par unité.

La mesure est celle de l'essai (`tests.stats.test_prudence`) : 2 676 réponses de référence.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from barometre.stats.prudence import SENSITIVITY_FACTORS
from tests.stats.test_prudence import measure_gaps


def run() -> list[dict[str, Any]]:
    """Une ligne par préférence, dans un sens puis l'autre : plus grand écart et écart médian, en points."""
    return [_measure(g**sens) for sens in (1, -1) for g in SENSITIVITY_FACTORS]


def _measure(g: float) -> dict[str, Any]:
    publie, agrege = (100 * np.abs(ecarts) for ecarts in measure_gaps(g))
    return {
        "préférence g": f"{g:.2f}",
        "publié, au plus (médiane)": f"{publie.max():.1f} ({np.median(publie):.1f})",
        "formule agrégée, au plus (médiane)": f"{agrege.max():.1f} ({np.median(agrege):.1f})",
    }
