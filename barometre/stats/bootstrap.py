"""L'erreur type par rééchantillonnage : une seconde voie, pour éprouver la variance linéarisée.

Bootstrap de Rao et Wu (1988), Rao, Wu et Yue (1992) : dans chaque strate, n_h − 1 tirages avec remise, poids
w·[1 − λ + λ·n_h/(n_h − 1)·fois tirée], λ = √(1 − n_h/N_h) pour la population finie ; puis on recale.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from barometre.stats.design import Design
from barometre.stats.reraking import rake_many

Tableau = npt.NDArray[np.float64]
DRAWS = 200
SEED = 20231122


def estimate_bootstrap_se(
    design: Design, values: Tableau, *, draws: int = DRAWS, seed: int = SEED
) -> Tableau:
    """L'erreur type de chaque colonne (1, 0 ou une grandeur, NaN sans réponse) sur tout l'échantillon."""
    poids = rake_many(design, _draw_weights(design, draws, np.random.default_rng(seed)))
    repondu = np.isfinite(values).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        estimations = (np.nan_to_num(values).T @ poids) / (repondu.T @ poids)
    return np.asarray(estimations.std(axis=1, ddof=1))


def _draw_weights(design: Design, draws: int, rng: np.random.Generator) -> Tableau:
    """Unité × tirage : les poids d'avant recalage."""
    strates = design.strata
    facteurs = np.ones((design.size, draws))
    for h, (taille, population) in enumerate(zip(strates.sizes, strates.populations, strict=True)):
        if taille < 2:
            continue
        unites = np.flatnonzero(strates.codes == h)
        fois = rng.multinomial(int(taille) - 1, np.full(unites.size, 1 / unites.size), size=draws).T
        retenue = np.sqrt(max(1 - taille / population, 0.0))
        facteurs[unites] = 1 - retenue + retenue * taille / (taille - 1) * fois
    return np.asarray(design.weights[:, None] * facteurs)
