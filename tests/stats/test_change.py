"""Le verdict d'un changement : jamais sans preuve, jamais avec une variance nulle."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from barometre.stats.change import _expect_variance, _sum_variance, estimate_change, mcnemar_exact
from barometre.stats.estimation import Design, estimate_proportions
from barometre.stats.intervals import newcombe_effective
from barometre.stats.pairing import build_pairing
from barometre.stats.panel import Panel, count_panel, read_covariance
from barometre.stats.perturbation import Perturbation
from barometre.stats.wave import build_wave
from tests.stats.reference_data import load_wave


def wave(names: list[str], yes: int) -> tuple[Design, pd.DataFrame, list[str]]:
    """Une vague à poids égaux : les `yes` premiers répondants disent oui."""
    reponses = pd.DataFrame({"q": [1.0] * yes + [0.0] * (len(names) - yes)}, index=names)
    return Design(None, None, pd.Series(1.0, index=names)), reponses, names


def names(first: int, last: int) -> list[str]:
    return [f"commune-{i:05d}" for i in range(first, last)]


@pytest.mark.parametrize(
    ("yes_1", "yes_2", "verdict"),
    [(60, 120, "hausse"), (120, 60, "baisse"), (80, 90, "pas de changement démontré")],
)
def test_verdict(yes_1: int, yes_2: int, verdict: str) -> None:
    ligne = estimate_change(*wave(names(0, 200), yes_1), *wave(names(200, 400), yes_2)).iloc[0]
    assert ligne["change"] == pytest.approx((yes_2 - yes_1) / 200)
    assert ligne["verdict"] == verdict
    assert ligne["n_panel"] == 0


def test_the_same_units_make_the_change_more_precise() -> None:
    distinct = estimate_change(*wave(names(0, 200), 80), *wave(names(200, 400), 95)).iloc[0]
    panel = estimate_change(*wave(names(0, 200), 80), *wave(names(0, 200), 95)).iloc[0]
    assert panel["se"] < distinct["se"] / 2
    assert (panel["n_panel"], panel["gains"], panel["losses"]) == (200, 15, 0)
    assert (distinct["verdict"], panel["verdict"]) == ("pas de changement démontré", "hausse")


def test_independent_waves_add_their_variances() -> None:
    premiere, seconde = wave(names(0, 200), 80), wave(names(200, 400), 95)
    ligne = estimate_change(*premiere, *seconde).iloc[0]
    se = [estimate_proportions(v[0], v[1])["se"][0] for v in (premiere, seconde)]
    # Un seul plan de 400 unités : n/(n − 1) vaut 400/399 au lieu de 200/199.
    assert ligne["se"] == pytest.approx(np.hypot(*se) * np.sqrt(400 / 399 * 199 / 200))


@pytest.mark.parametrize("garde", [0.9, 0.6])
def test_the_expected_covariance_is_the_one_the_panel_has(garde: float) -> None:
    """Les passages du panel disent la covariance des réponses : une identité, non une approximation."""
    rng = np.random.default_rng(16)
    avant = (rng.random(400) < 0.35).astype(float)
    apres = np.where(rng.random(400) < garde, avant, rng.random(400) < 0.5)
    gains, pertes = ((1 - avant) * apres).sum(), (avant * (1 - apres)).sum()
    p_1, p_2 = (np.array([[v.mean()]]) for v in (avant, apres))
    panel = Panel(np.array([[400.0]]), np.array([[gains]]), np.array([[pertes]]))
    assert read_covariance(p_1, p_2, panel)[0, 0] == pytest.approx((avant * apres).mean() - p_1 * p_2)


def test_a_panel_that_swaps_its_answers_never_adds_variance() -> None:
    """Brouillés, des passages peuvent dire une covariance négative, ou plus forte que possible : bornée."""
    tiers = np.array([[1 / 3]])
    contraire = Panel(np.array([[90.0]]), np.array([[30.0]]), np.array([[30.0]]))
    assert read_covariance(tiers, tiers, contraire)[0, 0] == 0
    fixe = Panel(np.array([[90.0]]), np.zeros((1, 1)), np.zeros((1, 1)))
    assert read_covariance(tiers, 1 - tiers, fixe)[0, 0] == pytest.approx(2 / 9)


def test_the_variance_expected_from_keys_is_the_exact_one() -> None:
    """D'un plan à clés, V1 + V2 − 2·c·C : rien d'exact n'y entre, et c'est la même variance."""
    rng = np.random.default_rng(16)
    noms = names(0, 400)
    avant = rng.random(400) < 0.4
    apres = np.where(rng.random(400) < 0.8, avant, rng.random(400) < 0.5)
    plan = Design(None, None, pd.Series(1.0, index=noms))
    vagues = [build_wave(plan, pd.DataFrame({"q": v * 1.0}, index=noms), None) for v in (avant, apres)]
    appariement = build_pairing(vagues[0].design, noms, vagues[1].design, noms)
    exacte, _ = _sum_variance(*vagues, appariement)
    attendue, _ = _expect_variance(*vagues, appariement, count_panel(*vagues, appariement))
    assert attendue == pytest.approx(exacte, rel=0.01)
    # Sans la covariance du panel, elle serait deux fois plus grande.
    assert attendue[0, 0] < 0.6 * (vagues[0].variance + vagues[1].variance)[0, 0]


def test_nothing_is_concluded_from_all_or_nothing_on_few_units() -> None:
    # Fisher exact : 0,14 pour 0/4 puis 3/4 ; 0,087 pour 0/10 puis 4/10 ; 0,0003 pour 0/10 puis 8/10.
    for n, oui, verdict in (
        (4, 3, "pas de changement démontré"),
        (10, 4, "pas de changement démontré"),
        (10, 8, "hausse"),
    ):
        ligne = estimate_change(*wave(names(0, n), 0), *wave(names(n, 2 * n), oui)).iloc[0]
        assert ligne["verdict"] == verdict
        assert ligne["high"] - ligne["low"] > 0.3


def test_no_change_between_two_unanimous_waves() -> None:
    ligne = estimate_change(*wave(names(0, 50), 50), *wave(names(0, 50), 50)).iloc[0]
    assert ligne["change"] == 0
    assert ligne["high"] - ligne["low"] > 0
    assert ligne["p_value"] == 1


def test_a_finite_population_narrows_the_interval() -> None:
    noms = names(0, 100)
    reponses = pd.DataFrame({"q": [1.0, 0.0] * 50}, index=noms)
    infinie = Design(None, None, pd.Series(1.0, noms))
    finie = Design(None, 125, pd.Series(1.25, noms))
    autre = wave(names(200, 300), 60)
    large = estimate_change(infinie, reponses, noms, *autre)["se"][0]
    assert estimate_change(finie, reponses, noms, *autre)["se"][0] < large


def test_domains_of_both_waves() -> None:
    vagues = [load_wave(1), load_wave(2)]
    arguments, domaines = [], []
    for vague in vagues:
        arguments.append((vague.design(), vague.answers[["q01", "q05"]], vague.answers.index))
        couvert = vague.answers["opsn"] == "1"
        domaines.append(pd.DataFrame({"france": True, "couvertes": couvert}, index=vague.answers.index))
    tableau = estimate_change(
        *arguments[0], *arguments[1], membership_1=domaines[0], membership_2=domaines[1]
    ).set_index(["item", "domain"])
    ensemble = estimate_change(*arguments[0], *arguments[1]).set_index("item")
    assert tableau.loc[("q05", "france"), "se"] == pytest.approx(ensemble.loc["q05", "se"])
    for numero, vague in enumerate(vagues, start=1):
        parts = estimate_proportions(vague.design(), vague.answers[["q01"]], vague.answers["opsn"])
        couvertes = parts[parts["opsn"] == "1"].iloc[0]
        assert tableau.loc[("q01", "couvertes"), f"p_{numero}"] == pytest.approx(couvertes["p"])
        assert tableau.loc[("q01", "couvertes"), f"n_{numero}"] == couvertes["n"]


def test_mcnemar_exact() -> None:
    # 2·P(X ≤ 1), X de loi binomiale (6, ½) : 2·(1 + 6)/64.
    np.testing.assert_allclose(mcnemar_exact([5, 1, 0, 3], [1, 5, 0, 3]), [14 / 64, 14 / 64, 1, 1])


@pytest.mark.parametrize(("n", "commun"), [(50, 40), (50, 25), (50, 10)])
def test_the_panel_covariance_of_a_finite_stratum(n: int, commun: int) -> None:
    """Deux vagues de n unités d'une strate de 100, `commun` au panel, mêmes réponses aux deux.

    cov(p₁, p₂) = (n₁₂/(n₁n₂) − 1/N)·S² pour deux échantillons simples (Tam 1984) : la variance exacte du
    changement est 2·S²·(1/n − n₁₂/n²), sans le 1/N, qui s'annule.
    """
    unites = names(0, 2 * n - commun)
    reponses = pd.Series([1.0, 0.0] * len(unites), dtype=float)[: len(unites)].set_axis(unites)
    vagues = [unites[:n], unites[-n:]]
    plans = [Design([0] * n, {0: 100}, pd.Series(100 / n, index=v)) for v in vagues]
    arguments = [(p, reponses[v].to_frame("q"), v) for p, v in zip(plans, vagues, strict=True)]
    se = estimate_change(*arguments[0], *arguments[1]).iloc[0]["se"]
    assert se**2 == pytest.approx(2 * 0.25 * (1 / n - commun / n**2), rel=0.05)


def test_le_bruit_du_secret_des_deux_vagues_elargit_l_intervalle() -> None:
    """Sans panel, la variance publiée est la somme de quatre : deux de sondage, deux de bruit."""
    plans, vagues = [], []
    for debut, graine in ((0, 1), (200, 2)):
        plan, reponses, unites = wave(names(debut, debut + 200), 80)
        cles = np.random.default_rng(graine).integers(0, 2**64, 200, dtype=np.uint64)
        plans.append((plan.replace_keys(Perturbation(cles)), reponses, unites))
        vagues.append(build_wave(plans[-1][0], reponses, None))
    attendue = sum(float((v.variance + v.noise)[0, 0]) for v in vagues)
    # De même, l'effectif des intervalles de peu de « oui » est réduit de ce que le bruit en ôte.
    for v in vagues:
        p = float(v.p[0, 0])
        assert float(v.n_eff[0, 0]) == pytest.approx(
            p * (1 - p) / (p * (1 - p) / 200 + v.noise[0, 0]), rel=0.1
        )
        assert v.n_eff[0, 0] < 0.99 * v.n_published[0, 0]
    assert vagues[0].noise[0, 0] > 0
    assert estimate_change(*plans[0], *plans[1])["se"][0] ** 2 == pytest.approx(attendue)


@pytest.mark.parametrize(("oui_1", "oui_2"), [(5, 100), (100, 5), (195, 100), (100, 195)])
def test_trop_peu_de_oui_a_une_seule_vague_suffit_a_l_intervalle_de_newcombe(oui_1: int, oui_2: int) -> None:
    ligne = estimate_change(*wave(names(0, 200), oui_1), *wave(names(200, 400), oui_2)).iloc[0]
    bas, haut = newcombe_effective(oui_1 / 200, 200.0, oui_2 / 200, 200.0)
    assert (ligne["low"], ligne["high"]) == pytest.approx((float(bas), float(haut)))


@pytest.mark.parametrize("calee", [1, 2])
def test_une_vague_calee_fait_entrer_toutes_ses_unites(calee: int) -> None:
    """Deux vagues sans unité ni strate communes : leurs variances, telles que chaque plan les calcule.

    Qui n'a pas répondu à la question porte quand même un résidu de calage.
    """
    plans = []
    for vague, (strate, oui) in enumerate((("s", 30), ("t", 50)), start=1):
        unites = names(200 * vague, 200 * vague + 100)
        y = pd.DataFrame({"q": [1.0] * oui + [0.0] * (80 - oui) + [np.nan] * 20}, index=unites)
        calees = pd.DataFrame({"type": list("ab") * 50}, index=unites) if vague == calee else None
        plan = Design(pd.Series(strate, unites), {strate: 400}, pd.Series(4.0, unites), calees)
        plans.append((plan, y, unites))
    ligne = estimate_change(*plans[0], *plans[1]).iloc[0]
    variances = []
    for plan, y, _ in plans:
        u = np.nan_to_num((y["q"] - y["q"].mean()).to_numpy()) / (4.0 * 80)
        variances.append(float(plan.variance(u)))
    assert ligne["se"] ** 2 == pytest.approx(sum(variances))
