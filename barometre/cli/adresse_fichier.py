"""L'adresse de sa vue, telle qu'un fichier la porte, quel que soit son format : jamais crue, seulement relue.

CSV, Parquet et GeoPackage la portent en clair ; XLSX, ODS et l'archive, dans une pièce compressée.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from barometre.exports.archive import LISEZ_MOI

# Ce que `build_query` écrit, précédé du service qui a rendu la page. La version a une longueur fixe :
# dans un GeoPackage, l'octet qui suit est celui d'une autre case.
ADRESSE = re.compile(
    rb"(?:https?://[A-Za-z0-9.:\[\]-]+/)?explorer\?(?:[A-Za-z0-9_.~%+*=-]|&amp;|&)*version=[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}"
)
PIECES = (LISEZ_MOI, "xl/sharedStrings.xml", "content.xml")
# Une pièce se lit jusque-là : la provenance est au début, et une archive piégée ne remplit pas la mémoire.
OCTETS_PIECE = 4 * 1024 * 1024


def find_adresse(octets: bytes) -> str:
    """L'adresse, ou un texte vide si le fichier n'en dit aucune d'Explorer."""
    texte = _read_piece(octets) if octets.startswith(b"PK") else octets
    trouvee = ADRESSE.search(texte)
    return trouvee.group().decode("ascii").replace("&amp;", "&") if trouvee else ""


def _read_piece(octets: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as paquet:
            nom = next((nom for nom in PIECES if nom in paquet.namelist()), "")
            if not nom:
                return b""
            with paquet.open(nom) as piece:
                return piece.read(OCTETS_PIECE)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        return b""
