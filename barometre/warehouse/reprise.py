"""Relire d'une version, même d'un schéma plus ancien, ce qui ne se recalcule pas.

Tout se lit par colonnes nommées : une colonne ajoutée, ôtée ou déplacée depuis ne décale aucune valeur.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import Engine, Select, Table, inspect, select

from barometre.warehouse import schema as s
from barometre.warehouse.dialects import read_frame
from barometre.warehouse.engine import EntrepotError

# Les collectivités et ce que l'on a reçu ; le reste vient du catalogue, ou se calcule.
RECUES = (
    "lot_import", "quarantaine", "participation", "fait_reponse", "cle_secrete", "lot_actions",
    "action_fonds",
)  # fmt: skip
REFERENTIEL = ("dim_collectivite", "code_ancien", "dim_opsn", "lien_opsn", "dim_source")


def list_colonnes_communes(moteur: Engine, table: Table) -> list[str]:
    """Les colonnes de `table` que la version a aussi ; `EntrepotError` si une colonne due lui manque."""
    inspecteur = inspect(moteur)
    presentes = {str(c["name"]) for c in inspecteur.get_columns(table.name, schema=get_schema(moteur))}
    dues = [c.name for c in table.columns if not c.nullable and c.name not in presentes]
    if dues:
        raise EntrepotError(
            f"La table « {table.name} » de cette version n'a pas : {', '.join(dues)}. Le programme qui l'a "
            "écrite est trop ancien : passez d'abord par une version intermédiaire du programme."
        )
    return [c.name for c in table.columns if c.name in presentes]


def get_schema(moteur: Engine) -> str | None:
    """Le schéma PostgreSQL d'une version ; rien pour un fichier DuckDB."""
    traduction = moteur.get_execution_options().get("schema_translate_map") or {}
    schema: str | None = traduction.get(None)
    return schema


def read_recues(moteur: Engine) -> dict[str, pd.DataFrame]:
    """Ce que l'on a reçu, et les clés secrètes : lots, refus, participations, réponses, actions."""
    return {nom: read_table(moteur, nom) for nom in RECUES}


def read_referentiel(moteur: Engine) -> dict[str, pd.DataFrame]:
    """Les collectivités, leurs liens et les données de l'État, tels que la version les a."""
    lues = {nom: read_table(moteur, nom) for nom in REFERENTIEL}
    declares = select(s.dim_indicateur.c.indicateur_id).where(s.dim_indicateur.c.origine == "declare")
    mesures = _select(moteur, s.fait_valeur).where(s.fait_valeur.c.indicateur_id.not_in(declares))
    with moteur.connect() as connexion:
        lues["fait_valeur"] = read_frame(connexion, mesures)
    return lues


def read_table(moteur: Engine, nom: str) -> pd.DataFrame:
    """Une table de la version, avec les colonnes d'aujourd'hui ; vide si elle n'existait pas encore."""
    table = s.metadata.tables[nom]
    if not inspect(moteur).has_table(nom, schema=get_schema(moteur)):
        return pd.DataFrame(columns=[c.name for c in table.columns])
    with moteur.connect() as connexion:
        lue = read_frame(connexion, _select(moteur, table))
    return lue.reindex(columns=[c.name for c in table.columns])


def _select(moteur: Engine, table: Table) -> Select[Any]:
    return select(*(table.c[nom] for nom in list_colonnes_communes(moteur, table)))
