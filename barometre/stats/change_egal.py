"""Le changement à structure égale : deux parts standardisées, et la covariance de leur panel.

Corr(p₁, p₂) = Σ_t W_t²·φ_t·√(p₁q₁·p₂q₂)·C_t / (SE₁·SE₂), t une tranche de tailles, W_t sa part dans
l'ensemble (`barometre.stats.standardisation`). φ_t : la corrélation d'une réponse d'une vague à l'autre, lue
au panel du pays, car celui d'une région est trop petit ; C_t : le recouvrement des poids dans le territoire,
qui porte la correction exacte 1 − n₁n₂/(N·n₁₂) (`barometre.stats.panel`). SE comprend le bruit du secret.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from barometre.stats.pairing import Pairing
from barometre.stats.panel import count_panel, measure_overlap, read_covariance
from barometre.stats.wave import Wave

Tableau = npt.NDArray[np.float64]
# Une corrélation de 1 ôterait toute largeur à l'écart de deux parts.
MAXIMUM = 0.95


def compute_correlation(
    territories: tuple[Wave, Wave], country: tuple[Wave, Wave], pairing: Pairing, mix: Tableau
) -> Tableau:
    """Territoire × chiffre : la corrélation de ses deux parts standardisées, de 0 à `MAXIMUM`.

    Les domaines de `territories` sont territoire × tranche, la tranche variant le plus vite ; ceux de
    `country`, les tranches. `mix` : la part de chaque tranche (somme 1). NaN où une tranche est vide.
    """
    phi, carres = _correlate_answers(*country, pairing), np.square(mix)[:, None]
    recouvrement = _split(measure_overlap(*territories, pairing)[:, None], mix)
    with np.errstate(divide="ignore", invalid="ignore"):
        dispersion = np.prod([np.sqrt(_split(_spread(v.p), mix)) for v in territories], axis=0)
        commune = (carres * phi * dispersion * recouvrement).sum(axis=1)
        variances = [(carres * _split(v.variance + v.noise, mix)).sum(axis=1) for v in territories]
        return np.clip(commune / np.sqrt(variances[0] * variances[1]), 0.0, MAXIMUM)


def _correlate_answers(first: Wave, second: Wave, pairing: Pairing) -> Tableau:
    """φ de chaque tranche × chiffre ; 0 si une vague est unanime ou le panel vide."""
    panel = count_panel(first, second, pairing)
    dispersion = np.sqrt(_spread(first.p) * _spread(second.p))
    with np.errstate(divide="ignore", invalid="ignore"):
        phi = read_covariance(first.p, second.p, panel) / dispersion
    return np.where((dispersion > 0) & (panel.n > 0), phi, 0.0)


def _spread(p: Tableau) -> Tableau:
    borne = np.clip(p, 0.0, 1.0)
    return borne * (1 - borne)


def _split(values: Tableau, mix: Tableau) -> Tableau:
    """Territoire × tranche × colonne."""
    return values.reshape(-1, mix.size, values.shape[1])
