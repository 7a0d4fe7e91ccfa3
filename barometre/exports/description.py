"""La description d'un tableau pour une machine : CSVW (W3C) et Table Schema (Frictionless)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from barometre.domain.colonnes import load_colonnes
from barometre.domain.provenance import LICENCE, LICENCE_URL, Provenance
from barometre.exports.cellules import escape_formule
from barometre.exports.colonnes import Colonne, list_colonnes

_CSVW = {"texte": "string", "entier": "integer", "decimal": "number", "booleen": "string"}
_SCHEMA = {"texte": "string", "entier": "integer", "decimal": "number", "booleen": "boolean"}


def build_csvw(table: pd.DataFrame, provenance: Provenance, fichier: str) -> dict[str, Any]:
    """Les métadonnées CSVW du fichier (« Metadata Vocabulary for Tabular Data », W3C 2015)."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "fr"}],
        "url": fichier,
        "dc:title": provenance.titre,
        "dc:description": " ".join((provenance.filtres, *provenance.precautions)),
        "dc:source": provenance.source,
        # La licence d'une donnée de l'État n'est pas toujours celle-ci : elle se dit alors en mots.
        "dc:license": {"@id": LICENCE_URL} if provenance.licence == LICENCE else provenance.licence,
        "dialect": {"delimiter": ",", "header": True},
        "tableSchema": {"columns": [_csvw(c) for c in list_colonnes(table)]},
    }


def build_paquet(table: pd.DataFrame, provenance: Provenance, fichier: str) -> dict[str, Any]:
    """Le « data package » (Frictionless v1) : une ressource et son Table Schema."""
    return {
        "name": provenance.nom_fichier.lower().replace("_", "-"),
        "title": provenance.titre,
        "version": provenance.version,
        "licenses": [_licence(provenance.licence)],
        "resources": [
            {
                "name": "donnees",
                "path": fichier,
                "encoding": "utf-8",
                "schema": {"fields": [_champ(c) for c in list_colonnes(table)], "missingValues": [""]},
            }
        ],
    }


def _licence(licence: str) -> dict[str, str]:
    if licence != LICENCE:
        return {"title": licence, "path": "LICENCE.txt"}
    return {"name": "etalab-2.0", "title": licence, "path": LICENCE_URL}


def _csvw(colonne: Colonne) -> dict[str, Any]:
    nom = escape_formule(colonne.nom)
    lue = {"name": nom, "titles": nom, "datatype": _CSVW[colonne.nature], "null": ""}
    fiche = load_colonnes().get(colonne.nom)
    return lue if fiche is None else lue | {"dc:title": fiche.titre, "dc:description": fiche.definition}


def _champ(colonne: Colonne) -> dict[str, Any]:
    nature = _SCHEMA[colonne.nature]
    vrais = {"trueValues": ["True"], "falseValues": ["False"]} if nature == "boolean" else {}
    fiche = load_colonnes().get(colonne.nom)
    mots = {} if fiche is None else {"title": fiche.titre, "description": fiche.definition}
    return {"name": escape_formule(colonne.nom), "type": nature, **mots, **vrais}
