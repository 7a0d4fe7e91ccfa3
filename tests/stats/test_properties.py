"""Propriétés : une entrée mauvaise donne une erreur claire ou un repli dit, jamais un résultat muet."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from barometre.stats.calibration import Calibration, CalibrationError, calibrate, rake
from barometre.stats.contrasts import estimate_contrasts
from barometre.stats.estimation import Design, DesignError, estimate_proportions

ANSWER = st.sampled_from([1.0, 0.0, np.nan])
LEVEL = st.sampled_from(["a", "b", "c"])
POPULATION = st.one_of(st.integers(0, 500), st.just(float("nan")), st.just(-3))


# Vu : le carré du poids de la seule qui a répondu valait zéro, et l'effectif efficace NaN.
LONE = pd.DataFrame({"q": [1.0, np.nan], "strate": "a", "region": "x", "poids": [1e-150, 6.4e11]})


@st.composite
def samples(draw: st.DrawFn) -> pd.DataFrame:
    """De 1 à 25 répondants : réponse, strate, poids de 1e-150 à 1e150."""
    n = draw(st.integers(1, 25))
    return pd.DataFrame(
        {
            "q": draw(st.lists(ANSWER, min_size=n, max_size=n)),
            "strate": draw(st.lists(LEVEL, min_size=n, max_size=n)),
            "region": draw(st.lists(st.sampled_from(["x", "y"]), min_size=n, max_size=n)),
            "poids": draw(st.lists(st.floats(1e-150, 1e150), min_size=n, max_size=n)),
        }
    )


def try_to_calibrate(
    caler: Callable[..., Calibration], sample: pd.DataFrame, margins: dict[str, pd.Series]
) -> tuple[Calibration | None, str]:
    """Le calage, ou la phrase du refus."""
    try:
        return caler(sample, margins), ""
    except CalibrationError as refus:
        return None, str(refus)


@example(LONE, False)
@given(samples(), st.booleans())
@settings(max_examples=100, deadline=None)
def test_every_figure_has_an_interval_around_it(sample: pd.DataFrame, calibrated: bool) -> None:
    population = dict.fromkeys("abc", 30)
    variables = sample[["strate", "region"]] if calibrated else None
    with warnings.catch_warnings(record=True) as dits:
        warnings.simplefilter("always")
        design = Design(sample["strate"], population, sample["poids"], variables)
    assert len(dits) == len(design.notes)
    ligne = estimate_proportions(design, sample[["q"]]).iloc[0]
    if ligne["n"] == 0:
        assert np.isnan(ligne["p"])
        assert ligne["grade"] == ""
        return
    assert 0 <= ligne["p"] <= 1
    assert 1 - 1e-9 <= ligne["n_eff"] <= ligne["n"] + 1e-9
    assert ligne["low"] - 1e-9 <= ligne["p"] <= ligne["high"] + 1e-9
    assert (ligne["low"], ligne["high"]) not in {(0.0, 0.0), (1.0, 1.0)}
    assert ligne["se"] >= 0 or len(sample) == 1
    assert ligne["grade"] != "" or ligne["n"] < 10


@given(samples(), st.floats(1e-6, 1e6))
@settings(max_examples=60, deadline=None)
def test_the_scale_of_the_weights_does_not_matter(sample: pd.DataFrame, scale: float) -> None:
    sample = sample.assign(poids=1 + np.arange(len(sample)) % 3, strate="a")
    design = [Design(sample["strate"], None, sample["poids"] * s) for s in (1.0, scale)]
    a, b = (estimate_proportions(d, sample[["q"]]) for d in design)
    np.testing.assert_allclose(
        a[["p", "se", "low", "high"]], b[["p", "se", "low", "high"]], rtol=1e-7, atol=1e-12
    )


@given(samples(), st.lists(POPULATION, min_size=3, max_size=3))
@settings(max_examples=60, deadline=None)
def test_weights_reach_their_margins_or_are_refused(sample: pd.DataFrame, population: list[float]) -> None:
    cible = pd.Series(population, index=["a", "b", "c"], dtype=float)
    marges = {"strate": cible, "region": pd.Series({"x": cible.sum() * 0.4, "y": cible.sum() * 0.6})}
    for caler in (rake, calibrate):
        cale, phrase = try_to_calibrate(caler, sample, marges)
        if cale is None:
            assert phrase.endswith(".")
            continue
        assert cale.converged
        assert (cale.weights > 0).all()
        for nom, marge in marges.items():
            sommes = cale.weights.groupby(sample[nom]).sum()
            np.testing.assert_allclose(sommes, marge[sommes.index], rtol=1e-6)
        assert cale.weights.sum() == pytest.approx(cible.sum())


@given(st.lists(st.sampled_from(["u1", "u2", "u3", "u4"]), min_size=2, max_size=4))
def test_duplicated_units_are_refused(units: list[str]) -> None:
    sample = pd.DataFrame({"strate": ["a"] * len(units)}, index=units)
    poids = pd.Series(1.0, index=units)
    if len(set(units)) == len(units):
        assert rake(sample, {"strate": pd.Series({"a": 40})}).weights.sum() == pytest.approx(40)
        return
    with pytest.raises(CalibrationError, match="deux fois"):
        rake(sample, {"strate": pd.Series({"a": 40})})
    with pytest.raises(DesignError, match="deux fois"):
        Design(sample["strate"], {"a": 40}, poids)


@given(st.integers(10, 60), st.floats(1, 1e12))
def test_one_exploding_weight_lowers_the_grade(n: int, weight: float) -> None:
    poids = pd.Series([weight] + [1.0] * (n - 1))
    reponses = pd.DataFrame({"q": [1.0] + [0.0, 1.0] * n}).head(n)
    ligne = estimate_proportions(Design(None, None, poids), reponses).iloc[0]
    assert ligne["n_eff"] == pytest.approx(poids.sum() ** 2 / (poids**2).sum())
    if ligne["n_eff"] < 30:
        assert ligne["grade"] == "C"


@given(samples())
@settings(max_examples=80, deadline=None)
def test_a_group_is_judged_only_where_its_interval_excludes_zero(sample: pd.DataFrame) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        design = Design(sample["strate"], dict.fromkeys("abc", 30), sample["poids"])
    tableau = estimate_contrasts(design, sample[["q"]], sample["region"])
    # Sans test possible (un groupe vide, un poids 1e162 fois plus petit), rien n'est jugé.
    connus = tableau["p_bh"].notna()
    assert tableau.loc[~connus, ["class_95", "class_998"]].eq(0).all(axis=None)
    assert tableau.loc[connus, "p_bh"].between(0, 1).all()
    for niveau in ("95", "998"):
        bas, haut, classe = (tableau[f"{nom}_{niveau}"] for nom in ("low", "high", "class"))
        assert (bas[connus] <= haut[connus]).all()
        assert ((bas > 0) | (haut < 0))[classe != 0].all()
    # Ce qui est démontré à 99,8 % l'est à 95 %.
    assert (tableau["class_95"] == tableau["class_998"])[tableau["class_998"] != 0].all()
