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

CLE = b"barometre"


def to_parquet(table: pd.DataFrame, provenance: Provenance) -> bytes:
    """Le fichier entier ; la clé `barometre` des métadonnées porte la provenance en JSON."""
    arrow = _describe_colonnes(pa.Table.from_pandas(table, preserve_index=False))
    mentions = {
        "mentions": [list(mention) for mention in provenance.mentions],
        "definitions": [asdict(definition) for definition in provenance.definitions],
    }
    metadonnees = {**(arrow.schema.metadata or {}), CLE: json.dumps(mentions, ensure_ascii=False).encode()}
    tampon = io.BytesIO()
    pq.write_table(arrow.replace_schema_metadata(metadonnees), tampon, compression="zstd")
    return tampon.getvalue()


def _describe_colonnes(arrow: pa.Table) -> pa.Table:
    """Chaque champ porte son titre et sa définition, que lisent pyarrow, DuckDB et R (arrow)."""
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
