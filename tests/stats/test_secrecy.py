"""Les règles de secret, à la main : seuils, soustractions, cybersécurité, saisies fautives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from barometre.stats.secrecy import (
    CYBER,
    OWN,
    PROGRAMME,
    PUBLIC,
    Rule,
    apply_top_coding,
    is_safe_subset,
    protect,
    protect_many,
)
from barometre.stats.secrecy_audit import audit
from barometre.stats.secrecy_lattice import Lattice, SecretError
from tests.stats.cubes import build_cells, draw_respondents, list_parents

PARENTS = {
    "zone-metropole": "france",
    "region-84": "zone-metropole",
    "departement-01": "region-84",
    "departement-03": "region-84",
    "departement-07": "region-84",
    "epci-1": "departement-01",
}


def _cells(*lignes: tuple[str, int, int]) -> pd.DataFrame:
    """Des totaux par territoire : (territoire, n, oui)."""
    cells = pd.DataFrame(lignes, columns=["territoire_id", "n", "n_yes"])
    cells["niveau"] = cells["territoire_id"].str.split("-").str[0]
    return cells.assign(type="", strate="", couverture="")


def _states(cells: pd.DataFrame, rule: Rule = PUBLIC) -> dict[str, str]:
    protege = protect(cells, rule, PARENTS)
    return dict(zip(protege["territoire_id"], protege["state"], strict=True))


def test_departement_minus_epci_is_never_published() -> None:
    petits = _cells(("departement-01", 6, 3), ("epci-1", 5, 3))
    assert set(_states(petits).values()) == {"primary"}
    # 16 - 15 = 1 : l'EPCI passe le seuil, le reste du département non.
    grands = _cells(("departement-01", 16, 8), ("epci-1", 15, 8))
    assert _states(grands) == {"departement-01": "indicative", "epci-1": "complementary"}


def test_one_hidden_departement_hides_a_second_one() -> None:
    cells = _cells(
        ("region-84", 84, 40),
        ("departement-01", 50, 20),
        ("departement-03", 30, 18),
        ("departement-07", 4, 2),  # 84 - 50 - 30 = 4 : sous le seuil, il faut un second caché
    )
    assert _states(cells) == {
        "region-84": "published",
        "departement-01": "published",
        "departement-03": "complementary",
        "departement-07": "primary",
    }


def test_nothing_more_is_hidden_when_the_rest_is_large_enough() -> None:
    cells = _cells(("region-84", 66, 30), ("departement-01", 50, 20), ("departement-03", 9, 5))
    cells = pd.concat([cells, _cells(("departement-07", 7, 5))], ignore_index=True)
    etats = _states(cells)  # reste caché : 9 + 7 = 16 ≥ 10
    assert (etats["region-84"], etats["departement-01"]) == ("published", "published")
    assert (etats["departement-03"], etats["departement-07"]) == ("primary", "primary")


def test_threshold_is_inclusive_and_grade_c_is_indicative() -> None:
    cells = _cells(("departement-01", 10, 5))
    assert _states(cells) == {"departement-01": "indicative"}
    assert _states(_cells(("departement-01", 9, 5))) == {"departement-01": "primary"}
    assert _states(_cells(("departement-01", 30, 5))) == {"departement-01": "published"}
    assert _states(_cells(("departement-01", 30, 5)).assign(grade="C")) == {"departement-01": "indicative"}


def test_same_respondents_by_another_name_are_not_isolated() -> None:
    """Région × strate moins un département dont les répondants en sont tous : l'écart est nommé."""
    noms = ["territoire_id", "niveau", "type", "strate", "n", "n_yes"]
    lignes = [
        ("region-84", "region", "", "", 40, 20),
        ("region-84", "region", "commune", "", 40, 20),
        ("region-84", "region", "commune", "commune-0-499", 12, 6),
        ("region-84", "region", "commune", "commune-500-999", 28, 14),
        ("departement-01", "departement", "", "", 11, 6),  # 12 - 11 = 1 commune de departement-03
        ("departement-01", "departement", "commune", "", 11, 6),
        ("departement-01", "departement", "commune", "commune-0-499", 11, 6),
        ("departement-03", "departement", "", "", 29, 14),
        ("departement-03", "departement", "commune", "", 29, 14),
        ("departement-03", "departement", "commune", "commune-0-499", 1, 0),
        ("departement-03", "departement", "commune", "commune-500-999", 28, 14),
    ]
    cells = pd.DataFrame(lignes, columns=noms).assign(couverture="")
    naif = cells.assign(state=np.where(cells["n"] >= 10, "published", "primary"))
    assert {f.n for f in audit(naif, PUBLIC, PARENTS) if f.genre == "difference"} == {1}
    assert audit(protect(cells, PUBLIC, PARENTS), PUBLIC, PARENTS) == []


