"""La montée des communes aux territoires : mêmes chiffres sur DuckDB et sur PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from barometre.warehouse import schema as s
from barometre.warehouse.dialects import insert_frame
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.montee import Montee, apply_montees
from barometre.warehouse.repository import Repository
from barometre.warehouse.versions import open_chantier
from tests.conftest import load_mini

# Le petit référentiel : Bordeaux 267 991 h et Sainte-Colombe 423 h en Gironde (région 75) ; Lyon et Albigny
# dans la même métropole ; Saint-Denis outre-mer.
COMMUNES = {"33063": 1.0, "33381": 0.0, "69123": 1.0, "69003": 1.0, "97411": 0.0}
LOCAUX = {"33063": 100.0, "33381": 300.0, "69123": 50.0, "69003": 0.0}
MONTEES = [
    Montee("presence", "part_communes", "presence"),
    Montee("nombre", "somme", "nombre"),
    Montee("habitants", "moyenne_ponderee", "presence", "population"),
    Montee("part_locaux", "moyenne_ponderee", "part_locaux", "nombre"),
]


def _lignes(indicateur_id: str, valeurs: dict[str, float], periode: str = "2024") -> pd.DataFrame:
    return pd.DataFrame(
        [(indicateur_id, f"commune-{c}", periode, v, "repondu", "essai") for c, v in valeurs.items()],
        columns=["indicateur_id", "collectivite_id", "periode", "valeur", "etat", "source_id"],
    )


@pytest.fixture(scope="module")
def valeurs(entrepot_lu: Entrepot) -> Callable[[str], dict[str, tuple[float, int]]]:
    """La montée appliquée deux fois ; rend territoire → (valeur, communes connues)."""
    inconnue = pd.DataFrame(
        [("presence", "commune-01004", "2024", None, "sans_reponse", "essai", None)],
        columns=["indicateur_id", "collectivite_id", "periode", "valeur", "etat", "source_id", "n_communes"],
    )
    with open_chantier(entrepot_lu) as (version_id, moteur):
        load_mini(moteur, version_id)
        with moteur.begin() as connexion:
            for frame in (
                _lignes("presence", COMMUNES),
                _lignes("nombre", LOCAUX),
                _lignes("part_locaux", {"33063": 0.8, "33381": 0.4, "69003": 0.9, "97411": 0.5}),
                # Le poids d'une autre année ne pèse pas.
                _lignes("nombre", {"33063": 900.0}, "2020"),
                _lignes("presence", {"33063": 0.0}, "2020"),
                inconnue,
            ):
                insert_frame(connexion, s.fait_valeur, frame)
        apply_montees(moteur, MONTEES)
        apply_montees(moteur, MONTEES)  # refaire ne change rien
    depot = Repository(entrepot_lu)

    def lire(indicateur_id: str) -> dict[str, tuple[float, int]]:
        lignes = depot.list_valeurs(indicateur_id, periode="2024")
        lignes = lignes[lignes["n_communes"].notna()]
        return {
            str(ligne.collectivite_id): (
                round(float(str(ligne.valeur)), 6),
                int(float(str(ligne.n_communes))),
            )
            for ligne in lignes.itertuples()
        }

    return lire


def test_part_de_communes(valeurs: Callable[[str], dict[str, tuple[float, int]]]) -> None:
    parts = valeurs("presence")
    assert parts["departement-33"] == (0.5, 2)
    assert parts["epci-200046977"] == (1.0, 2)
    assert parts["region-75"] == (0.5, 2)
    assert parts["zone-metropole"] == (0.75, 4)  # 3 / 4
    assert parts["zone-outre_mer"] == (0.0, 1)
    assert parts["france"] == (0.6, 5)  # 3 / 5 : la commune inconnue n'est pas un zéro
    assert "departement-01" not in parts


def test_somme(valeurs: Callable[[str], dict[str, tuple[float, int]]]) -> None:
    sommes = valeurs("nombre")
    assert sommes["departement-33"] == (400.0, 2)
    assert sommes["france"] == (450.0, 4)


def test_moyenne_ponderee_par_la_population(valeurs: Callable[[str], dict[str, tuple[float, int]]]) -> None:
    parts = valeurs("habitants")
    assert parts["departement-33"] == (round(267991 / (267991 + 423), 6), 2)
    assert "commune-33063" not in parts


def test_moyenne_ponderee_par_un_autre_indicateur(
    valeurs: Callable[[str], dict[str, tuple[float, int]]],
) -> None:
    parts = valeurs("part_locaux")
    assert parts["departement-33"] == (0.5, 2)  # (0,8 × 100 + 0,4 × 300) / 400
    assert "departement-69" not in parts  # son seul poids est nul : pas de moyenne
    assert "departement-974" not in parts  # son seul poids est inconnu


def test_chaque_periode_monte_a_part(entrepot_lu: Entrepot, valeurs: Callable[[str], object]) -> None:
    anciennes = Repository(entrepot_lu).list_valeurs("presence", periode="2020")
    assert anciennes.set_index("collectivite_id")["valeur"]["france"] == 0.0


def test_les_valeurs_des_communes_restent(entrepot_lu: Entrepot, valeurs: Callable[[str], object]) -> None:
    lignes = Repository(entrepot_lu).list_valeurs("presence", periode="2024", type="commune")
    assert len(lignes) == 6
    assert lignes["n_communes"].isna().all()
