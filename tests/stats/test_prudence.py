"""Prudence et g* : face à des calculs refaits à la main, unité par unité, et à une participation simulée."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from barometre.stats.calibration import rake
from barometre.stats.design import Design
from barometre.stats.estimation import estimate_proportions
from barometre.stats.prudence import compute_slopes, shift, tilt_weights
from tests.stats.reference_data import load_wave

QUESTIONS = [f"q{k:02d}" for k in range(1, 9)]


def tout(n: int) -> csr_array:
    return csr_array(np.ones((1, n)))


def test_une_seule_strate_peu_repondante_suit_la_formule() -> None:
    """1 000 collectivités, 100 réponses : p/(p + g(1 − p)), à la part connue des répondantes près."""
    oui = np.repeat([1.0, 0.0], [40, 60])[:, None]
    plan = Design(np.zeros(100), {0: 1e6}, np.full(100, 1e4))
    pentes = compute_slopes(plan, oui, tout(100))
    assert float(shift(0.4, pentes.low[0, 0], 1.25)) == pytest.approx(0.4 / (0.4 + 1.25 * 0.6), abs=1e-4)
    assert float(shift(0.4, pentes.high[0, 0], 0.8)) == pytest.approx(0.4 / (0.4 + 0.8 * 0.6), abs=1e-4)


def test_une_strate_recensee_ne_bouge_pas() -> None:
    oui = np.repeat([1.0, 0.0], [4, 6])[:, None]
    plan = Design(np.zeros(10), {0: 10}, np.ones(10))
    assert compute_slopes(plan, oui, tout(10)).low[0, 0] == pytest.approx(0.0)


def test_chaque_strate_se_corrige_a_part() -> None:
    """Deux strates de 1 000, parts 10 % et 90 % : p_g = moyenne des p_g de strate, pas p_g de 50 %."""
    oui = np.repeat([1.0, 0.0, 1.0, 0.0], [10, 90, 90, 10])[:, None]
    plan = Design(np.repeat([0, 1], 100), {0: 1e6, 1: 1e6}, np.full(200, 1e4))
    attendu = np.mean([p / (p + 1.25 * (1 - p)) for p in (0.1, 0.9)])
    pente = compute_slopes(plan, oui, tout(200)).low[0, 0]
    assert float(shift(0.5, pente, 1.25)) == pytest.approx(attendu, abs=1e-4)
    assert (
        abs(attendu - 0.5 / (0.5 + 1.25 * 0.5)) > 0.02
    )  # la formule agrégée s'en écarte de plus de 2 points


def test_le_recalage_est_celui_du_calage() -> None:
    vague = load_wave(1)
    plan = vague.design()
    oui = np.nan_to_num(vague.answers[["q01"]].to_numpy(dtype=float))
    poids = tilt_weights(plan, oui, 1.5)[:, 0]
    depart = pd.Series(np.where(oui[:, 0] > 0, 1 + (plan.weights - 1) / 1.5, plan.weights), plan.index)
    assert plan.variables is not None
    totaux = {c: pd.Series(plan.weights, plan.index).groupby(plan.variables[c]).sum() for c in plan.variables}
    refait = rake(plan.variables, totaux, base_weights=depart).weights
    np.testing.assert_allclose(poids, refait.to_numpy(), rtol=1e-4)


def test_la_pente_dit_les_autres_g_a_un_demi_point() -> None:
    vague = load_wave(1)
    plan = vague.design()
    valeurs = vague.answers[QUESTIONS].to_numpy(dtype=float)
    pentes = compute_slopes(plan, valeurs, tout(plan.size))
    for g in (1.5, 2.0):
        exact = compute_slopes(plan, valeurs, tout(plan.size), g)
        p = np.array(estimate_proportions(plan, vague.answers[QUESTIONS])["p"])
        ecart = shift(p, pentes.low[0], g) - shift(p, exact.low[0], g)
        assert np.abs(ecart).max() < 0.005


def test_prudence_et_g_etoile_encadrent_l_intervalle() -> None:
    vague = load_wave(1)
    t = estimate_proportions(vague.design(), vague.answers[QUESTIONS])
    assert (t["prudence_low"] <= t["low"]).all()
    assert (t["prudence_high"] >= t["high"]).all()
    # À g*, la part est sur une borne de l'intervalle.
    bornes = t[["low", "high"]].to_numpy()
    pentes = compute_slopes(
        vague.design(), vague.answers[QUESTIONS].to_numpy(dtype=float), tout(len(vague.answers))
    )
    au_plus_bas = shift(t["p"], pentes.low[0], t["g_star"]) - bornes[:, 0]
    au_plus_haut = shift(t["p"], pentes.high[0], 1 / t["g_star"]) - bornes[:, 1]
    assert np.abs(np.fmin(np.abs(au_plus_bas), np.abs(au_plus_haut))).max() < 1e-9
