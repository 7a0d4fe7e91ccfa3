"""Le périmètre d'un agent d'OPSN : ce qu'il en lit, et les pratiques de sa région quand il n'en a qu'une."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.views.piloter.perimetre import SANS_REGION, describe_suivi, read_pratiques_region
from barometre.warehouse.repository import Repository


def _suivi(*lignes: tuple[str, int]) -> pd.DataFrame:
    return pd.DataFrame(lignes, columns=["type", "vagues_repondues"])


def test_le_perimetre_se_compte_par_type_et_par_reponse() -> None:
    suivi = _suivi(*[("Commune", 1)] * 2, *[("Commune", 0)] * 5, ("Intercommunalité (EPCI)", 2))
    assert describe_suivi(suivi) == (
        "8\u00a0collectivités (communes : 7, intercommunalités : 1). 3\u00a0ont répondu à une vague au moins "
        "(38\u202f%)."
    )
    assert describe_suivi(_suivi()).startswith("Aucune collectivité n’est connue dans ce périmètre")


def _contraste(indicateur: str, difference: float, position: int) -> dict[str, Any]:
    bornes = {"bas": difference - 0.05, "haut": difference + 0.05}
    return {
        "indicateur_id": indicateur, "territoire_id": "region-75", "type": "", "strate": "", "couverture": "",
        "n": 60, "n_reference": 900, "difference": difference, "difference_simple": 0.2, "position": position,
        "niveau": "95" if position else "", **bornes,
    }  # fmt: skip


@pytest.mark.parametrize("territoire", ["region-75", "departement-33"])
def test_les_pratiques_sont_celles_de_la_region_et_la_phrase_le_dit(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, territoire: str
) -> None:
    """Un périmètre n'a pas de chiffres à lui : ce serait un groupe choisi autour de quelques-unes."""
    parts = [i.id for i in load_catalogue().list_indicateurs("inclusion", origine="declare") if i.est_part]
    lues = {parts[0]: _contraste(parts[0], 0.04, 0), parts[1]: _contraste(parts[1], 0.12, 1)}
    monkeypatch.setattr(
        Gate, "list_contrastes", lambda _, ids, *__: pd.DataFrame([lues[i] for i in ids if i in lues])
    )
    vue = read_pratiques_region(Gate(repository), load_catalogue(), territoire, "inclusion", "2023-v1")
    assert [e.indicateur.id for e in vue.ecarts] == [parts[1], parts[0]]
    assert vue.phrase.startswith(f"Votre périmètre n’a pas de chiffres à lui : voici sa région, {vue.region}")
    assert "1\u00a0écart démontré sur 2\u00a0indicateurs" in vue.phrase
    assert "+12\u00a0points à taille et couverture égales" in vue.phrase


def test_un_perimetre_de_plusieurs_regions_ou_sans_reponse_a_sa_phrase(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, catalogue = Gate(repository), load_catalogue()
    assert read_pratiques_region(gate, catalogue, "france", "inclusion", "2023-v1").phrase == SANS_REGION
    monkeypatch.setattr(Gate, "list_contrastes", lambda *_: pd.DataFrame())
    phrase = read_pratiques_region(gate, catalogue, "region-75", "inclusion", "2023-v1").phrase
    assert phrase.startswith("Nouvelle-Aquitaine : trop peu de réponses pour la comparer")
