"""Une covariance factorisée sans être écrite se résout comme la matrice pleine."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from barometre.stats import factor
from barometre.stats.factor import Factor, list_disjoint

MESURES, CLASSES, GROUPES = 9, 14, 3


@pytest.fixture(scope="module")
def parties() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Neuf mesures : 0 à 2 et 3 à 5 lisent les mêmes trois territoires, deux fois ; 6 à 8, tout mêlé."""
    hasard = np.random.default_rng(7)
    territoire = np.arange(CLASSES) % 4
    compte = np.zeros((MESURES, CLASSES))
    for mesure in range(6):
        compte[mesure] = hasard.uniform(0.5, 2, CLASSES) * (territoire == mesure % 3)
    compte[6:] = hasard.uniform(0, 1, (3, CLASSES))
    return compte, hasard.normal(size=(MESURES, GROUPES)), hasard.uniform(0.5, 3, MESURES)


@pytest.mark.parametrize("petite", [0, 500])
@pytest.mark.parametrize("apart", [(0, 1, 2, 3, 4, 5), (1, 4), (0, 5), (7,), ()])
def test_le_facteur_resout_comme_la_matrice_pleine(
    parties: tuple, apart: tuple[int, ...], petite: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Que des mesures s'éliminent ou, trop peu nombreuses, que tout s'écrive."""
    monkeypatch.setattr(factor, "PETITE", petite)
    compte, groupes, bruit = parties
    pleine = compte @ compte.T + groupes @ groupes.T + np.diag(bruit)
    seules = np.isin(np.arange(MESURES), apart)
    facteur = Factor(csr_array(compte), groupes, bruit, seules)
    colonnes = np.random.default_rng(1).normal(size=(MESURES, 5))
    assert facteur.solve(colonnes) == pytest.approx(np.linalg.solve(pleine, colonnes))
    assert facteur.solve(colonnes[:, 0]) == pytest.approx(np.linalg.solve(pleine, colonnes[:, 0]))
    leviers = np.einsum("ij,ij->j", colonnes, np.linalg.solve(pleine, colonnes))
    assert facteur.measure_leverage(colonnes) == pytest.approx(leviers)


def test_toutes_les_mesures_peuvent_etre_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """Une seule cellule, brute et redressée : rien ne reste à factoriser."""
    monkeypatch.setattr(factor, "PETITE", 0)
    compte, groupes = np.array([[1.0, 2.0], [0.5, 1.0]]), np.array([[1.0], [2.0]])
    facteur = Factor(csr_array(compte), groupes, np.ones(2), np.ones(2, dtype=bool))
    pleine = compte @ compte.T + groupes @ groupes.T + np.eye(2)
    b = np.array([1.0, -3.0])
    assert facteur.solve(b) == pytest.approx(np.linalg.solve(pleine, b))
    assert facteur.solve(b[:, None])[:, 0] == pytest.approx(np.linalg.solve(pleine, b))


def test_les_cellules_a_part_n_ont_aucun_membre_commun() -> None:
    cellules = np.random.default_rng(2).random((30, 60)) < 0.1
    choisies = list_disjoint(csr_array(cellules.astype(float)))
    assert (cellules[choisies].sum(axis=0) <= 1).all()
    # aucune autre ne pourrait s'y ajouter
    autres = np.setdiff1d(np.arange(30), choisies)
    assert cellules[autres][:, cellules[choisies].any(axis=0)].any(axis=1).all()
    assert autres.size
