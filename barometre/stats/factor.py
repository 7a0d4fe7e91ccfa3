"""Une covariance de mesures qui se recouvrent, factorisée sans l'écrire en entier.

K = v·XXᵀ + e²·SSᵀ + D : X dit qui est compté dans quelle mesure (creuse), S ce que les groupes y pèsent (peu
de colonnes), D le bruit. Des mesures sans membre commun (les EPCI, entre eux) s'éliminent d'abord : elles ne
laissent à factoriser que les autres (complément de Schur), et S se rajoute ensuite (Woodbury 1950).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.blas import dtrsv
from scipy.sparse import csr_array

Tableau = npt.NDArray[np.float64]
Entiers = npt.NDArray[np.intp]
PETITE = 500


class Factor:
    """De quoi résoudre K·x = b, et mesurer xᵀK⁻¹x.

    `counted` : mesure × classe, √v·X ; `grouped` : mesure × groupe, e·S ; `noise` : la variance du bruit
    de chaque mesure ; `apart` : vrai pour celles dont chacune n'a de membre commun qu'avec une autre au plus.
    """

    def __init__(
        self, counted: csr_array, grouped: Tableau, noise: Tableau, apart: npt.NDArray[np.bool_]
    ) -> None:
        # De peu de mesures, la matrice entière s'écrit plus vite que ses morceaux.
        apart = apart & (noise.size > PETITE)
        self.seules, self.autres = np.flatnonzero(apart), np.flatnonzero(~apart)
        reste = (
            self._eliminate(counted, noise)
            if apart.any()
            else (counted @ counted.T).toarray() + grouped @ grouped.T
        )
        reste[np.diag_indices_from(reste)] += noise[self.autres]
        self.bas = cho_factor(reste.T, lower=True, overwrite_a=True, check_finite=False)
        if apart.any():
            self.pesee = self._solve_counted(grouped)
            noyau = np.eye(grouped.shape[1]) + grouped.T @ self.pesee
            self.noyau = cho_factor(noyau, lower=True, overwrite_a=True, check_finite=False)

    def _eliminate(self, counted: csr_array, noise: Tableau) -> Tableau:
        """Ce que les mesures à part, une fois éliminées, laissent du produit des autres."""
        siennes, reste = csr_array(counted[self.seules]), csr_array(counted[self.autres])
        self.inverse = _invert_pairs(csr_array(siennes @ siennes.T), noise[self.seules])
        croise = csr_array(siennes @ reste.T)
        # F⁻¹·C, et sa transposée : tout ce que les mesures éliminées disent aux autres.
        self.passe = csr_array(self.inverse @ croise)
        self.retour = csr_array(self.passe.T)
        return np.asarray((reste @ reste.T - croise.T @ self.passe).toarray())

    def solve(self, b: Tableau) -> Tableau:
        """K⁻¹·b."""
        if not self.seules.size:
            return self._solve_others(b)
        sans = self._solve_counted(b)
        return np.asarray(sans - self.pesee @ cho_solve(self.noyau, self.pesee.T @ b, check_finite=False))

    def measure_leverage(self, columns: Tableau) -> Tableau:
        """xᵀK⁻¹x, de chaque colonne x."""
        return np.asarray(np.einsum("ij,ij->j", columns, self.solve(columns)))

    def _solve_counted(self, b: Tableau) -> Tableau:
        """(v·XXᵀ + D)⁻¹·b."""
        x, siennes = np.empty_like(b), b[self.seules]
        x[self.autres] = self._solve_others(b[self.autres] - self.retour @ siennes)
        x[self.seules] = self.inverse @ siennes - self.passe @ x[self.autres]
        return x

    def _solve_others(self, b: Tableau) -> Tableau:
        if b.ndim > 1:
            return np.asarray(cho_solve(self.bas, b, check_finite=False))
        # `cho_solve` tiendrait le vecteur pour une matrice, et y mettrait le triple.
        bas = self.bas[0]
        return np.asarray(dtrsv(bas, dtrsv(bas, b, lower=1), lower=1, trans=1) if b.size else b)


def _invert_pairs(crossed: csr_array, noise: Tableau) -> csr_array:
    """L'inverse d'une matrice dont chaque ligne n'a, hors de la diagonale, qu'un terme au plus."""
    rangs = np.arange(noise.size)
    diagonale = crossed.diagonal() + noise
    paires = crossed.tocoo()
    gardees = (paires.row != paires.col) & (paires.data != 0)
    i, j, croise = paires.row[gardees], paires.col[gardees], paires.data[gardees]
    determinant = diagonale[i] * diagonale[j] - croise**2
    inverse = 1 / diagonale
    inverse[i] = diagonale[j] / determinant
    valeurs = np.concatenate([inverse, -croise / determinant])
    lieux = np.concatenate([rangs, i]), np.concatenate([rangs, j])
    return csr_array((valeurs, lieux), (noise.size, noise.size))


def list_disjoint(cells: csr_array) -> Entiers:
    """Des cellules sans membre commun, les plus petites d'abord ; `cells` : cellule × unité."""
    prises, choisies = np.zeros(cells.shape[1], dtype=bool), list[int]()
    for cellule in np.argsort(np.diff(cells.indptr), kind="stable"):
        siennes = cells.indices[cells.indptr[cellule] : cells.indptr[cellule + 1]]
        if not prises[siennes].any():
            prises[siennes] = True
            choisies.append(int(cellule))
    return np.array(sorted(choisies), dtype=np.intp)
