"""La dispersion intégrée : face à une quadrature exacte, un mélange qui se normalise et qui élargit."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.special import expit, logsumexp

from barometre.stats.mrp_fit import ECART_CONSTANTE, Ajustement, Termes, fit
from barometre.stats.mrp_grille import Melange, build_grid, compute_prior, fit_melange

# Trois régions, six départements : réponses et « oui » de chacun.
REGION = np.array([0, 0, 1, 1, 2, 2])
ESSAIS = np.array([40, 25, 30, 60, 35, 50])
OUI = np.array([22, 6, 12, 33, 25, 31])
NOEUDS = np.array(list(product([0.1, 0.4, 0.8], [0.1, 0.5, 1.0])))
# Trapèzes de −6 à 6 écarts-types, par pas de 0,15 logit au plus : sous la largeur de toute vraisemblance
# conditionnelle, qu'un Gauss-Hermite à pas large manquerait.
POINTS = np.linspace(-6, 6, 81)
POIDS = np.exp(-(POINTS**2) / 2)
POIDS = POIDS / POIDS.sum()
CONSTANTES = np.linspace(-3, 3, 61)


def _build(essais: np.ndarray, oui: np.ndarray) -> tuple[Termes, np.ndarray]:
    """Une ligne par réponse ; couverture, type et strate vides : restent la constante et les territoires."""
    vide = np.full(essais.sum(), "", dtype=object)
    departement = np.repeat([f"d{i}" for i in range(6)], essais).astype(object)
    region = np.repeat([f"r{r}" for r in REGION], essais).astype(object)
    reponses = np.concatenate([np.arange(n) < k for n, k in zip(essais, oui, strict=True)]).astype(float)
    return Termes.build([departement, region, vide], 0), reponses


def _integrate_exactly(ecarts: np.ndarray) -> tuple[float, np.ndarray]:
    """Log-vraisemblance marginale et moyenne a posteriori du logit de chaque département, par quadrature."""
    logit = CONSTANTES[:, None, None] + ecarts[1] * POINTS[:, None] + ecarts[0] * POINTS
    log_u, log_u_eta = [], []
    for n, k in zip(ESSAIS, OUI, strict=True):
        vraisemblance = k * logit - n * np.logaddexp(0, logit) + np.log(POIDS)
        log_u.append(logsumexp(vraisemblance, axis=2))
        log_u_eta.append(logsumexp(vraisemblance, axis=2, b=expit(logit)))
    departements, moyens = np.array(log_u), np.array(log_u_eta)
    par_region = [departements[r == REGION].sum(axis=0) + np.log(POIDS) for r in range(3)]
    regions = np.array([logsumexp(t, axis=1) for t in par_region])
    total = regions.sum(axis=0) - (CONSTANTES / ECART_CONSTANTE) ** 2 / 2
    parts = []
    for d, r in enumerate(REGION):
        marquee = logsumexp(par_region[r] - departements[d] + moyens[d], axis=1)
        parts.append(np.exp(logsumexp(total - regions[r] + marquee) - logsumexp(total)))
    return float(logsumexp(total)), np.array(parts)


@pytest.fixture(scope="module")
def exact() -> tuple[np.ndarray, np.ndarray]:
    resultats = [_integrate_exactly(noeud) for noeud in NOEUDS]
    return np.array([r[0] for r in resultats]), np.array([r[1] for r in resultats])


def _depart(termes: Termes) -> Ajustement:
    return Ajustement(np.zeros(len(termes.facteur)), np.array([0.25, 0.25, 0.25]), True)


def test_node_weights_match_a_brute_force_quadrature(exact: tuple[np.ndarray, np.ndarray]) -> None:
    termes, reponses = _build(ESSAIS, OUI)
    melange = fit_melange(termes, reponses, _depart(termes), NOEUDS)
    attendu = exact[0] + compute_prior(NOEUDS)
    attendu = np.exp(attendu - logsumexp(attendu))
    np.testing.assert_allclose(melange.poids, attendu, atol=0.02)


def test_department_shares_match_a_brute_force_quadrature(exact: tuple[np.ndarray, np.ndarray]) -> None:
    """Moyenne a posteriori de la part de chaque département, σ intégrés des deux côtés."""
    termes, reponses = _build(ESSAIS, OUI)
    melange = fit_melange(termes, reponses, _depart(termes), NOEUDS)
    attendu = exact[0] + compute_prior(NOEUDS)
    parts = np.exp(attendu - logsumexp(attendu)) @ exact[1]
    tirages = melange.draw(np.random.default_rng(1), 40_000)
    lignes = termes.take(np.cumsum(ESSAIS) - 1)
    np.testing.assert_allclose(expit(lignes.predict(tirages)).mean(axis=1), parts, atol=0.01)


def test_weights_sum_to_one_and_the_draws_are_shared_out() -> None:
    termes, reponses = _build(ESSAIS, OUI)
    melange = fit_melange(termes, reponses, fit(termes, reponses))
    assert len(melange.poids) == len(build_grid())
    assert melange.poids.sum() == pytest.approx(1)
    assert melange.draw(np.random.default_rng(0), 400).shape == (len(termes.facteur), 400)


def test_an_estimated_dispersion_of_zero_no_longer_closes_the_interval() -> None:
    """Des départements tous pareils : σ estimé nul ; inséré, il n'y a plus d'incertitude propre."""
    essais = np.full(6, 12)
    termes, reponses = _build(essais, np.full(6, 5))
    ajuste = fit(termes, reponses)
    assert np.sqrt(ajuste.variances[0]) < 0.01
    insere = fit_melange(termes, reponses, ajuste, np.sqrt(ajuste.variances[None, :2]))
    integre = fit_melange(termes, reponses, ajuste)
    lignes = termes.take(np.cumsum(essais) - 1)
    assert _spread(integre, lignes) > 1.5 * _spread(insere, lignes)


def _spread(melange: Melange, lignes: Termes) -> float:
    tirages = lignes.predict(melange.draw(np.random.default_rng(2), 4_000))
    return float(tirages.std(axis=1).mean())


def test_one_draw_has_the_covariance_of_the_node() -> None:
    """Les tirages par blocs ont la covariance de l'inverse de la hessienne entière."""
    termes, reponses = _build(ESSAIS, OUI)
    melange = fit_melange(termes, reponses, _depart(termes), NOEUDS[4:5])
    elimines, restes = melange.partage
    d = 1 / melange.inverse_d[0]
    hessienne = np.zeros((len(termes.facteur), len(termes.facteur)))
    hessienne[np.ix_(restes, elimines)] = melange.croise[0] * d
    hessienne[np.ix_(elimines, restes)] = hessienne[np.ix_(restes, elimines)].T
    hessienne[elimines, elimines] = d
    hessienne[np.ix_(restes, restes)] = melange.schur[0] + (melange.croise[0] * d) @ melange.croise[0].T
    tirages = melange.draw(np.random.default_rng(3), 200_000)
    np.testing.assert_allclose(np.cov(tirages), np.linalg.inv(hessienne), atol=0.02)
