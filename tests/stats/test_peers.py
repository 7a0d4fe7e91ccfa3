"""Les pairs : valeurs de référence (R : cluster, gower, stats), cas à la main, échelle, saisies fautives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from barometre.stats.peers import nearest, widen

REFERENCE = Path(__file__).parent / "reference"
VARIABLES = ["lpop", "ldens", "income", "lstaff", "rural", "opsn"]
GOWER = [0.3, 0.2, 0.15, 0.1, 0.15, 0.1]
# Cas du fichier de référence → poids.
CAS: dict[str, list[float] | None] = {"gower_w": GOWER, "gower_unweighted": None}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    donnees = pd.read_csv(REFERENCE / "peers24.csv", dtype={"opsn": str})
    logs = {
        f"l{nom}": np.log(donnees[c]) for nom, c in (("pop", "pop"), ("dens", "density"), ("staff", "staff"))
    }
    return donnees.assign(**logs)


@pytest.fixture(scope="module")
def reference() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "12_peers.csv", dtype={"key2": str})


@pytest.mark.parametrize("cible", ["A01", "A02", "A05"])
@pytest.mark.parametrize("cas", list(CAS))
def test_reference_distances(frame: pd.DataFrame, reference: pd.DataFrame, cas: str, cible: str) -> None:
    attendu = reference[(reference["case"] == cas) & (reference["key"] == cible)].set_index("quantity")[
        "value"
    ]
    # Sans la colonne du type, toutes les unités se comparent ; la cible n'est pas sa propre paire.
    pairs = nearest(frame.drop(columns="type"), cible, VARIABLES, CAS[cas], k=24).set_index("unit")[
        "distance"
    ]
    assert (len(attendu), len(pairs)) == (24, 23)
    assert np.abs(pairs - attendu.loc[pairs.index]).max() < 1e-12


@pytest.mark.parametrize("cible", ["A01", "A02", "A05"])
def test_reference_five_nearest_of_the_same_type(
    frame: pd.DataFrame, reference: pd.DataFrame, cible: str
) -> None:
    attendu = reference[(reference["case"] == "top5_same_type.gower_w") & (reference["key"] == cible)]
    obtenu = nearest(frame, cible, VARIABLES, GOWER, k=5)
    assert obtenu["unit"].tolist() == attendu["key2"].tolist()
    assert np.abs(obtenu["distance"] - attendu["value"].to_numpy()).max() < 1e-12


def test_shares_sum_to_one_and_explain_the_distance(frame: pd.DataFrame) -> None:
    pairs = nearest(frame, "A05", VARIABLES, GOWER, k=3)
    assert np.allclose(pairs[VARIABLES].sum(axis=1), 1)
    ecart = abs(frame.loc[3, "lpop"] - frame.loc[4, "lpop"])  # A04 et A05 : 89 habitants toutes deux
    assert ecart == 0
    assert pairs.loc[pairs["unit"] == "A04", "lpop"].item() == 0


def test_hand_example() -> None:
    frame = pd.DataFrame({"unit": ["a", "b", "c"], "x": [0.0, 5.0, 10.0], "k": ["u", "v", "u"]})
    pairs = nearest(frame, "a", ["x", "k"], {"x": 3.0, "k": 1.0})
    assert pairs["unit"].tolist() == ["b", "c"]
    assert pairs["distance"].tolist() == [0.625, 0.75]  # (3·0,5 + 1·1)/4 ; (3·1 + 1·0)/4
    assert pairs["x"].tolist() == [0.6, 1.0]  # 1,5/2,5 ; 3/3


def test_ties_follow_the_identifier_whatever_the_order() -> None:
    frame = pd.DataFrame({"unit": ["a", "d", "c", "b"], "x": [0.0, 1.0, 1.0, 1.0]})
    melange = frame.sample(frac=1, random_state=3)
    assert nearest(frame, "a", ["x"], k=2)["unit"].tolist() == ["b", "c"]
    pd.testing.assert_frame_equal(nearest(frame, "a", ["x"], k=2), nearest(melange, "a", ["x"], k=2))


def test_zero_distance_has_zero_shares_and_self_is_excluded() -> None:
    frame = pd.DataFrame({"unit": ["a", "b"], "x": [1.0, 1.0], "k": ["u", "u"]})
    pairs = nearest(frame, "a", ["x", "k"])
    assert pairs.to_dict("records") == [{"unit": "b", "distance": 0.0, "x": 0.0, "k": 0.0}]


def test_missing_value_drops_the_weight_of_its_variable() -> None:
    frame = pd.DataFrame({"unit": ["a", "b", "c"], "x": [0.0, np.nan, 10.0], "k": ["u", "v", None]})
    pairs = nearest(frame, "a", ["x", "k"], [3.0, 1.0]).set_index("unit")
    assert pairs.loc["b", "distance"] == 1.0  # k seule : 1/1
    assert pairs.loc["c", "distance"] == 1.0  # x seule : 3/3
    assert pairs.loc["b", "k"] == 1.0
    sans_rien = frame.assign(x=[np.nan, 1.0, 2.0])
    assert nearest(sans_rien, "a", ["x", "k"])["unit"].tolist() == ["b"]  # c n'est pas comparable


def test_only_the_same_type_is_kept(frame: pd.DataFrame) -> None:
    types = frame.set_index("id")["type"]
    assert set(types.loc[nearest(frame, "A03", VARIABLES)["unit"]]) == {"epci"}


ECHELLE = [("departement-33", 4), ("region-75", 14), ("zone-metropole", 300), ("france", 320)]


def test_ladder_stops_at_the_first_step_with_enough() -> None:
    assert widen(ECHELLE) == "region-75"
    assert widen(ECHELLE, 20) == "zone-metropole"
    assert widen([("departement-33", 10)]) == "departement-33"


def test_ladder_without_enough_respondents_ends_at_the_widest() -> None:
    assert widen([("departement-33", 2), ("france", 8)]) == "france"
