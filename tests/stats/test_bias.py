"""Sensibilité à la participation, propensités, poids, écart à un fait connu."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from barometre.stats.bias import (
    compare_with_frame,
    compute_propensities,
    describe_response,
    remove_noise,
)
from barometre.stats.estimation import Design, DesignError
from tests.stats.reference_data import load_wave


def frame() -> pd.DataFrame:
    """100 communes : 40 couvertes dont 20 répondent, 60 non couvertes dont 6 répondent."""
    couverte = ["oui"] * 40 + ["non"] * 60
    repond = [1] * 20 + [0] * 20 + [1] * 6 + [0] * 54
    return pd.DataFrame({"opsn": couverte, "zone": ["a", "b"] * 50, "repond": repond})


def test_propensities_of_one_variable_are_the_observed_rates() -> None:
    cadre = frame()
    propensions = compute_propensities(cadre, cadre["repond"], ["opsn"])
    np.testing.assert_allclose(propensions, np.where(cadre["opsn"] == "oui", 0.5, 0.1), atol=1e-6)


def test_response_indicators() -> None:
    cadre = frame()
    tableau = describe_response(cadre, cadre["repond"], ["opsn", "zone"]).set_index("variable")
    # Taux 26 % ; S² = 0,4·(0,5 − 0,26)² + 0,6·(0,1 − 0,26)² = 0,0384.
    assert tableau.loc["", "rate"] == pytest.approx(0.26)
    assert tableau.loc["", "cv"] == pytest.approx(np.sqrt(0.0384) / 0.26, abs=1e-3)
    assert tableau.loc["", "noise"] == pytest.approx(2 * 0.74 / 26)  # deux coefficients, 26 réponses
    assert tableau.loc["opsn", "partial"] == pytest.approx(np.sqrt(0.0384) / 0.26, abs=1e-3)
    assert tableau.loc["zone", "partial"] == pytest.approx(0, abs=1e-6)


def test_equal_propensities_have_no_dispersion_once_the_noise_is_removed() -> None:
    """Tout le monde répond avec la même probabilité : le CV vu est du bruit, et (k − 1)(1 − ρ̄)/n le dit."""
    hasard = np.random.default_rng(3)
    cadre = pd.DataFrame({"strate": hasard.integers(0, 20, 4000).astype(str)})
    vus = [describe_response(cadre, hasard.random(4000) < 0.05, ["strate"]).iloc[0] for _ in range(60)]
    carres, bruits = np.mean([v["cv"] ** 2 for v in vus]), np.mean([v["noise"] for v in vus])
    assert carres == pytest.approx(bruits, rel=0.15)
    assert np.mean([remove_noise(v) for v in vus]) < 0.5 * np.sqrt(carres)


def test_a_level_without_respondent_does_not_break_the_regression() -> None:
    cadre = frame().assign(type=["epci"] * 3 + ["commune"] * 97, repond=[0] * 3 + [1, 0] * 48 + [1])
    propensions = compute_propensities(cadre, cadre["repond"], ["type"])
    assert propensions[:3].max() < 0.01
    assert np.isfinite(propensions).all()


def test_a_calibrated_fact_has_no_gap() -> None:
    vague = load_wave(1)
    faits = pd.DataFrame({"opsn": (vague.answers["opsn"] == "1").astype(float)})
    ligne = compare_with_frame(vague.design(), faits, pd.Series({"opsn": 15269 / 36230})).iloc[0]
    assert ligne["raw"] == pytest.approx(1889 / 2676)
    assert ligne["gap"] == pytest.approx(0, abs=1e-9)
    assert ligne["raw_gap"] == pytest.approx(1889 / 2676 - 15269 / 36230)
    with pytest.raises(DesignError, match="« opsn » n'est pas donnée"):
        compare_with_frame(vague.design(), faits, pd.Series({"autre": 0.5}))


def test_an_uncorrected_bias_is_outside_the_interval() -> None:
    design = Design(None, None, pd.Series(1.0, index=range(200)))
    faits = pd.DataFrame({"site": [1.0] * 160 + [0.0] * 40})
    ligne = compare_with_frame(design, faits, pd.Series({"site": 0.6})).iloc[0]
    assert ligne["gap"] == pytest.approx(0.2)
    assert not ligne["within"]
