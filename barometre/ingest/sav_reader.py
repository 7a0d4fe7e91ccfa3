"""Un fichier de SPSS (`.sav`, `.zsav`), que LimeSurvey, Sphinx et Kobo savent écrire."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyreadstat

from barometre.ingest.errors import ImportRefuse
from barometre.ingest.layout import Feuille
from barometre.ingest.limits import MAX_CELLULES, MAX_COLONNES, MAX_LIGNES, MAX_OCTETS_DECOMPRESSES

# Ce que la bibliothèque lève d'un fichier tronqué, mal formé ou d'un encodage inconnu.
_PANNES = (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeError, OverflowError, ValueError)


def read_sav(path: Path) -> list[Feuille]:
    """Deux lignes d'entêtes, les intitulés puis les noms de variables, et une ligne par réponse.

    Une valeur numérique étiquetée s'écrit par son étiquette (1 → « Oui »), un code en texte reste un code.
    """
    _, meta = _read(path, metadataonly=True)
    limite = _compute_limite(meta, path.name)
    colonnes, meta = _read(path, output_format="dict", row_limit=limite + 1)
    noms = [str(nom) for nom in meta.column_names]
    etiquettes = meta.variable_value_labels
    textes = [[_write(v, etiquettes.get(nom, {})) for v in colonnes[nom]] for nom in noms]
    if textes and len(textes[0]) > limite:
        raise ImportRefuse(f"« {path.name} » a trop de réponses : plus de {limite}.")
    intitules = [str(meta.column_names_to_labels.get(nom) or nom) for nom in noms]
    lignes = [(rang, list(cellules)) for rang, cellules in enumerate(zip(*textes, strict=True), 3)]
    # Sans intitulés, les noms écrits deux fois passeraient pour une réponse de trop.
    entetes = [(1, intitules), (2, noms)] if intitules != noms else [(2, noms)]
    return [Feuille("réponses", [*entetes, *lignes], entetes=len(entetes))]


def _read(path: Path, **options: Any) -> tuple[Any, Any]:
    try:
        lu: tuple[Any, Any] = pyreadstat.read_sav(str(path), **options)
    except _PANNES as erreur:
        raise ImportRefuse(f"« {path.name} » est un fichier SPSS tronqué ou mal formé.") from erreur
    return lu


def _compute_limite(meta: Any, nom: str) -> int:
    """Le nombre de lignes que l'on accepte de lire : un fichier serré peut en annoncer bien davantage."""
    colonnes = len(meta.column_names)
    if colonnes > MAX_COLONNES:
        raise ImportRefuse(f"« {nom} » a trop de colonnes : {colonnes}.")
    octets = sum(meta.variable_storage_width.values())
    return min(MAX_LIGNES, MAX_CELLULES // max(colonnes, 1), MAX_OCTETS_DECOMPRESSES // max(octets, 1))


def _write(valeur: Any, etiquettes: Mapping[Any, str]) -> str:
    if valeur is None or (isinstance(valeur, float) and math.isnan(valeur)):
        return ""
    if isinstance(valeur, str):
        return valeur.strip()
    if valeur in etiquettes:
        return str(etiquettes[valeur]).strip()
    if isinstance(valeur, datetime):
        return valeur.isoformat(sep=" ", timespec="seconds")
    if isinstance(valeur, date):
        return valeur.isoformat()
    return f"{valeur:.15g}" if isinstance(valeur, float) else str(valeur)
