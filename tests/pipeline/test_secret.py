"""L'état d'une cellule : trop peu de réponses, des strates vides, une note C, ou publiée."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from barometre.catalogue import load_catalogue
from barometre.pipeline.secret import compute_states
from barometre.stats.grades import B_PRUDENCE_WIDTH

INDICATEUR = load_catalogue().get_indicateur("site_internet")


def _state(  # noqa: PLR0917 - une cellule
    vides: float = 0.0,
    n: float = 50,
    participants: int = 50,
    note: str = "A",
    comptees: int = 50,
    population: int = 90,
) -> str:
    cellules = pd.DataFrame(
        {"niveau": ["france"], "type": "", "strate": "", "couverture": "", "participants": participants,
         "comptees": comptees, "population": population, "vides": vides}
    )  # fmt: skip
    return str(compute_states(cellules, np.array([[n]]), np.array([[note]]), [INDICATEUR])[0, 0])


@pytest.mark.parametrize(
    ("vides", "etat"),
    [
        (0.0, "published"),
        (B_PRUDENCE_WIDTH - 0.001, "published"),
        (B_PRUDENCE_WIDTH, "empty"),
        (1.0, "empty"),
    ],
)
def test_trop_de_strates_vides_ne_se_publient_pas(vides: float, etat: str) -> None:
    assert _state(vides) == etat


def test_le_secret_passe_avant_les_strates_vides_et_elles_avant_la_note() -> None:
    assert _state(0.9, n=9) == "primary"
    assert _state(0.9, participants=9) == "primary"
    assert _state(0.9, note="C") == "empty"
    # exactes ou brouillées, il en faut dix
    assert _state(comptees=9) == "primary"
    assert (_state(note="C"), _state(n=10), _state(n=9)) == ("indicative", "published", "primary")


def test_une_cellule_a_cinq_collectivites_de_plus_que_de_reponses_exigees() -> None:
    """De onze, « au moins dix réponses » dirait à celle qui n'a pas répondu que les autres l'ont fait."""
    assert (_state(n=10, population=14), _state(n=10, population=15)) == ("primary", "published")


def test_la_cybersecurite_a_son_seuil_et_sa_grille() -> None:
    cyber = replace(INDICATEUR, sensibilite="cyber")
    cellules = pd.DataFrame(
        {"niveau": ["france", "france", "departement"], "type": "", "strate": "", "couverture": "",
         "participants": [20, 19, 50], "comptees": [20, 20, 50], "population": 90, "vides": 0.0}
    )  # fmt: skip
    etats = compute_states(cellules, np.array([[20.0], [19.0], [50.0]]), np.full((3, 1), "A"), [cyber])
    assert etats[:, 0].tolist() == ["published", "primary", "primary"]
