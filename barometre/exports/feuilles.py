"""Ce que dit un classeur autour de ses données, le même en XLSX et en ODS : couverture et définitions."""

from __future__ import annotations

import pandas as pd

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


def list_definitions(provenance: Provenance) -> list[Ligne]:
    """Une ligne par objet défini."""
    return [(d.objet, d.definition, d.base, d.unite, d.source, d.precautions) for d in provenance.definitions]
