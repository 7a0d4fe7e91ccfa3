"""Les poids de R `survey` : rake ; calibrate raking, linéaire, logit, tronqué ; post-stratification."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from barometre.stats import intervals
from barometre.stats.calibration import Calibration, calibrate, rake
from barometre.stats.estimation import Design, estimate_means, estimate_proportions
from tests.stats.reference_data import get_by_key, get_values, load_numbers, load_wave

API = "02_api_rake_calibrate"
STYPE = pd.Series({"E": 4421, "H": 755, "M": 1018})
SCHOOL_WIDE = pd.Series({"No": 1072, "Yes": 5122})
TWO_MARGINS = {"stype": STYPE, "sch.wide": SCHOOL_WIDE}
API99_TOTAL = 3914069
# Districts de la population : les grappes tirées au premier degré.
DISTRICTS = 757
YES_NO = ["awards", "comp.imp", "yr.rnd", "sch.wide"]


def schools() -> pd.DataFrame:
    return load_numbers("apiclus1", ["api99", "api00", "enroll", "pw"], "cds")


def calibrate_schools(case: str) -> tuple[Calibration, list[str]]:
    """Le calage d'un cas de référence, et ses variables."""
    sample = schools()
    base = sample["pw"]
    deux, numerique = list(TWO_MARGINS), ["stype", "api99"]
    options: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
        "cal_raking": (TWO_MARGINS, {"method": "raking"}, deux),
        "cal_linear": (TWO_MARGINS, {"method": "linear", "bounds": None}, deux),
        "cal_logit_0.5_2": (TWO_MARGINS, {"method": "logit", "bounds": (0.5, 2)}, deux),
        "cal_trunc_0.7_1.6": (TWO_MARGINS, {"method": "linear", "bounds": (0.7, 1.6)}, deux),
        "cal_linear_api99": (
            {"stype": STYPE, "api99": API99_TOTAL},
            {"method": "linear", "bounds": None},
            numerique,
        ),
    }
    if case == "rake":
        return rake(sample, TWO_MARGINS, base_weights=base), deux
    if case == "ps_stype":
        return rake(sample, {"stype": STYPE}, base_weights=base), ["stype"]
    margins, arguments, variables = options[case]
    return calibrate(sample, margins, base_weights=base, **arguments), variables


CASES = [
    "rake",
    "cal_raking",
    "cal_linear",
    "cal_logit_0.5_2",
    "cal_trunc_0.7_1.6",
    "cal_linear_api99",
    "ps_stype",
]


def build_design(case: str) -> Design:
    sample = schools()
    calage, variables = calibrate_schools(case)
    return Design(
        None, DISTRICTS, calage.weights, sample[variables], base_weights=sample["pw"], clusters=sample["dnum"]
    )


@pytest.mark.parametrize("case", CASES)
def test_weights(case: str) -> None:
    calage, _ = calibrate_schools(case)
    attendus = get_by_key(API, case, "weight")
    assert calage.converged
    np.testing.assert_allclose(calage.weights.reindex(attendus.index), attendus, rtol=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_mean_and_total(case: str) -> None:
    sample, design = schools(), build_design(case)
    # rake de R : dix projections alternées au lieu du résidu exact.
    tolerance = 1e-6 if case == "rake" else 1e-9
    moyenne = estimate_means(design, sample[["api00"]]).iloc[0]
    assert moyenne["mean"] == pytest.approx(get_by_key(API, case, "mean")["api00"], rel=1e-9)
    assert moyenne["se"] == pytest.approx(get_by_key(API, case, "mean_se")["api00"], rel=tolerance)
    eleves = sample["enroll"].to_numpy()
    assert design.weights @ eleves == pytest.approx(get_by_key(API, case, "total")["enroll"], rel=1e-9)
    se = np.sqrt(design.variance(eleves))
    assert float(se) == pytest.approx(get_by_key(API, case, "total_se")["enroll"], rel=tolerance)


@pytest.mark.parametrize("case", CASES)
def test_proportions_and_their_intervals(case: str) -> None:
    sample = schools()
    p, se = get_values(API, case, "p"), get_values(API, case, "se")
    items = sorted(p.index.unique("key"))
    calculees = estimate_proportions(build_design(case), (sample[items] == "Yes").astype(float))
    calculees = calculees.set_index("item")
    bas, haut = get_values(API, case, "lo"), get_values(API, case, "hi")
    for item, methode in p.index:
        ligne = calculees.loc[item]
        # R « logit » passe par une régression dont l'itération s'arrête à 1e-8.
        assert ligne["p"] == pytest.approx(p[item, methode], abs=1e-8 if methode == "logit" else 1e-9)
        assert ligne["se"] == pytest.approx(se[item, methode], abs=1e-6 if case == "rake" else 1e-9)
        if methode == "beta":
            continue  # Korn-Graubard : aucun chiffre ne s'en sert
        borne = bound(methode, ligne["p"], ligne["se"])
        assert borne == pytest.approx((bas[item, methode], haut[item, methode]), abs=1e-8)


def bound(method: str, p: float, se: float) -> tuple[float, float]:
    """Les intervalles de R : 15 grappes, donc 14 degrés de liberté."""
    methodes = {
        "logit": lambda: intervals.logit(p, se, 14),
        "xlogit": lambda: intervals.logit(p, se, 14),
        "mean": lambda: intervals.student(p, se, 14),
    }
    bas, haut = methodes[method]()
    return float(bas), float(haut)


@pytest.mark.parametrize("case", CASES)
def test_proportions_by_domain(case: str) -> None:
    sample = schools()
    tableau = estimate_proportions(
        build_design(case), (sample[["awards"]] == "Yes").astype(float), sample["stype"]
    ).set_index("stype")
    p, se = get_by_key(API, case, "by_stype_p"), get_by_key(API, case, "by_stype_se")
    np.testing.assert_allclose(tableau["p"][p.index], p, atol=1e-9)
    np.testing.assert_allclose(tableau["se"][se.index], se, atol=1e-6 if case == "rake" else 1e-9)


@pytest.mark.parametrize("number", [1, 2])
def test_wave_weights(number: int) -> None:
    vague = load_wave(number)
    reference = f"05_weights_wave{number}"
    cale = calibrate(vague.variables, vague.margins, method="raking", base_weights=vague.base_weights)
    for quantite, poids in (("w_rake", vague.calibration.weights), ("w_calraking", cale.weights)):
        attendus = get_by_key(reference, f"wave{number}", quantite)
        np.testing.assert_allclose(poids.reindex(attendus.index), attendus, rtol=1e-9)


@pytest.mark.parametrize("number", [1, 2])
def test_wave_ratios(number: int) -> None:
    vague, reference = load_wave(number), f"05_weights_wave{number}"
    cale = rake(vague.variables, vague.margins, base_weights=vague.base_weights)
    attendu = {q: get_values(reference, f"wave{number}", q).iloc[0] for q in ("min_g", "max_g", "kish_neff")}
    assert cale.ratio_min == pytest.approx(attendu["min_g"], rel=1e-9)
    assert cale.ratio_max == pytest.approx(attendu["max_g"], rel=1e-9)
    assert cale.n_eff == pytest.approx(attendu["kish_neff"], rel=1e-9)
    assert cale.max_gap < 1e-10


def test_wave_2_merges_the_empty_region() -> None:
    assert (load_wave(1).merged, load_wave(2).merged) == (False, True)
    assert "R01" not in load_wave(2).margins["region"]
    assert load_wave(2).margins["region"]["R02"] == 3112  # 121 + 2 991
