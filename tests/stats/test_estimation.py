"""Groupes, domaines qui se recouvrent, notes, intervalles, strates seules."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from barometre.stats import intervals
from barometre.stats.design import LoneStratumWarning
from barometre.stats.domains import sum_domains
from barometre.stats.estimation import (
    Design,
    estimate_domains,
    estimate_means,
    estimate_proportions,
)
from barometre.stats.perturbation import Perturbation
from tests.stats.reference_data import ITEMS, load_wave

DOUTE = ["reason", "prudence_low", "prudence_high", "g_star", "slope"]
COLUMNS = ["item", "n", "n_yes", "n_eff", "raw", "p", "se", "df", "low", "high", "grade", *DOUTE]


def simple(n: int) -> Design:
    return Design(None, None, pd.Series(1.0, index=range(n)))


def test_columns() -> None:
    wave = load_wave(1)
    total = estimate_proportions(wave.design(), wave.answers[ITEMS])
    assert list(total.columns) == COLUMNS
    croise = estimate_proportions(wave.design(), wave.answers[ITEMS], wave.answers[["type", "opsn"]])
    assert list(croise.columns) == ["item", "type", "opsn", *COLUMNS[1:]]
    assert len(croise) == 12 * 6  # trois types × deux couvertures
    sans_nom = estimate_proportions(wave.design(), wave.answers[ITEMS], wave.answers["opsn"].rename(None))
    assert sans_nom.columns[1] == "group"


def test_a_crossed_group_is_the_intersection() -> None:
    wave = load_wave(1)
    croise = estimate_proportions(wave.design(), wave.answers[["q05"]], wave.answers[["type", "opsn"]])
    ligne = croise[(croise["type"] == "epci") & (croise["opsn"] == "1")].iloc[0]
    membres = (wave.answers["type"] == "epci") & (wave.answers["opsn"] == "1") & wave.answers["q05"].notna()
    poids, y = wave.calibration.weights[membres], wave.answers["q05"][membres]
    assert ligne["n"] == membres.sum()
    assert ligne["raw"] == pytest.approx(y.mean())
    assert ligne["p"] == pytest.approx(np.average(y, weights=poids))
    assert ligne["n_eff"] == pytest.approx(poids.sum() ** 2 / (poids**2).sum())


@pytest.mark.parametrize("sparse", [False, True])
def test_overlapping_domains_agree_with_the_direct_variance(sparse: bool) -> None:
    wave, rng = load_wave(1), np.random.default_rng(3)
    design = wave.design()
    appartenance = rng.random((design.size, 25)) < rng.random(25)
    calcule = estimate_domains(
        design, wave.answers[ITEMS], csr_array(appartenance) if sparse else appartenance
    )
    w = wave.calibration.weights.to_numpy()
    for d in range(25):
        for j, item in enumerate(ITEMS):
            y = wave.answers[item].to_numpy()
            dedans = appartenance[:, d] & np.isfinite(y)
            total = w[dedans].sum()
            p = (w * y)[dedans].sum() / total
            u = np.where(dedans, (np.nan_to_num(y) - p) / total, 0.0)
            assert calcule.p[d, j] == pytest.approx(p, abs=1e-12)
            assert calcule.se[d, j] == pytest.approx(float(np.sqrt(design.variance(u))), rel=1e-9, abs=1e-12)


def test_domains_are_named_by_the_columns() -> None:
    wave = load_wave(1)
    domaines = pd.DataFrame({"france": True, "opsn": wave.answers["opsn"] == "1"}, index=wave.answers.index)
    tableau = estimate_domains(wave.design(), wave.answers[["q01"]], domaines).to_frame()
    assert tableau["domain"].tolist() == ["france", "opsn"]
    assert tableau["n"].tolist() == [2676, 1889]


def test_an_empty_domain_has_no_figure() -> None:
    calcule = estimate_domains(
        simple(3), pd.DataFrame({"q": [1.0, 0.0, np.nan]}), np.zeros((3, 1), dtype=bool)
    )
    assert calcule.n[0, 0] == 0
    assert np.isnan([calcule.p[0, 0], calcule.se[0, 0], calcule.low[0, 0], calcule.high[0, 0]]).all()
    assert calcule.grade[0, 0] == ""


def test_answers_follow_the_names_of_the_respondents() -> None:
    design = Design(None, None, pd.Series({"a": 1.0, "b": 3.0}))
    reponses = pd.DataFrame({"q": {"b": 1.0, "a": 0.0}})
    assert estimate_proportions(design, reponses)["p"][0] == 0.75  # 3/(1 + 3)


def test_a_unit_without_group_belongs_to_none() -> None:
    tableau = estimate_proportions(
        simple(3), pd.DataFrame({"q": [1.0, 0.0, 1.0]}), pd.Series(["a", None, "a"], name="g")
    )
    assert tableau[["g", "n", "p"]].values.tolist() == [["a", 2, 1.0]]


def test_ten_yes_and_ten_no_take_the_logit_interval() -> None:
    reponses = pd.DataFrame({"dix": [1.0] * 10 + [0.0] * 30, "neuf": [1.0] * 9 + [0.0] * 31})
    tableau = estimate_proportions(simple(40), reponses).set_index("item")
    dix, neuf = tableau.loc["dix"], tableau.loc["neuf"]
    assert (dix["low"], dix["high"]) == pytest.approx(
        [float(b) for b in intervals.logit(0.25, dix["se"], 39)]
    )
    assert (neuf["low"], neuf["high"]) == pytest.approx(
        [float(b) for b in intervals.wilson_effective(9 / 40, 40)]
    )


def test_means_use_student() -> None:
    valeurs = pd.DataFrame({"agents": [1.0, 2.0, 3.0, np.nan]})
    ligne = estimate_means(simple(4), valeurs).iloc[0]
    assert (ligne["n"], ligne["mean"], ligne["df"]) == (3, 2.0, 2)
    # Le sans-réponse reste dans l'échantillon : V = 4/3·Σu², u = (−1, 0, 1)/3.
    assert ligne["se"] == pytest.approx(np.sqrt(4 / 3 * 2 / 9))
    bas, haut = intervals.student(2.0, ligne["se"], 2)
    assert (ligne["low"], ligne["high"]) == pytest.approx((float(bas), float(haut)))


def test_a_large_mean_keeps_its_precision() -> None:
    petit = pd.DataFrame({"x": [1.0, 2.0, 4.0, 8.0]})
    attendu = estimate_means(simple(4), petit)["se"][0]
    assert estimate_means(simple(4), petit + 1e9)["se"][0] == pytest.approx(attendu, rel=1e-6)


def test_a_large_mean_and_its_sums() -> None:
    ligne = estimate_means(simple(2), pd.DataFrame({"x": [1e9, 1e9 + 2]})).iloc[0]
    assert (ligne["raw"], ligne["mean"]) == (1e9 + 1, 1e9 + 1)


def test_a_lone_stratum_joins_the_previous_category() -> None:
    strates = pd.Categorical(["p", "p", "m", "g", "g"], categories=["p", "m", "g"], ordered=True)
    with pytest.warns(LoneStratumWarning, match="« m » n'a qu'un répondant.*« p »"):
        design = Design(pd.Series(strates), {"p": 10, "m": 5, "g": 10}, pd.Series(5.0, index=range(5)))
    assert design.strata.labels == ("p", "g")
    assert design.strata.populations.tolist() == [15, 10]


def test_a_lone_stratum_joins_its_declared_neighbour() -> None:
    strates = pd.Series(["a", "a", "b", "c", "c"])
    with pytest.warns(LoneStratumWarning, match="« b » n'a qu'un répondant.*« c »"):
        design = Design(strates, {"a": 10, "b": 5, "c": 10}, pd.Series(5.0, range(5)), merges={"b": "c"})
    assert design.strata.sizes.tolist() == [2, 3]


def test_a_census_of_one_is_not_a_lone_stratum() -> None:
    strates = pd.Series(["a", "a", "b"])
    design = Design(strates, {"a": 10, "b": 1}, pd.Series([5.0, 5.0, 1.0]))
    assert design.notes == ()
    assert design.strata.factors[1] == 0


POPULATIONS = [None, 1e9, {"a": np.inf, "b": np.inf}, pd.Series({"a": np.inf, "b": np.inf, "z": 3})]


@pytest.mark.parametrize("population", POPULATIONS)
def test_an_infinite_population_needs_no_correction(population: object) -> None:
    strates = pd.Series(["a", "a", "b", "b"])
    design = Design(strates, population, pd.Series(1.0, range(4)))
    ligne = estimate_proportions(design, pd.DataFrame({"q": [1.0, 0.0, 1.0, 0.0]})).iloc[0]
    assert ligne["se"] == pytest.approx(np.sqrt(2 / 1 * 4 * 0.125**2))


def test_population_given_by_respondent() -> None:
    strates = pd.Series(["a", "a", "b", "b"])
    par_strate = Design(strates, {"a": 4, "b": 6}, pd.Series(1.0, range(4)))
    par_unite = Design(strates, pd.Series([4, 4, 6, 6]), pd.Series(1.0, range(4)))
    np.testing.assert_array_equal(par_strate.strata.factors, par_unite.strata.factors)


def test_des_poids_cales_ne_suivent_pas_le_regroupement_d_une_strate_seule() -> None:
    """Égaux à N/n par hasard, des poids de base suivent ; calés, ils tiennent leurs marges et restent."""
    strates = pd.Series(["a"] * 4 + ["b"])
    population, poids = {"a": 40, "b": 2}, pd.Series([10.0] * 4 + [2.0])
    with pytest.warns(LoneStratumWarning):
        bases = Design(strates, population, poids)
    assert bases.weights == pytest.approx(np.full(5, 42 / 5))
    with pytest.warns(LoneStratumWarning):
        cales = Design(strates, population, poids, pd.DataFrame({"type": list("xxyyy")}))
    assert cales.weights.tolist() == poids.tolist()


@pytest.mark.parametrize(("oui", "logit"), [(10, True), (9, False), (11, False)])
def test_a_dix_oui_et_dix_non_l_intervalle_devient_celui_de_student(oui: int, logit: bool) -> None:
    """Sur vingt réponses ; sous dix d'un côté ou de l'autre, celui de Wilson."""
    plan = Design(None, None, pd.Series(1.0, range(20)))
    ligne = estimate_proportions(plan, pd.DataFrame({"q": [1.0] * oui + [0.0] * (20 - oui)})).iloc[0]
    bornes = (
        intervals.logit(oui / 20, ligne["se"], 19.0) if logit else intervals.wilson_effective(oui / 20, 20.0)
    )
    assert (ligne["low"], ligne["high"]) == pytest.approx([float(b) for b in bornes])


def test_de_peu_de_oui_l_intervalle_publie_compte_les_poids_et_le_bruit() -> None:
    """Wilson sur 1/(1/n_eff + bruit/pq) : ni le nombre de réponses, ni l'effectif efficace seul."""
    hasard = np.random.default_rng(6)
    cles = Perturbation(hasard.integers(0, 2**64, 60, dtype=np.uint64))
    plan = Design(None, 400.0, hasard.uniform(1, 6, 60), perturbation=cles)
    reponses = pd.DataFrame({"q": [1.0] * 5 + [0.0] * 55})
    sommes = sum_domains(plan, reponses.to_numpy(), csr_array(np.ones((1, 60))), ["q"])
    p, n_eff, bruit = (float(x[0, 0]) for x in (sommes.estimate.round(2), sommes.n_eff, sommes.noise))
    n = 1 / (1 / n_eff + bruit / (p * (1 - p)))
    assert n < 0.95 * n_eff < 0.9 * float(sommes.n_published[0, 0])
    ligne = estimate_proportions(plan, reponses).iloc[0]
    assert (ligne["low"], ligne["high"]) == pytest.approx(
        [float(b) for b in intervals.wilson_effective(p, n)]
    )
