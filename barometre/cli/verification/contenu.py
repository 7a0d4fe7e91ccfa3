"""Ce que dit un fichier, sans sa forme : des grilles de textes, les mêmes d'origine ou réenregistré.

Un fichier reçu est du dehors : classeurs et documents passent par les lecteurs gardés de `ingest`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from barometre.charts.image import read_points
from barometre.domain.formats import is_absent
from barometre.exports.archive import EMPREINTES
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.layout import Feuille
from barometre.ingest.ods_reader import read_ods
from barometre.ingest.xlsx_archive import Archive, Lecteur
from barometre.ingest.xlsx_reader import read_xlsx

Grille = list[list[str]]
Contenu = dict[str, Grille]
DONNEES, ENTETE, TEXTE, IMAGE = "Données", "En-tête", "Texte", "Image"
# Une pièce d'archive, décompressée : le plus grand export d'Explorer en fait trente.
OCTETS_PIECE = 150 * 1024 * 1024
CLE_PARQUET = b"barometre"
# Où sont les phrases d'un document, et la balise d'un paragraphe.
PIECES_TEXTE = re.compile(r"word/document\.xml|ppt/slides/slide(\d+)\.xml|content\.xml")
PARAGRAPHES = frozenset({"p", "h"})
# Ce qu'un graphique modifiable porte (« v » : une valeur ou un libellé), et les images.
PIECES_GRAPHIQUE, VALEURS = re.compile(r"(?:word|ppt)/charts/chart(\d+)\.xml"), frozenset({"v"})
PIECES_IMAGE = re.compile(r"(?:word/media|ppt/media|Pictures)/.+\.png")
GRAPHIQUES, IMAGES = "Graphiques", "Images"
NOMBRE = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")


class Illisible(Exception):
    """Ce fichier ne se relit pas : abîmé, trop grand, ou d'un format qui n'a que ses octets."""


def read_contenu(octets: bytes, extension: str) -> Contenu:
    """Les grilles d'un fichier ; `Illisible` s'il n'en a pas, ou ne s'ouvre pas."""
    lecture = LECTURES.get(extension)
    if lecture is None:
        raise Illisible(f"un fichier « .{extension} » ne se compare qu'à l'octet près")
    try:
        return lecture(octets)
    except (
        ImportRefuse,
        pa.ArrowException,
        sqlite3.Error,
        OSError,
        SyntaxError,
        ValueError,
        csv.Error,
    ) as erreur:
        raise Illisible("il ne s'ouvre pas, ou il est trop grand pour être relu") from erreur
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as erreur:
        raise Illisible("l'archive ne s'ouvre pas") from erreur


def _read_csv(octets: bytes) -> Contenu:
    texte = _decode(octets)
    lignes = texte.splitlines(keepends=True)
    debut = next((rang for rang, ligne in enumerate(lignes) if not _is_mention(ligne)), len(lignes))
    donnees = "".join(lignes[debut:])
    separateur = max(";,\t", key=donnees.partition("\n")[0].count)
    grille = [ligne for ligne in csv.reader(io.StringIO(donnees, newline=""), delimiter=separateur) if ligne]
    entete = [[_strip_mention(ligne)] for ligne in lignes[:debut]]
    return {ENTETE: entete, DONNEES: grille} if entete else {DONNEES: grille}


def _decode(octets: bytes) -> str:
    """UTF-8, ou l'encodage dans lequel Excel réenregistre un CSV."""
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        return octets.decode("cp1252", errors="replace")


def _is_mention(ligne: str) -> bool:
    return ligne.lstrip('"').startswith("#")


def _strip_mention(ligne: str) -> str:
    """Un tableur coupe une mention à ses séparateurs et la ferme de cases vides : seuls ses mots comptent."""
    return re.sub(r'[;,"\s]+', " ", ligne).strip()


def _read_classeur(read: Callable[[Path], list[Feuille]], octets: bytes) -> Contenu:
    with _write_temporaire(octets) as fichier:
        return {f.nom: [cellules for _, cellules in f.lignes] for f in read(fichier)}


@contextmanager
def _write_temporaire(octets: bytes) -> Iterator[Path]:
    """Le fichier sur le disque, le temps de le lire."""
    with tempfile.TemporaryDirectory() as dossier:
        chemin = Path(dossier) / "fichier"
        chemin.write_bytes(octets)
        yield chemin


def _read_parquet(octets: bytes) -> Contenu:
    table = pq.read_table(io.BytesIO(octets))
    colonnes = [[_write(v) for v in table[nom].to_pylist()] for nom in table.column_names]
    grille = [list(table.column_names), *(list(ligne) for ligne in zip(*colonnes, strict=True))]
    dite = (table.schema.metadata or {}).get(CLE_PARQUET)
    return {ENTETE: _list_mentions(json.loads(dite)), DONNEES: grille} if dite else {DONNEES: grille}


def _list_mentions(lues: dict[str, object]) -> Grille:
    return [[nom, json.dumps(dit, ensure_ascii=False, sort_keys=True)] for nom, dit in sorted(lues.items())]


def _write(valeur: object) -> str:
    return "" if is_absent(valeur) else str(valeur)


