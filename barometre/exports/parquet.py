"""Parquet : les données typées, la provenance dans les métadonnées du fichier."""

from __future__ import annotations

import io
import json
from dataclasses import asdict

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from barometre.domain.colonnes import load_colonnes
from barometre.domain.provenance import Provenance
from barometre.exports.feuilles import list_fiches

CLE = b"barometre"


def to_parquet(table: pd.DataFrame, provenance: Provenance) -> bytes:
    """Le fichier entier ; la clé `barometre` des métadonnées porte provenance et définitions, en JSON.

    DuckDB lit cette clé (`parquet_kv_metadata`) et non les métadonnées d'un champ, que lisent pyarrow et R.
    """
    arrow = _describe_colonnes(pa.Table.from_pandas(table, preserve_index=False))
    mentions = {
        "mentions": [list(mention) for mention in provenance.mentions],
        "definitions": [asdict(definition) for definition in provenance.definitions],
        "colonnes": {c.nom: {"titre": c.titre, "definition": c.definition} for c in list_fiches(table)},
    }
    metadonnees = {**(arrow.schema.metadata or {}), CLE: json.dumps(mentions, ensure_ascii=False).encode()}
    tampon = io.BytesIO()
    pq.write_table(arrow.replace_schema_metadata(metadonnees), tampon, compression="zstd")
    return tampon.getvalue()


def _describe_colonnes(arrow: pa.Table) -> pa.Table:
    """Chaque champ porte son titre et sa définition, que lisent pyarrow et R (arrow)."""
    connues = load_colonnes()
    champs = [
        champ.with_metadata(
            {"titre": connues[champ.name].titre, "definition": connues[champ.name].definition}
        )
        if champ.name in connues
        else champ
        for champ in arrow.schema
    ]
    return arrow.cast(pa.schema(champs, metadata=arrow.schema.metadata))
