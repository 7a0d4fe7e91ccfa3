"""Les neuf comportements attendus là où R n'est pas le modèle, et les valeurs limites."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from barometre.stats import intervals
from barometre.stats.calibration import CalibrationError, calibrate, rake
from barometre.stats.design import LoneStratumWarning
from barometre.stats.estimation import Design, estimate_proportions
from tests.stats.reference_data import get_values, load_numbers

REFERENCE = "07_edge"
POPULATION = {"A": 60, "B": 40, "C": 10}


def edge(rows: int = 12) -> pd.DataFrame:
    """Douze répondants : six en A, cinq en B, un seul en C."""
    return load_numbers("edge12", ["N", "y", "ones", "zeros", "z", "w"], "id").head(rows)


def value(case: str, quantity: str, key: str, key2: str = "") -> float:
    return float(get_values(REFERENCE, case, quantity)[key, key2])


def test_1_contradictory_totals_are_refused_and_named() -> None:
    marges = {"h": pd.Series({"A": 60, "B": 40}), "g": pd.Series({"u": 70, "v": 50})}
    for caler in (rake, calibrate):
        with pytest.raises(CalibrationError) as refus:
            caler(edge(11), marges)
        assert "« h » compte 100 unités et « g » en compte 120" in str(refus.value)


def test_2_confounded_margins_are_refused() -> None:
    sample = load_numbers("edge_confounded", ["w"], "id")
    marges = {"a": pd.Series({"x": 50, "y": 30}), "b": pd.Series({"m": 40, "n": 40})}
    for caler in (rake, calibrate):
        with pytest.raises(CalibrationError, match=r"« a » et « b » se confondent.*aucun poids n'est publié"):
            caler(sample, marges, base_weights=sample["w"])


def test_2_confounded_margins_that_agree_are_calibrated() -> None:
    sample = load_numbers("edge_confounded", ["w"], "id")
    marges = {"a": pd.Series({"x": 50, "y": 30}), "b": pd.Series({"m": 50, "n": 30})}
    for caler in (rake, calibrate):
        poids = caler(sample, marges, base_weights=sample["w"]).weights
        assert poids.groupby(sample["a"]).sum().to_dict() == pytest.approx({"x": 50, "y": 30})


def test_3_an_empty_level_is_named_with_its_population() -> None:
    marges = {"h": pd.Series({"A": 60, "B": 40, "D": 5})}
    for caler in (rake, calibrate):
        with pytest.raises(CalibrationError, match="« D » de la marge « h » compte 5 unités"):
            caler(edge(11), marges)


def test_4_a_lone_respondent_is_collapsed_and_it_is_said() -> None:
    donnees = edge()
    with pytest.warns(LoneStratumWarning, match=r"« C » n'a qu'un répondant.*« B »"):
        design = Design(donnees["h"], POPULATION, donnees["w"])
    ligne = estimate_proportions(design, donnees[["y"]]).iloc[0]
    assert ligne["p"] == pytest.approx(value("single_psu", "p", "collapsed_BC"), abs=1e-9)
    assert ligne["se"] == pytest.approx(0.14135640957200732, abs=1e-9)
    assert ligne["se"] == pytest.approx(value("single_psu", "se", "collapsed_BC"), abs=1e-9)
    assert ligne["df"] == value("single_psu", "degf", "collapsed_BC")
    assert "regroupée" in estimate_proportions(design, donnees[["y"]]).attrs["notes"][0]


def test_4_calibrated_weights_are_kept_when_a_stratum_is_collapsed() -> None:
    donnees = edge()
    poids = donnees["w"] * np.linspace(1, 2, 12)
    with pytest.warns(LoneStratumWarning):
        design = Design(donnees["h"], POPULATION, poids)
    np.testing.assert_allclose(design.weights, poids)


@pytest.mark.parametrize(("item", "count"), [("ones", 11), ("zeros", 0)])
def test_5_all_or_nothing_keeps_an_interval(item: str, count: int) -> None:
    donnees = edge(11)
    design = Design(None, None, pd.Series(1.0, donnees.index))
    ligne = estimate_proportions(design, donnees[[item]]).iloc[0]
    bas, haut = intervals.wilson_effective(count / 11, 11)
    assert bas == pytest.approx(value("all_same_fallback", "wilson_lo", str(count), "n=11"), abs=1e-9)
    assert haut == pytest.approx(value("all_same_fallback", "wilson_hi", str(count), "n=11"), abs=1e-9)
    assert (ligne["low"], ligne["high"]) == pytest.approx((float(bas), float(haut)))
    assert ligne["high"] - ligne["low"] > 0.2
    assert ligne["p"] == count / 11


def test_6_infeasible_bounds_are_named_with_the_nearest_feasible_ones() -> None:
    donnees, marges = edge(11), {"g": pd.Series({"u": 95, "v": 5})}
    with pytest.raises(CalibrationError) as refus:
        calibrate(donnees, marges, bounds=(0.8, 1.2))
    assert "[0,8 ; 1,2]" in str(refus.value)
    assert refus.value.feasible_bounds is not None
    bas, haut = refus.value.feasible_bounds
    # 6 « u » et 5 « v » sur 11 : les rapports sont 95/(6·100/11) = 1,74 et 5/(5·100/11) = 0,11.
    assert 0.08 < bas < 0.11
    assert 1.74 < haut < 1.85
    cale = calibrate(donnees, marges, bounds=(bas, haut))
    assert bas <= cale.ratio_min <= cale.ratio_max <= haut


def test_6_only_one_bound_moves_when_it_is_enough() -> None:
    donnees, marges = edge(11), {"g": pd.Series({"u": 80, "v": 20})}
    with pytest.raises(CalibrationError) as refus:
        calibrate(donnees, marges, bounds=(0.2, 1.2))
    assert refus.value.feasible_bounds is not None
    assert refus.value.feasible_bounds[0] == 0.2
    assert refus.value.feasible_bounds[1] == pytest.approx(1.5, abs=0.05)  # 80·11/(6·100) = 1,47


def test_7_a_missing_answer_leaves_the_denominator() -> None:
    donnees = edge(11)
    design = Design(donnees["h"], POPULATION, donnees["w"])
    ligne = estimate_proportions(design, donnees[["z"]]).iloc[0]
    assert ligne["n"] == 8  # répondants à la question, sur onze
    assert ligne["p"] == pytest.approx(value("missing", "p", "z"), abs=1e-9)
    assert ligne["se"] == pytest.approx(value("missing", "se", "z"), abs=1e-9)
    assert ligne["df"] == value("missing", "degf_subset", "z")
    bas, haut = intervals.logit(ligne["p"], ligne["se"], ligne["df"])
    assert bas == pytest.approx(value("missing", "lo", "z", "xlogit on subset"), abs=1e-9)
    assert haut == pytest.approx(value("missing", "hi", "z", "xlogit on subset"), abs=1e-9)


@pytest.mark.parametrize("scale", ["1", "7.5", "1000"])
def test_8_equal_weights_are_a_simple_random_sample(scale: str) -> None:
    donnees = edge(11)
    design = Design(None, None, pd.Series(float(scale), donnees.index))
    ligne = estimate_proportions(design, donnees[["y"]]).iloc[0]
    p = value("equal_weights", "p", "closed_form")
    assert ligne["p"] == pytest.approx(p, abs=1e-12)
    assert ligne["se"] == pytest.approx(np.sqrt(p * (1 - p) / 10), abs=1e-12)
    assert ligne["se"] == pytest.approx(value("equal_weights", "se", scale), abs=1e-9)
    deff = ligne["se"] ** 2 * 10 / (p * (1 - p))
    assert deff == pytest.approx(value("equal_weights", "deff", scale))


def test_9_a_census_stratum_has_no_variance_there_only() -> None:
    donnees = edge(11)
    poids = donnees["h"].map({"A": 1.0, "B": 8.0})
    design = Design(donnees["h"], {"A": 6, "B": 40}, poids)
    ligne = estimate_proportions(design, donnees[["y"]]).iloc[0]
    assert ligne["p"] == pytest.approx(value("census_stratum", "p", "A_census"), abs=1e-9)
    assert ligne["se"] == pytest.approx(value("census_stratum", "se", "A_census"), abs=1e-9)
    par_strate = estimate_proportions(design, donnees[["y"]], donnees["h"]).set_index("h")["se"]
    assert par_strate["A"] == value("census_stratum", "by_se", "A") == 0
    assert par_strate["B"] == pytest.approx(value("census_stratum", "by_se", "B"), abs=1e-9)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_tiny_samples(n: int) -> None:
    donnees = edge(n)
    design = Design(None, 10 * n, pd.Series(10.0, donnees.index))
    ligne = estimate_proportions(design, donnees[["y"]]).iloc[0]
    oui = int(donnees["y"].sum())
    bas, haut = intervals.wilson_effective(oui / n, n)
    assert bas == pytest.approx(value("tiny_n", "wilson_lo", str(n)), abs=1e-9)
    assert haut == pytest.approx(value("tiny_n", "wilson_hi", str(n)), abs=1e-9)
    assert (ligne["low"], ligne["high"]) == pytest.approx((float(bas), float(haut)))
    assert ligne["grade"] == ""
    if n == 1:
        assert np.isnan(ligne["se"])  # un seul répondant : la variance n'est pas estimable
    else:
        assert ligne["p"] == pytest.approx(value("tiny_n", "p", str(n)), abs=1e-9)
        assert ligne["se"] == pytest.approx(value("tiny_n", "se", str(n)), abs=1e-9)
        assert ligne["df"] == value("tiny_n", "degf", str(n))
