"""La loi hypergéométrique, sans `scipy.stats` : quarante mégaoctets et une demi-seconde pour une somme."""

from __future__ import annotations

import numpy as np
from scipy import special


def compute_cdf(found: int, total: int, marked: int, drawn: int) -> float:
    """P(X ≤ found) : X marquées parmi `drawn` tirées sans remise de `total`, dont `marked` le sont."""
    rangs = np.arange(max(0, drawn + marked - total), min(found, marked, drawn) + 1)
    logs = _log_choose(marked, rangs) + _log_choose(total - marked, drawn - rangs)
    return float(np.exp(logs - _log_choose(total, np.array(drawn))).sum())


def _log_choose(n: int, k: np.ndarray) -> np.ndarray:
    return np.asarray(-special.betaln(n - k + 1, k + 1) - np.log(n + 1))
