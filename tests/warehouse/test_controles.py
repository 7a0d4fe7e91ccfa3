"""Les contrôles du secret voient : une cellule montrée sous son seuil les fait échouer."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Column, Engine, Table, create_engine, insert
from sqlalchemy.pool import StaticPool

from barometre.warehouse import schema as s
from barometre.warehouse.controles import list_controles

ORDINAIRE = "Secret : aucune cellule publique sous le seuil"
CYBER = "Secret : aucune cellule de cybersécurité sous ses seuils"
CELLULE: dict[str, object] = {
    "indicateur_id": "i", "niveau": "region", "etat": "published", "note": "B", "egal_note": "",
    "raison": "", "egal_manque": "", "n": 8,
}  # fmt: skip
CLES = "Secret : chaque questionnaire rempli a sa clé"


@pytest.fixture
def moteur() -> Engine:
    """Les tables de l'entrepôt, vides ; SQLite suffit à des requêtes qui ne doivent rien trouver."""
    moteur = create_engine("sqlite://", poolclass=StaticPool)
    s.metadata.create_all(moteur)
    return moteur


def add_row(moteur: Engine, table: Table, **valeurs: object) -> None:
    """Une ligne ; les colonnes obligatoires qui ne disent rien ici sont remplies."""
    pleine = {c.name: _fill(c) for c in table.columns if not c.nullable}
    with moteur.begin() as connexion:
        connexion.execute(insert(table).values(pleine | valeurs))


def _fill(colonne: Column[Any]) -> object:
    valeurs = {bool: False, int: 50, float: 0.5, str: "x"}
    return valeurs.get(colonne.type.python_type, pd.Timestamp("2026-01-01").to_pydatetime())


def check(moteur: Engine, nom: str) -> bool:
    (controle,) = [c for c in list_controles(moteur) if c.nom == nom]
    return controle.ok


@pytest.mark.parametrize(
    ("sensibilite", "cellule", "passe"),
    [
        ("normale", {"n_publie": 10, "participants": 10}, True),
        ("normale", {"n_publie": 9}, False),
        ("normale", {"participants": 9}, False),
        ("normale", {"n_publie": 9, "etat": "indicative"}, False),
        ("normale", {"n_publie": 9, "etat": "primary"}, True),
        ("normale", {"niveau": "epci"}, True),
        ("cyber", {"n_publie": 20, "participants": 20}, True),
        ("cyber", {"n_publie": 19}, False),
        ("cyber", {"participants": 19}, False),
        ("cyber", {"participants": 19, "etat": "primary"}, True),
        ("cyber", {"niveau": "departement"}, False),
        ("cyber", {"niveau": "epci"}, False),
    ],
)
def test_une_cellule_sous_le_seuil_se_voit(
    moteur: Engine, sensibilite: str, cellule: dict[str, object], passe: bool
) -> None:
    add_row(
        moteur, s.dim_indicateur, indicateur_id="i", sensibilite=sensibilite, origine="declare", sens="neutre"
    )
    add_row(moteur, s.agregat, **CELLULE | cellule)
    assert check(moteur, CYBER if sensibilite == "cyber" else ORDINAIRE) is passe


def test_un_questionnaire_rempli_sans_cle_se_voit(moteur: Engine) -> None:
    assert check(moteur, CLES)
    add_row(moteur, s.participation, collectivite_id="c", vague_id="v", questionnaire_id="q")
    assert not check(moteur, CLES)
