"""Ce qu'un calage refuse, et la phrase qui le dit."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from barometre.stats.calibration import CalibrationError, calibrate, rake


def sample(**columns: list[Any]) -> pd.DataFrame:
    return pd.DataFrame(columns or {"type": ["commune", "commune", "epci"]})


MARGINS = {"type": pd.Series({"commune": 300, "epci": 20})}

REFUSALS: dict[str, tuple[pd.DataFrame, dict[str, Any], str]] = {
    "échantillon vide": (sample(type=[]), MARGINS, "L'échantillon est vide"),
    "répondant en double": (
        sample().set_axis(["a", "b", "a"]),
        MARGINS,
        "deux fois le répondant « a »",
    ),
    "aucune marge": (sample(), {}, "Aucune marge"),
    "colonne absente": (sample(), {"region": pd.Series({"84": 1})}, "« region » n'est pas une colonne"),
    "modalité inconnue": (
        sample(type=["commune", "ept", "epci"]),
        MARGINS,
        "« ept » de la variable « type » est dans l'échantillon mais pas dans la marge",
    ),
    "valeur manquante": (
        sample(type=["commune", None, "epci"]),
        MARGINS,
        "« type » manque pour 1\u00a0répondant",
    ),
    "modalité vide": (
        sample(),
        {"type": pd.Series({"commune": 300, "epci": 20, "region": 17})},
        "« region » de la marge « type » compte 17 unités dans la population et aucun répondant",
    ),
    "population nulle": (
        sample(),
        {"type": pd.Series({"commune": 300, "epci": 0})},
        "« epci » de la marge « type » a une population nulle",
    ),
    "total nul": (sample(), {"type": pd.Series({"commune": 0, "epci": 0})}, "population totale nulle"),
    "population négative": (
        sample(),
        {"type": pd.Series({"commune": 300, "epci": -2})},
        "« epci » une population qui n'est pas un nombre positif : -2",
    ),
    "population manquante": (
        sample(),
        {"type": pd.Series({"commune": 300, "epci": np.nan})},
        "« epci » une population qui n'est pas un nombre positif",
    ),
    "population en lettres": (
        sample(),
        {"type": pd.Series({"commune": 300, "epci": "vingt"})},
        "« epci » une population qui n'est pas un nombre positif : vingt",
    ),
    "modalité en double": (
        sample(),
        {"type": pd.Series([300, 10, 10], index=["commune", "epci", "epci"])},
        "deux fois la modalité « epci »",
    ),
    "croisements vides": (
        sample(a=["x", "y", "y"], b=["m", "m", "n"]),
        {"a": pd.Series({"x": 90, "y": 10}), "b": pd.Series({"m": 10, "n": 90})},
        "« a » et « b »",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
@pytest.mark.parametrize("method", ["rake", "logit", "raking", "linear"])
def test_refusals(name: str, method: str) -> None:
    echantillon, marges, phrase = REFUSALS[name]
    caler = rake if method == "rake" else partial(calibrate, method=method)
    with pytest.raises(CalibrationError) as refus:
        caler(echantillon, marges)
    assert phrase in str(refus.value)


@pytest.mark.parametrize("weights", [[1, 1], [1, 0, 1], [1, np.nan, 1], [1, -1, 1], [1, np.inf, 1]])
def test_bad_base_weights_are_refused(weights: list[float]) -> None:
    with pytest.raises(CalibrationError, match="poids de départ"):
        rake(sample(), MARGINS, base_weights=weights)


def test_base_weights_follow_the_names_of_the_respondents() -> None:
    echantillon = sample().set_axis(["a", "b", "c"])
    poids = pd.Series({"c": 1.0, "b": 3.0, "a": 1.0})
    cale = rake(echantillon, MARGINS, base_weights=poids)
    assert cale.weights.to_dict() == pytest.approx({"a": 75, "b": 225, "c": 20})
    with pytest.raises(CalibrationError, match="mêmes répondants"):
        rake(echantillon, MARGINS, base_weights=poids.rename({"a": "z"}))


@pytest.mark.parametrize("bounds", [(1.0, 5.0), (0.5, 1.0), (-1.0, 5.0), (2.0, 1.0)])
def test_bounds_must_surround_one(bounds: tuple[float, float]) -> None:
    with pytest.raises(CalibrationError, match="n'encadrent pas 1"):
        calibrate(sample(), MARGINS, bounds=bounds)


def test_a_total_of_a_number_is_reached() -> None:
    echantillon = sample(type=["commune"] * 4 + ["epci"] * 4, agents=[1, 2, 3, 4, 5, 6, 7, 20])
    marges = {"type": pd.Series({"commune": 40, "epci": 40}), "agents": 500.0}
    cale = calibrate(echantillon, marges, method="logit", bounds=(0.25, 5))
    assert cale.weights @ echantillon["agents"] == pytest.approx(500)
    assert cale.weights.groupby(echantillon["type"]).sum().to_dict() == pytest.approx(
        {"commune": 40, "epci": 40}
    )
    assert cale.max_gap < 1e-9


def test_a_level_without_population_nor_respondent_is_ignored() -> None:
    marges = {"type": pd.Series({"commune": 300, "epci": 20, "ept": 0})}
    assert rake(sample(), marges).weights.tolist() == [150, 150, 20]


def test_categories_and_text_give_the_same_weights() -> None:
    texte = rake(sample(), MARGINS).weights
    assert rake(sample().astype("category"), MARGINS).weights.equals(texte)
    assert rake(sample().astype(object), MARGINS).weights.equals(texte)


def test_a_calibration_that_is_returned_holds_its_margins() -> None:
    """Arrêté trop tôt, l'ajustement ne rend rien : un écart de 10⁻⁵ déplace des poids sans se voir."""
    echantillon = sample(type=list("aaabbc"), taille=list("xyyxyx"))
    marges = {"type": {"a": 50, "b": 30, "c": 20}, "taille": {"x": 45, "y": 55}}
    tenus = 0
    for tours in range(1, 40):
        try:
            cale = rake(echantillon, marges, max_iterations=tours)
        except CalibrationError:
            continue
        tenus += 1
        assert cale.max_gap <= 1e-10
    assert tenus


def test_margins_that_contradict_each_other_by_little_are_refused() -> None:
    """Deux marges confondues dans l'échantillon, à une unité sur mille près : refusé."""
    echantillon = sample(type=list("aabb"), taille=list("xxyy"))
    with pytest.raises(CalibrationError, match="se confondent"):
        calibrate(echantillon, {"type": {"a": 500, "b": 500}, "taille": {"x": 501, "y": 499}})
