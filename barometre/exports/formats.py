"""Les formats de fichier offerts, et comment chacun s'écrit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from barometre.domain.provenance import Provenance
from barometre.exports.csv import to_csv
from barometre.exports.parquet import to_parquet
from barometre.exports.xlsx import to_xlsx


@dataclass(frozen=True, slots=True)
class Format:
    """Un format : son nom pour le lecteur, son type MIME, son écriture."""

    libelle: str
    mime: str
    write: Callable[[pd.DataFrame, Provenance], bytes]


FORMATS: dict[str, Format] = {
    "csv": Format("CSV", "text/csv", to_csv),
    "xlsx": Format("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", to_xlsx),
    "parquet": Format("Parquet", "application/vnd.apache.parquet", to_parquet),
}


def build_fichier(table: pd.DataFrame, provenance: Provenance, extension: str) -> bytes:
    """Les octets d'une vue dans un format ; `KeyError` si le format n'existe pas."""
    return FORMATS[extension].write(table, provenance)
