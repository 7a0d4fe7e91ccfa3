"""Où relancer : l'allocation est l'optimum, et la suivre vaut mieux que relancer au prorata."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometre.stats.allocation import allocate, compute_n_eff, compute_variance

PETITES = st.lists(
    st.tuples(st.integers(2, 40), st.integers(1, 5), st.floats(0.05, 0.5)), min_size=1, max_size=4
)


def _colonnes(strates: list[tuple[int, int, float]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n = np.array([min(r, p) for p, r, _ in strates])
    return np.array([float(p) for p, _, _ in strates]), n, np.array([s for *_, s in strates])


@given(PETITES, st.integers(0, 4))
@settings(deadline=None, max_examples=60)
def test_aucune_autre_repartition_ne_fait_mieux(strates: list[tuple[int, int, float]], budget: int) -> None:
    population, n, s = _colonnes(strates)
    trouvee = compute_variance(population, n + allocate(population, n, s, budget), s)
    possibles = [
        np.array(ajouts)
        for ajouts in product(range(budget + 1), repeat=len(n))
        if sum(ajouts) == min(budget, int((population - n).sum())) and (n + ajouts <= population).all()
    ]
    assert trouvee <= min(compute_variance(population, n + a, s) for a in possibles) + 1e-12


def test_une_strate_sans_reponse_passe_avant() -> None:
    ajouts = allocate(np.array([100.0, 100.0]), np.array([0, 20]), np.array([0.5, 0.5]), 1)
    assert ajouts.tolist() == [1, 0]


def test_on_ne_relance_pas_plus_que_le_cadre() -> None:
    ajouts = allocate(np.array([5.0, 3.0]), np.array([4, 3]), np.array([0.5, 0.5]), 100)
    assert ajouts.tolist() == [1, 0]


def test_plus_de_repondantes_que_de_collectivites_se_refuse() -> None:
    with pytest.raises(ValueError, match="Plus de répondantes"):
        allocate(np.array([5.0]), np.array([6]), np.array([0.5]), 1)


def test_suivre_l_allocation_bat_la_relance_au_prorata_sur_des_tirages() -> None:
    """200 réponses de plus à peu près où elles viennent déjà, contre là où l'allocation les demande."""
    rng = np.random.default_rng(20261128)
    population = np.array([18_000.0, 7_000.0, 6_500.0, 2_000.0, 1_000.0, 400.0])
    parts = np.array([0.15, 0.3, 0.5, 0.7, 0.8, 0.9])
    n = np.array([60, 90, 150, 120, 100, 80])
    s = np.sqrt(parts * (1 - parts))
    ajouts = allocate(population, n, s, 200)
    prorata = np.round(200 * n / n.sum()).astype(int)
    vraie = float(population @ parts / population.sum())
    erreurs = {}
    for nom, plus in (("cible", ajouts), ("prorata", prorata)):
        tirages = rng.binomial(n + plus, parts, size=(4_000, 6)) / (n + plus)
        estimations = tirages @ population / population.sum()
        erreurs[nom] = float(np.mean((estimations - vraie) ** 2))
    assert erreurs["cible"] < 0.8 * erreurs["prorata"]
    assert compute_n_eff(population, n + ajouts) > compute_n_eff(population, n + prorata)
