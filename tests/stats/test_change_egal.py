"""Le changement à structure égale : covariance à la main, et couverture simulée avec et sans elle."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from barometre.stats.change_egal import compute_correlation
from barometre.stats.contrasts import combine_intervals
from barometre.stats.design import Design
from barometre.stats.laws import Law, SmoothLaw
from barometre.stats.pairing import Pairing, build_pairing
from barometre.stats.perturbation import Perturbation
from barometre.stats.standardisation import adjust_domains
from barometre.stats.wave import build_wave

MELANGE = np.array([0.7, 0.3])
TERRITOIRES, PAR_TRANCHE = 3, 450
# Unité du cadre : sa tranche, qui est sa strate, et son territoire.
TRANCHE = np.repeat([0, 1], PAR_TRANCHE)
TERRITOIRE = np.tile(np.arange(TERRITOIRES), 2 * PAR_TRANCHE // TERRITOIRES)


@dataclass(frozen=True)
class Tirage:
    """Les répondantes d'une vague, leur plan, leurs réponses."""

    unites: np.ndarray
    plan: Design
    reponses: pd.DataFrame


def _build(unites: np.ndarray, y: np.ndarray, cles: Perturbation | None = None) -> Tirage:
    strates = TRANCHE[unites]
    poids = PAR_TRANCHE / np.bincount(strates)[strates]
    plan = Design(strates, np.full(unites.size, float(PAR_TRANCHE)), poids, perturbation=cles)
    return Tirage(unites, plan, pd.DataFrame({"q": y[unites]}))


def _draw(
    hasard: np.random.Generator, y: tuple[np.ndarray, np.ndarray], taux: float = 0.6, panel: float = 0.8
) -> tuple[Tirage, Tirage]:
    """`taux` de réponses à chaque vague, dont `panel` étaient à la première (CONCEPTION §4.8)."""
    ordre = np.concatenate([hasard.permutation(np.flatnonzero(t == TRANCHE)) for t in (0, 1)])
    rang = np.tile(np.arange(PAR_TRANCHE), 2)
    n = int(taux * PAR_TRANCHE)
    depart = round((1 - panel) * n)
    masques = (rang < n, (rang >= depart) & (rang < n + depart))
    cles = [Perturbation(hasard.integers(0, 2**64, m.sum(), dtype=np.uint64)) for m in masques]
    return tuple(_build(ordre[m], y[k], cles[k]) for k, m in enumerate(masques))  # type: ignore[return-value]


def _pair(premier: Tirage, second: Tirage) -> Pairing:
    return build_pairing(premier.plan, premier.unites, second.plan, second.unites)


def _correlate(premier: Tirage, second: Tirage, bruit: float = 0.0) -> float:
    """`bruit` : ce que le bruit du secret ajoute de plus à la variance de chaque part, en fois la sienne."""
    ici, pays = [], []
    for t in (premier, second):
        tranches = (TRANCHE[t.unites][:, None] == np.arange(2)).astype(float)
        croisees = tranches * (TERRITOIRE[t.unites] == 0)[:, None]
        vague = build_wave(t.plan, t.reponses, csr_array(croisees))
        ici.append(replace(vague, noise=vague.noise + bruit * vague.variance))
        pays.append(build_wave(t.plan, t.reponses, csr_array(tranches)))
    rho = compute_correlation((ici[0], ici[1]), (pays[0], pays[1]), _pair(premier, second), MELANGE)
    return float(rho[0, 0])


def _read_bornes(t: Tirage) -> np.ndarray:
    e = adjust_domains(
        t.plan, t.reponses, csr_array((TERRITOIRE[t.unites] == 0)[None, :].astype(float)), TRANCHE[t.unites],
        MELANGE, np.ones((1, 1)), minimums=np.array([10]),
    )  # fmt: skip
    return np.array([[e.p[0, 0], e.low[0, 0], e.high[0, 0]]])


def test_la_correlation_a_la_main() -> None:
    """Mêmes réponses aux deux vagues, sans bruit : φ = 1, et ce qui reste est le recouvrement des strates.

    Cov et V ont le même Σ W²·pq/n : la corrélation est (1 − n₁n₂/(N·n₁₂))·n₁₂/n₁ sur (1 − f).
    """
    hasard = np.random.default_rng(2)
    y = (np.random.default_rng(3).random(900) < 0.4).astype(float)
    tirages = _draw(hasard, (y, y))
    n, commun = 270, 216
    sans = [_build(t.unites, y, _mute(t)) for t in tirages]
    attendue = (1 - n**2 / (450 * commun)) * commun / n / (1 - n / 450)
    rho = _correlate(*sans)
    assert rho == pytest.approx(attendue, abs=0.04)
    # Un bruit qui double chaque variance, propre à chaque vague, divise la corrélation par deux.
    assert _correlate(*sans, bruit=1.0) == pytest.approx(rho / 2)