def test_cyber_needs_three_yes_three_no_and_stops_at_region_by_type() -> None:
    cells = _cells(("region-84", 40, 37), ("departement-01", 40, 37))
    assert _states(cells, CYBER) == {"region-84": "published", "departement-01": "complementary"}
    assert _states(_cells(("region-84", 40, 38)), CYBER) == {"region-84": "primary"}  # 2 non
    assert _states(_cells(("region-84", 40, 2)), CYBER) == {"region-84": "primary"}  # 2 oui
    assert _states(_cells(("region-84", 19, 9)), CYBER) == {"region-84": "primary"}


def test_cyber_hides_a_rest_without_three_yes() -> None:
    """Deux régions : 100 - 60 = 40 répondants, mais 2 oui seulement dans le reste."""
    cells = _cells(("zone-metropole", 100, 32), ("region-84", 60, 30), ("region-11", 40, 2))
    parents = PARENTS | {"region-11": "zone-metropole"}
    etats = protect(cells, CYBER, parents).set_index("territoire_id")["state"]
    assert etats["zone-metropole"] == "published"
    assert (etats["region-84"], etats["region-11"]) == ("complementary", "primary")


def test_top_coding() -> None:
    parts = np.array([0.0, 0.03, 0.5, 0.99])
    assert apply_top_coding(parts, CYBER).tolist() == [0.05, 0.05, 0.5, 0.95]
    assert apply_top_coding(parts, PUBLIC).tolist() == parts.tolist()


def test_programme_and_own_have_no_complementary() -> None:
    cells = _cells(("region-84", 57, 40), ("departement-01", 55, 39), ("departement-03", 2, 1))
    assert _states(cells, PROGRAMME)["departement-01"] == "published"
    assert _states(cells, PROGRAMME)["departement-03"] == "primary"
    assert _states(_cells(("departement-01", 3, 1)), PROGRAMME) == {"departement-01": "indicative"}
    assert _states(_cells(("departement-01", 9, 1)), OWN) == {"departement-01": "primary"}


def test_self_exclusion_is_refused() -> None:
    assert not is_safe_subset(25, 24)  # « mes pairs sans moi » : 25 - 24 = 1
    assert is_safe_subset(25, 25)
    assert is_safe_subset(25, 15)
    assert not is_safe_subset(25, 9)
    assert not is_safe_subset(30, 15, threshold=20)


def test_conditional_question_stays_within_its_parent() -> None:
    cells = _cells(("region-84", 60, 30), ("departement-01", 30, 10), ("departement-03", 30, 20))
    lattice = Lattice.from_cells(cells, PARENTS)
    n = cells[["n"]].to_numpy(dtype=float)
    ouvertes = np.array([[True], [False], [False]])
    etats = protect_many(lattice, n, None, PUBLIC, allowed=ouvertes)[:, 0]
    assert etats.tolist() == ["published", "complementary", "complementary"]


