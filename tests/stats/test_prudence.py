"""Prudence et g* : face à des calculs refaits à la main, unité par unité, et à une participation simulée."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from barometre.stats.calibration import rake
from barometre.stats.design import Design
from barometre.stats.estimation import estimate_proportions
from barometre.stats.prudence import compute_expected_slopes, compute_slopes, shift, tilt_share, tilt_weights
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


@pytest.mark.parametrize("taux", [0.05, 0.5, 0.9])
@pytest.mark.parametrize("g", [0.5, 0.8, 1.25, 1.5, 2.0])
def test_la_part_publiee_a_tout_g_est_celle_du_calcul_unite_par_unite(taux: float, g: float) -> None:
    """200 réponses, 45 % de oui, d'une strate dont le taux de réponse change : la pente est celle de 1,25."""
    oui = (np.arange(200) < 90).astype(float)[:, None]
    plan = Design(np.zeros(200), {0: 200 / taux}, np.full(200, 1 / taux))
    poids = tilt_weights(plan, oui, g)[:, 0]
    exact = float((poids * oui[:, 0]).sum() / poids.sum())
    pentes = compute_expected_slopes(plan, tout(200), 1)
    publiee = (pentes.low + pentes.high)[0, 0] / 2
    assert float(tilt_share(0.45, publiee, g)) == pytest.approx(exact, abs=1e-6)


def measure_gaps(g: float) -> tuple[np.ndarray, np.ndarray]:
    """p_g publié, puis formule agrégée, moins le recalage refait unité par unité : une valeur par question.

    Sur les 2 676 réponses de la vague 1 de référence, que la taille et la région expliquent ; g sous 1 :
    celles qui répondent « oui » répondent moins volontiers.
    """
    vague = load_wave(1)
    plan, valeurs = vague.design(), vague.answers[QUESTIONS].to_numpy(dtype=float)
    p = np.array(estimate_proportions(plan, vague.answers[QUESTIONS])["p"])
    pentes = compute_expected_slopes(plan, tout(plan.size), len(QUESTIONS))
    exacte = shift(p, compute_slopes(plan, valeurs, tout(plan.size), g).low[0], g)
    return tilt_share(p, (pentes.low[0] + pentes.high[0]) / 2, g) - exacte, p / (p + g * (1 - p)) - exacte


@pytest.mark.parametrize("sens", [1, -1], ids=["plus", "moins"])
@pytest.mark.parametrize(("g", "borne"), [(1.25, 0.008), (1.5, 0.013), (2.0, 0.02)])
def test_la_pente_publiee_est_prudente_et_son_ecart_est_connu(g: float, borne: float, sens: int) -> None:
    """La pente publiée ne lit aucune réponse (docs/methode.md, § 6 et 13) : elle bouge trop, jamais trop peu,
    d'au plus 2 points à g = 2, où la formule agrégée en fait plus de 3.
    """
    publie, agrege = measure_gaps(g**sens)
    assert (sens * publie).max() < 0.001
    assert np.abs(publie).max() < borne
    assert np.abs(publie).max() < 0.7 * np.abs(agrege).max()
