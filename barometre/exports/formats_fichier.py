"""Les formats de fichier offerts, et comment chacun s'écrit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from barometre.domain.provenance import Provenance
from barometre.exports.archive import to_zip
from barometre.exports.csv import to_csv, to_csv_international
from barometre.exports.ods import MIME as MIME_ODS
from barometre.exports.ods import to_ods
from barometre.exports.parquet import to_parquet
from barometre.exports.xlsx import to_xlsx


@dataclass(frozen=True, slots=True)
class Format:
    """Un format : son nom pour le lecteur, son type MIME, son écriture."""

    libelle: str
    mime: str
    write: Callable[[pd.DataFrame, Provenance], bytes]
    # Ce qui suit le nom du fichier ; deux formats peuvent la partager.
    extension: str


FORMATS: dict[str, Format] = {
    "csv": Format("CSV", "text/csv", to_csv, "csv"),
    "csv_international": Format("CSV international", "text/csv", to_csv_international, "international.csv"),
    "xlsx": Format(
        "Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", to_xlsx, "xlsx"
    ),
    "ods": Format("ODS", MIME_ODS, to_ods, "ods"),
    "parquet": Format("Parquet", "application/vnd.apache.parquet", to_parquet, "parquet"),
    "zip": Format("archive complète (zip)", "application/zip", to_zip, "zip"),
}


def build_fichier(table: pd.DataFrame, provenance: Provenance, format_: str) -> bytes:
    """Les octets d'une vue dans un format ; `KeyError` si le format n'existe pas."""
    return FORMATS[format_].write(table, provenance)
