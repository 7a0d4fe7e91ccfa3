"""L'inverse par blocs : le même que l'inverse ordinaire, en diagonale et appliqué à un vecteur."""

from __future__ import annotations

import numpy as np
import pytest

from barometre.stats.mrp_bloc import invert

TAILLE, ELIMINES = 30, np.array([3, 4, 7, 8, 9, 20, 21, 22, 29])


def _build(seed: int) -> np.ndarray:
    """Une matrice définie positive dont le bloc éliminé est diagonal."""
    hasard = np.random.default_rng(seed).standard_normal((TAILLE, TAILLE))
    matrice = hasard @ hasard.T + TAILLE * np.eye(TAILLE)
    bloc = np.ix_(ELIMINES, ELIMINES)
    matrice[bloc] = np.diag(np.diag(matrice[bloc]))
    return matrice + 10 * TAILLE * np.eye(TAILLE)


@pytest.mark.parametrize("seed", range(3))
def test_matches_the_plain_inverse(seed: int) -> None:
    matrice = _build(seed)
    restes = np.setdiff1d(np.arange(TAILLE), ELIMINES)
    inverse, attendu = invert(matrice, ELIMINES, restes), np.linalg.inv(matrice)
    second_membre = np.arange(TAILLE, dtype=float)
    np.testing.assert_allclose(inverse.diagonal, np.diag(attendu), rtol=1e-12)
    np.testing.assert_allclose(inverse.solve(second_membre), attendu @ second_membre, rtol=1e-10)


def test_refuses_a_matrix_that_is_not_positive() -> None:
    with pytest.raises(np.linalg.LinAlgError, match="définie positive"):
        invert(-np.eye(4), np.array([0]), np.array([1, 2, 3]))