def _mute(t: Tirage) -> Perturbation:
    return Perturbation(np.zeros(t.unites.size, np.uint64), law=Law(0), gap_law=SmoothLaw(0))


def test_sans_une_reponse_commune_il_n_y_a_pas_de_correlation() -> None:
    """Les mêmes collectivités, mais aucune n'a répondu à la question aux deux vagues."""
    tirages = _draw(np.random.default_rng(2), (np.ones(900), np.ones(900)), panel=1.0)
    moitie = np.arange(900) % 2 == 0
    y = (np.arange(900) % 5 < 2).astype(float)
    muettes = [
        _build(t.unites, np.where(ont, y, np.nan), _mute(t))
        for t, ont in zip(tirages, (moitie, ~moitie), strict=True)
    ]
    assert _correlate(*muettes) == 0.0
    # Les mêmes, avec les mêmes réponses : la corrélation serait 1, et l'écart n'aurait plus de largeur.
    assert _correlate(*(_build(t.unites, y, _mute(t)) for t in tirages)) == 0.95


@dataclass(frozen=True)
class Simulation:
    """Ce que vaut l'intervalle du changement, sans la covariance du panel puis avec ; largeurs en part."""

    couverture: tuple[float, float]
    largeur: tuple[float, float]
    correlation: float


def simulate(tirages: int, taux: float, panel: float, graine: int) -> Simulation:
    """Un territoire de 300 collectivités en deux tranches, dont 15 % changent de réponse entre les vagues."""
    hasard = np.random.default_rng(graine)
    avant = (hasard.random(TRANCHE.size) < np.where(TRANCHE == 0, 0.25, 0.6)).astype(float)
    apres = np.where(hasard.random(TRANCHE.size) < 0.15, 1 - avant, avant)
    ici = TERRITOIRE == 0
    parts = [[y[ici & (t == TRANCHE)].mean() for t in (0, 1)] for y in (avant, apres)]
    vrai = float(MELANGE @ np.subtract(parts[1], parts[0]))
    dedans, largeurs, rhos = [], [], []
    for _ in range(tirages):
        vagues = _draw(hasard, (avant, apres), taux, panel)
        bornes, rho = [_read_bornes(t) for t in vagues], _correlate(*vagues)
        lus = [combine_intervals(bornes[0], bornes[1], r) for r in (0.0, rho)]
        dedans.append([bas[0] <= vrai <= haut[0] for _, bas, haut, _ in lus])
        largeurs.append([haut[0] - bas[0] for _, bas, haut, _ in lus])
        rhos.append(rho)
    sans, avec = np.mean(dedans, axis=0)
    larges, serres = np.mean(largeurs, axis=0)
    return Simulation((float(sans), float(avec)), (float(larges), float(serres)), float(np.mean(rhos)))


def test_la_couverture_avec_et_sans_le_panel() -> None:
    """60 % de réponses, 80 % de panel : l'intervalle se resserre d'un dixième et couvre encore ce qu'il dit.

    Sur 400 tirages (`python -m tests.bench egales`), 94,8 % ; sur 120, 90 % en est à deux erreurs types.
    """
    simulation = simulate(120, 0.6, 0.8, 8)
    sans, avec = simulation.couverture
    assert 0.90 <= avec <= sans
    assert simulation.largeur[1] < 0.9 * simulation.largeur[0]


def test_sans_panel_les_deux_intervalles_se_combinent_seuls() -> None:
    bornes = np.array([[0.3, 0.25, 0.36]]), np.array([[0.5, 0.44, 0.55]])
    ecart, bas, haut, p = combine_intervals(*bornes)
    assert (ecart[0], bas[0]) == (pytest.approx(0.2), pytest.approx(0.2 - np.hypot(0.06, 0.06)))
    assert haut[0] == pytest.approx(0.2 + np.hypot(0.05, 0.05))
    assert p[0] < 0.001
    serre = combine_intervals(*bornes, 0.5)
    assert serre[1][0] == pytest.approx(0.2 - 0.06)  # a² + b² − 2·½·ab, a = b = 0,06
    assert serre[3][0] < p[0]
