"""Les sommes d'un plan : ce que tout chiffre de `barometre.stats` lit, exact ou tel qu'il se publie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Tableau = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Une ligne par domaine, une colonne par chiffre. `variance` est celle de `estimate`.

    `noise` : la variance que la perturbation du secret ajoute, 0 sans elle. `n` compte les réponses, il
    décide de ce qui se cache ; `n_published` est l'effectif à publier, brouillé là où une partie des membres
    n'a pas répondu.
    """

    n: Tableau
    total: Tableau
    n_eff: Tableau
    raw: Tableau
    estimate: Tableau
    variance: Tableau
    df: Tableau
    noise: Tableau
    n_published: Tableau

    @property
    def n_noisy(self) -> Tableau:
        """L'effectif efficace des intervalles et des tests : réduit de ce que le bruit du secret en ôte."""
        return adjust_n_eff(self.n_eff, self.n_published, np.clip(self.estimate, 0.0, 1.0), self.noise)


def adjust_n_eff(n_eff: npt.ArrayLike, n: npt.ArrayLike, p: npt.ArrayLike, noise: npt.ArrayLike) -> Tableau:
    """1/n' = 1/n_eff + bruit/pq : l'effectif dont la variance binomiale comprend celle du bruit."""
    n_eff, n, p, noise = (np.asarray(v, dtype=float) for v in (n_eff, n, p, noise))
    with np.errstate(divide="ignore", invalid="ignore"):
        # À 0 ou 1, pq d'une réponse de plus : le bruit ne s'y annule pas.
        pq = np.maximum(p * (1 - p), 1 / n - 1 / n**2)
        return np.asarray(1 / (1 / n_eff + np.where(noise > 0, noise / pq, 0.0)))