def _read_gpkg(octets: bytes) -> Contenu:
    """Les tables de la base, sans leurs contours ; QGIS y ajoute les siennes, que rien ne compare."""
    with (
        _write_temporaire(octets) as fichier,
        closing(sqlite3.connect(f"{fichier.as_uri()}?mode=ro", uri=True)) as base,
    ):
        couches = [nom for (nom,) in base.execute("SELECT table_name FROM gpkg_contents ORDER BY table_name")]
        return {nom: _read_table(base, nom) for nom in couches}


def _read_table(base: sqlite3.Connection, nom: str) -> Grille:
    cite = nom.replace('"', '""')
    lues = base.execute(f'SELECT * FROM "{cite}"')
    gardees = [rang for rang, (champ, *_) in enumerate(lues.description) if champ not in ("fid", "geom")]
    titres = [str(lues.description[rang][0]) for rang in gardees]
    return [titres, *([_write(ligne[rang]) for rang in gardees] for ligne in lues)]


def _read_zip(octets: bytes) -> Contenu:
    """Les tableaux de l'archive cellule par cellule, ses autres pièces par leur condensé."""
    contenu: Contenu = {}
    with zipfile.ZipFile(io.BytesIO(octets)) as paquet:
        if sum(entree.file_size for entree in paquet.infolist()) > OCTETS_PIECE:
            raise Illisible("l'archive est trop grande pour être relue")
        for nom in sorted(
            filter(None, paquet.namelist()), key=lambda n: (n == EMPREINTES, not n.endswith(".csv"), n)
        ):
            piece = paquet.read(nom)
            contenu[nom] = (
                _read_csv(piece)[DONNEES] if nom.endswith(".csv") else [[hashlib.sha256(piece).hexdigest()]]
            )
    return contenu


class _Phrases(Lecteur):
    """Le texte des balises nommées d'une pièce XML (ses paragraphes), l'un après l'autre."""

    def __init__(self, balises: frozenset[str]) -> None:
        self.balises = balises
        self.lues: list[str] = []
        self._morceaux: list[str] = []

    def start(self, nom: str, attributs: dict[str, str]) -> None:
        """Rien : une balise ouvrante ne dit aucun mot."""

    def text(self, texte: str) -> None:
        self._morceaux.append(texte)

    def end(self, nom: str) -> None:
        if nom in self.balises:
            if phrase := " ".join("".join(self._morceaux).split()):
                self.lues.append(phrase)
            self._morceaux = []


class _Valeurs(_Phrases):
    """Celles d'un graphique, sans le texte qui les précède dans sa pièce."""

    def start(self, nom: str, attributs: dict[str, str]) -> None:  # noqa: ARG002
        """Une valeur commence ici ; ce qui est avant est l'adresse de sa case ou son format."""
        if nom in self.balises:
            self._morceaux = []

    def list_distinctes(self) -> list[str]:
        """Chacune une fois, un nombre écrit toujours pareil."""
        return sorted({str(float(mot)) if NOMBRE.fullmatch(mot) else mot for mot in self.lues})


def _read_document(octets: bytes) -> Contenu:
    """Les phrases d'un document, ses tableaux compris, ses graphiques et ses images ; pas sa mise en page."""
    phrases, valeurs = _Phrases(PARAGRAPHES), _Valeurs(VALEURS)
    with _write_temporaire(octets) as fichier, Archive(fichier) as archive:
        for piece in _list_pieces(octets, PIECES_TEXTE):
            archive.parse(piece, phrases)
        for piece in _list_pieces(octets, PIECES_GRAPHIQUE):
            archive.parse(piece, valeurs)
    # Un autre programme renomme ses pièces et répète ses valeurs : l'ordre et le nombre n'en disent rien.
    doubles = {GRAPHIQUES: valeurs.list_distinctes(), IMAGES: sorted(_list_condenses(octets))}
    return {TEXTE: [[phrase] for phrase in phrases.lues]} | {
        nom: [[mot] for mot in mots] for nom, mots in doubles.items() if mots
    }


def _list_condenses(octets: bytes) -> Iterator[str]:
    """Les points de chaque image, en un mot : recompressée, elle garde les siens."""
    with zipfile.ZipFile(io.BytesIO(octets)) as paquet:
        for nom in filter(PIECES_IMAGE.fullmatch, paquet.namelist()):
            yield " ".join(case for (case,) in _read_png(paquet.read(nom))[IMAGE])


def _list_pieces(octets: bytes, motif: re.Pattern[str]) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(octets)) as paquet:
        trouvees = [t for nom in paquet.namelist() if (t := motif.fullmatch(nom))]
    yield from (t.group() for t in sorted(trouvees, key=lambda t: int(t.group(1) or 0)))


def _read_png(octets: bytes) -> Contenu:
    points = read_points(octets)
    hauteur, largeur = points.shape[:2]
    condense = hashlib.sha256(points.tobytes()).hexdigest()
    return {IMAGE: [[f"{largeur} × {hauteur}"], [condense]]}


LECTURES: dict[str, Callable[[bytes], Contenu]] = {
    "csv": _read_csv,
    "xlsx": lambda octets: _read_classeur(read_xlsx, octets),
    "ods": lambda octets: _read_classeur(read_ods, octets),
    "parquet": _read_parquet,
    "gpkg": _read_gpkg,
    "zip": _read_zip,
    "docx": _read_document,
    "pptx": _read_document,
    "odt": _read_document,
    "png": _read_png,
}
