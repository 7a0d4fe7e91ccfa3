"""L'inverse de la hessienne du modèle, par blocs : les départements d'un côté, tout le reste de l'autre.

Une réponse n'est que d'un département : leur bloc est diagonal et s'élimine par le complément de Schur. Il
reste une matrice d'une quarantaine de lignes, au lieu de cent quarante, à factoriser à chaque pas.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotri

Reels = NDArray[np.float64]
Entiers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Inverse:
    """L'inverse de [[A, B], [B', D]], D diagonale : `petit` = (A − B·D⁻¹·B')⁻¹, `croise` = B·D⁻¹."""

    elimines: Entiers
    restes: Entiers
    petit: Reels
    croise: Reels
    inverse_d: Reels

    @property
    def taille(self) -> int:
        """Le nombre de coefficients."""
        return len(self.elimines) + len(self.restes)

    @cached_property
    def diagonal(self) -> Reels:
        """La variance de chaque coefficient."""
        diagonale = np.empty(self.taille)
        diagonale[self.restes] = np.diag(self.petit)
        diagonale[self.elimines] = self.inverse_d + ((self.petit @ self.croise) * self.croise).sum(axis=0)
        return diagonale

    def solve(self, second_membre: Reels) -> Reels:
        """L'inverse appliqué à un vecteur."""
        d = second_membre[self.elimines]
        solution = np.empty(self.taille)
        reste = self.petit @ (second_membre[self.restes] - self.croise @ d)
        solution[self.restes] = reste
        solution[self.elimines] = self.inverse_d * d - reste @ self.croise
        return solution


def invert(matrice: Reels, elimines: Entiers, restes: Entiers) -> Inverse:
    """L'inverse d'une matrice définie positive dont le bloc `elimines` est diagonal."""
    inverse_d = 1 / matrice[elimines, elimines]
    croise = matrice[np.ix_(restes, elimines)]
    ramene = croise * inverse_d
    schur = matrice[np.ix_(restes, restes)] - ramene @ croise.T
    return Inverse(elimines, restes, _invert_dense(schur), ramene, inverse_d)


def _invert_dense(matrice: Reels) -> Reels:
    """Par Cholesky ; LAPACK ne remplit qu'un triangle."""
    facteur, echec = dpotrf(matrice, lower=True)
    if echec:
        raise np.linalg.LinAlgError("La hessienne du modèle n'est pas définie positive.")
    triangle = np.tril(dpotri(facteur, lower=True)[0])
    inverse: Reels = triangle + np.tril(triangle, -1).T
    return inverse