def test_item_non_response_is_protected_on_its_own_counts() -> None:
    """Une question que departement-07 a peu remplie cache plus que la participation ne le voudrait."""
    cells = _cells(("region-84", 84, 0), ("departement-01", 50, 0), ("departement-03", 34, 0))
    lattice = Lattice.from_cells(cells, PARENTS)
    n = np.array([[84.0, 54.0], [50.0, 50.0], [34.0, 4.0]])
    etats = protect_many(lattice, n, None, PUBLIC)
    assert etats[:, 0].tolist() == ["published"] * 3
    assert etats[:, 1].tolist() == ["published", "complementary", "primary"]


@pytest.mark.parametrize("rule", [PUBLIC, CYBER])
@pytest.mark.parametrize(("seed", "taille"), [(0, 388), (1, 629), (2, 1200), (3, 2700)])
def test_random_cube_has_no_leak(seed: int, taille: int, rule: Rule) -> None:
    cells = protect(build_cells(draw_respondents(seed, taille, oui=0.3)), rule, list_parents())
    assert audit(cells, rule, list_parents(), encadrements=5) == []
    assert (
        cells.loc[cells["territoire_id"].eq("france") & cells["type"].eq(""), "state"].iloc[0] == "published"
    )


def test_useful_cells_stay_visible() -> None:
    """La protection ne vide pas l'outil : la plupart des départements et des strates assez grands restent."""
    cells = protect(build_cells(draw_respondents(5, 2700)), PUBLIC, list_parents())
    total = (cells["type"] == "") & (cells["couverture"] == "")
    montre = cells["state"].isin(["published", "indicative"])
    departements = total & (cells["niveau"] == "departement") & (cells["n"] >= 10)
    regions = total & (cells["niveau"] == "region") & (cells["n"] >= 10)
    assert montre[departements].mean() > 0.6
    assert montre[regions].mean() > 0.8


@pytest.mark.parametrize(
    ("cells", "rule", "mots"),
    [
        (_cells(("region-84", 12, 13)), PUBLIC, "plus de « oui »"),
        (_cells(("region-84", 12, 3)).drop(columns="n_yes"), CYBER, "nombre de « oui »"),
        (_cells(("region-84", -1, 0)), PUBLIC, "négatif"),
        (_cells(("canton-3", 12, 3)), PUBLIC, "canton"),
        (_cells(("region-84", 12, 3), ("region-84", 12, 3)), PUBLIC, "deux fois"),
        (_cells(("region-84", 12, 3), ("departement-99", 3, 1)), PUBLIC, "departement-99"),
        (_cells(("region-84", 12, 3), ("departement-01", 30, 1)), PUBLIC, "ne s'additionnent pas"),
        (_cells(("region-84", 12, 3)).drop(columns="strate"), PUBLIC, "strate"),
        (_cells(("region-84", 12, 3)), Rule("libre", 10), "ne sait pas protéger"),
    ],
)
def test_bad_input_is_a_sentence(cells: pd.DataFrame, rule: Rule, mots: str) -> None:
    with pytest.raises(SecretError, match=mots):
        protect(cells, rule, PARENTS)


def test_counts_that_do_not_add_up_on_one_item_are_refused() -> None:
    cells = _cells(("region-84", 60, 0), ("departement-01", 30, 0), ("departement-03", 30, 0))
    with pytest.raises(SecretError, match="ne s'additionnent pas"):
        protect_many(Lattice.from_cells(cells, PARENTS), np.array([[20.0], [30.0], [30.0]]), None, PUBLIC)


def test_epci_across_departements_is_never_shown() -> None:
    """Sans département qui le contienne, ses soustractions ne se suivent pas : il reste caché."""
    cells = _cells(("departement-01", 60, 30), ("epci-9", 40, 20))
    assert _states(cells) == {"departement-01": "published", "epci-9": "complementary"}


def test_empty_cube() -> None:
    assert protect(_cells(("france", 0, 0)), PUBLIC)["state"].tolist() == ["primary"]
