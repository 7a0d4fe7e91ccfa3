"""L'adresse de sa vue, telle qu'un fichier la porte, quel que soit son format : jamais crue, seulement relue.

CSV, Parquet, GeoPackage et images la portent en clair ; les classeurs, les documents et l'archive, dans une
pièce compressée.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass

from barometre.exports.archive import LISEZ_MOI

# Ce que `build_query` écrit, précédé de la page, et du service qui l'a rendue. La version vient la dernière
# et a une longueur fixe : dans un GeoPackage, les octets d'avant et d'après sont ceux d'autres cases ; sans
# service, la page est donc l'une de celles dont une commande, ou un lien privé, écrit les fichiers.
ADRESSE = re.compile(
    rb"(?:https?://[A-Za-z0-9.:\[\]-]+/[a-z_]*|explorer|fiche|comparer|synthese)\?(?:[A-Za-z0-9_.~%+*=-]|&amp;|&)*"
    rb"version=[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}(?:#[0-9]{4}-[0-9]{2}-[0-9]{2})?"
)
CLASSEUR = ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml")
PIECES = (LISEZ_MOI, *CLASSEUR, "docProps/core.xml", "meta.xml", "content.xml")
# Une pièce se lit jusque-là : la provenance est au début, et une archive piégée ne remplit pas la mémoire.
OCTETS_PIECE = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class AdresseLue:
    """Le service (vide pour un fichier de la commande), la page, la requête, et le jour d'un document."""

    service: str
    page: str
    requete: str
    jour: str = ""


def find_adresse(octets: bytes) -> str:
    """L'adresse, ou un texte vide si le fichier n'en dit aucune."""
    textes = _read_pieces(octets) if octets.startswith(b"PK") else [octets]
    trouvees = (trouvee for texte in textes if (trouvee := ADRESSE.search(texte)))
    trouvee = next(trouvees, None)
    return trouvee.group().decode("ascii").replace("&amp;", "&") if trouvee else ""


def split_adresse(adresse: str) -> AdresseLue:
    """Ses morceaux ; une requête seule, tapée, est celle d'Explorer."""
    avant, interroge, suite = adresse.partition("?")
    if not interroge:
        avant, suite = "explorer", adresse
    service, barre, page = avant.rpartition("/")
    requete, _, jour = suite.partition("#")
    return AdresseLue(f"{service}{barre}", page, requete, jour)


def _read_pieces(octets: bytes) -> list[bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as paquet:
            return [_read_piece(paquet, nom) for nom in PIECES if nom in paquet.namelist()]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        return []


def _read_piece(paquet: zipfile.ZipFile, nom: str) -> bytes:
    with paquet.open(nom) as piece:
        return piece.read(OCTETS_PIECE)
