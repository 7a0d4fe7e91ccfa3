"""Ce qui fait ressembler deux collectivités, et comment on le dit."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from barometre.views.collectivite.structure import (
    IMPORTANCE_MAXIMALE,
    MESUREES,
    Semblable,
    Structure,
    build_structure,
    describe_semblables,
    read_importances,
    sort_semblables,
)
from tests.views.fausse_porte import FaussePorte

AGE = MESUREES["age"]


class Porte(FaussePorte):
    """Trois communes, un EPCI, un département, et l'âge de leurs habitants à plusieurs dates."""

    def get_referentiel(self) -> pd.DataFrame:
        lignes = [
            ("commune-a", "commune", "a", 500.0, "commune-500-999", "01", "metropole"),
            ("commune-b", "commune", "b", 900.0, "commune-500-999", "01", "metropole"),
            ("commune-c", "commune", "c", 700.0, "commune-500-999", "974", "outre_mer"),
            ("epci-e", "epci", "e", 2100.0, "commune-500-999", None, "metropole"),
            ("departement-01", "departement", "01", 9000.0, "departement-toutes", "01", "metropole"),
        ]
        noms = ["collectivite_id", "type", "code", "population", "strate", "departement", "zone"]
        return pd.DataFrame(lignes, columns=noms).assign(
            nom=lambda c: "Essai " + c["code"],
            porteur_id=None,
            region="84",
            epci="e",
            ept=None,
            couverture="inconnue",
        )

    def list_mesures(self, indicateurs: list[str], *_: str) -> pd.DataFrame:
        lignes = [
            (AGE, "commune-a", "2021", 0.30, "repondu"),
            (AGE, "commune-a", "2016", 0.20, "repondu"),
            (AGE, "commune-b", "2021", 0.10, "repondu"),
            (AGE, "commune-c", "2021", 0.99, "absente"),
        ]
        colonnes = ["indicateur_id", "collectivite_id", "periode", "valeur", "etat"]
        return pd.DataFrame(lignes, columns=colonnes)

    def count_participations(self, *axes: str) -> pd.DataFrame:
        return pd.DataFrame({"vague_id": ["2026-v4"], "questionnaire_id": ["essai"]})


@pytest.fixture(scope="module")
def petite() -> Structure:
    porte: Any = Porte()
    return build_structure(porte)


def test_une_variable_mesuree_est_la_derniere_connue(petite: Structure) -> None:
    ages = petite.cadre["age"]
    assert ages[["commune-a", "commune-b"]].tolist() == [0.30, 0.10]
    assert pd.isna(ages["commune-c"])


def test_une_variable_qui_ne_distingue_personne_ne_compte_pas(petite: Structure) -> None:
    """Toutes ont la même couverture et le même groupement : aucune n'en est plus proche."""
    assert petite.list_variables("commune-a") == ["population", "zone", "age"]
    assert petite.list_variables("commune-c") == ["population", "zone"]


def test_une_strate_est_d_un_type(petite: Structure) -> None:
    assert petite.get_strate("commune", "commune-500-999").index.tolist() == [
        "commune-a", "commune-b", "commune-c"
    ]  # fmt: skip
    assert petite.get_strate("epci", "commune-500-999").index.tolist() == ["epci-e"]


def test_une_semblable_dit_son_departement_et_si_elle_est_d_une_autre_zone(petite: Structure) -> None:
    rangs = sort_semblables(petite, "commune-a", k=None)
    semblables = describe_semblables(petite, "commune-a", rangs, {"01": "Ain", "974": "La Réunion"})
    assert {s.nom: s.autre_zone for s in semblables} == {"Essai b (Ain)": False, "Essai c (La Réunion)": True}
    seul = pd.DataFrame({"unit": ["departement-01"], "distance": [0.1]})
    (departement,) = describe_semblables(petite, "departement-01", seul, {"01": "Ain"})
    assert departement.nom == "Essai 01"


def test_ce_qui_distingue_le_plus_se_dit_d_abord() -> None:
    parts = {"population": 0.2, "age": 0.7, "zone": 0.0, "saison": 0.1}
    phrase = Semblable("b", "B", 0.3, parts, autre_zone=False).pourquoi
    assert phrase == (
        "Identique : Hexagone ou outre-mer. Ce qui la distingue encore : part des 65 ans et plus "
        "(70\u202f%), population (20\u202f%), part des résidences secondaires (10\u202f%) de l’écart."
    )
    assert Semblable("b", "B", 0.0, parts, autre_zone=False).pourquoi.startswith(
        "Même structure que la vôtre"
    )


def test_une_importance_va_jusqu_a_cinq() -> None:
    textes = (f"population:{IMPORTANCE_MAXIMALE}", f"age:{IMPORTANCE_MAXIMALE + 1}", "zone:0")
    assert read_importances(textes) == {"population": 5, "zone": 0}
