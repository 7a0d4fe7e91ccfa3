"""Données + provenance → octets. Rien de caché par la porte n'y entre : on n'écrit que ce que l'on reçoit."""

from barometre.exports.archive import to_zip
from barometre.exports.csv import to_csv
from barometre.exports.formats_fichier import FORMATS, Format, build_fichier
from barometre.exports.ods import to_ods
from barometre.exports.parquet import to_parquet
from barometre.exports.xlsx import to_xlsx

__all__ = ["FORMATS", "Format", "build_fichier", "to_csv", "to_ods", "to_parquet", "to_xlsx", "to_zip"]
