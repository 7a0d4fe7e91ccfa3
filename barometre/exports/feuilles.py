"""Ce que dit un classeur autour de ses données, le même en XLSX et en ODS : couverture et définitions."""

from __future__ import annotations

import pandas as pd

from barometre.domain.colonnes import Colonne, load_colonnes
from barometre.domain.provenance import Provenance
from barometre.exports.colonnes import LEGENDE_MARQUES, MARQUE

COUVERTURE, DONNEES, DEFINITIONS = "Couverture", "Données", "Définitions"
TITRES_DEFINITIONS = ("Objet", "Définition", "Base", "Unité", "Source", "Précautions")
Ligne = tuple[str, ...]


def list_couverture(table: pd.DataFrame, provenance: Provenance) -> list[Ligne]:
    """Titre, filtres, date, version, licence, précautions ; la légende des marques si le tableau en a."""
    lignes: list[Ligne] = [*provenance.mentions, ("Lignes", f"{len(table)}")]
    if MARQUE in table:
        lignes += [(f"Marque {marque}", sens) for marque, sens in LEGENDE_MARQUES]
    return lignes


def list_definitions(table: pd.DataFrame, provenance: Provenance) -> list[Ligne]:
    """Une ligne par indicateur ou mot défini, puis une par colonne du tableau."""
    objets = [
        (d.objet, d.definition, d.base, d.unite, d.source, d.precautions) for d in provenance.definitions
    ]
    colonnes = [
        (f"colonne {c.nom}", f"{c.titre}. {c.definition}", "", "", "", "") for c in list_fiches(table)
    ]
    return [*objets, *colonnes]


def list_fiches(table: pd.DataFrame) -> list[Colonne]:
    """Ce que le dictionnaire dit des colonnes de ce tableau."""
    connues = load_colonnes()
    return [connues[str(nom)] for nom in table.columns if str(nom) in connues]
