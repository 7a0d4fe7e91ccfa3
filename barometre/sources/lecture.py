"""Lire un fichier tel qu'il est : tout en texte, ligne par ligne, borné, sans décaler une colonne."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd

from barometre.sources.errors import SourceRefusee
from barometre.sources.resultat import Rejet

MAX_OCTETS_LUS = 400 * 1024 * 1024
MAX_CELLULE = 131_072
SEPARATEURS = (";", ",", "\t")
LIGNE = "_ligne"
# Un code INSEE ou postal, tel qu'un tableur l'écrit aussi.
_CODE = re.compile(r"^(?:\d{4,5}(?:[.,]0+)?|2[ABab]\d{3})$")
ENTETES = "Cette ligne répète les entêtes."
REPETEE = "Cette ligne est déjà dans le fichier, à l'identique."


@dataclass(frozen=True)
class Brut:
    """Les lignes d'une source, sous ses propres noms de colonnes ; l'index est le numéro de ligne."""

    frame: pd.DataFrame
    rejets: tuple[Rejet, ...] = ()
    # Parmi les rejets, les lignes écrites deux fois à l'identique.
    repetees: int = 0
    # Vrai si la dernière ligne a moins de colonnes que les entêtes : le fichier est tronqué.
    coupe: bool = False
    # Vrai si le texte finit par un saut de ligne ; None pour un format qui n'en a pas.
    finie: bool | None = None
    # Les cellules des lignes qui n'ont pas le bon nombre de colonnes : elles parlaient d'une collectivité.
    brisees: tuple[tuple[str, ...], ...] = ()

    @property
    def lus(self) -> int:
        """Les lignes lues, bien formées ou non."""
        return len(self.frame) + len(self.rejets)


Transformations = Mapping[str, Callable[[str], str]]


def read_csv(
    chemin: Path,
    colonnes: Sequence[str],
    facultatives: Sequence[str] = (),
    *,
    transformations: Transformations | None = None,
) -> Brut:
    """Les colonnes demandées d'un CSV (UTF-8, séparateur reconnu) ; les autres ne sont pas gardées."""
    texte = _decode(read_bytes(chemin))
    csv.field_size_limit(MAX_CELLULE)
    lignes = csv.reader(io.StringIO(texte, newline=""), delimiter=_sniff(texte, colonnes))
    try:
        entetes = [e.strip() for e in next(lignes, [])]
        check_columns(entetes, colonnes)
        _check_doubles(entetes, [*colonnes, *facultatives])
        brut = _collect(lignes, entetes, [*colonnes, *facultatives], transformations or {})
    except csv.Error as erreur:
        raise SourceRefusee(f"Le fichier est illisible à la ligne {lignes.line_num}.") from erreur
    return replace(brut, finie=texte.endswith(("\n", "\r")))


def check_columns(entetes: Sequence[str], colonnes: Sequence[str]) -> None:
    """Refuse un fichier dont une colonne attendue manque, en les nommant toutes."""
    manquent = [c for c in colonnes if c not in entetes]
    if not manquent:
        return
    if len(manquent) == 1:
        raise SourceRefusee(f"La colonne « {manquent[0]} » manque : la source a changé de forme.")
    noms = ", ".join(f"« {c} »" for c in manquent)
    raise SourceRefusee(f"Il manque les colonnes {noms} : la source a changé de forme.")


def _check_doubles(entetes: Sequence[str], lues: Sequence[str]) -> None:
    """Refuse une colonne écrite deux fois : la première l'emporterait, juste ou décalée."""
    for colonne in lues:
        if entetes.count(colonne) > 1:
            raise SourceRefusee(f"La colonne « {colonne} » est écrite deux fois : laquelle lire ?")


def _collect(lignes: Any, entetes: list[str], gardees: list[str], transformations: Transformations) -> Brut:
    presentes = [nom for nom in gardees if nom in entetes]
    lues: dict[str, list[str]] = {nom: [] for nom in presentes}
    tri = _Tri(tuple(entetes), distingue=len(presentes) < len(entetes))
    # La première colonne est prise en plus : d'une seule, `itemgetter` ne rendrait pas un tuple.
    prendre = itemgetter(0, *(entetes.index(nom) for nom in presentes))
    numeros, gardes = list[int](), list[tuple[str, ...]]()
    for cellules in lignes:
        if any(cellules) and tri.accept(cellules, lignes.line_num):
            numeros.append(lignes.line_num)
            gardes.append(prendre(cellules))
    for nom, colonne in zip(presentes, list(zip(*gardes, strict=True))[1:], strict=bool(gardes)):
        # Une donnée personnelle est réduite ici, avant d'entrer dans un tableau.
        reduire = transformations.get(nom)
        cellules = [cellule.strip() for cellule in colonne]
        lues[nom] = [reduire(cellule) for cellule in cellules] if reduire else cellules
    return Brut(_frame(lues, numeros), tuple(tri.rejets), tri.repetees, tri.coupe, brisees=tuple(tri.brisees))


@dataclass
class _Tri:
    """Écarte les lignes mal formées et celles qui se répètent.

    `distingue` : le fichier a plus de colonnes que l'on n'en garde. Sinon (une copie purgée) deux lignes
    semblables peuvent être deux faits dont on n'a gardé qu'une partie.
    """

    entetes: tuple[str, ...]
    distingue: bool
    rejets: list[Rejet] = field(default_factory=list)
    repetees: int = 0
    coupe: bool = False
    vues: set[tuple[str, ...]] = field(default_factory=set)
    brisees: list[tuple[str, ...]] = field(default_factory=list)

    def accept(self, cellules: list[str], numero: int) -> bool:
        """Vrai si la ligne entre ; sinon, un rejet dit pourquoi."""
        largeur = len(self.entetes)
        self.coupe = len(cellules) < largeur
        if len(cellules) != largeur:
            motif = f"La ligne a {len(cellules)} colonnes au lieu de {largeur}."
            self.rejets.append(Rejet(numero, "", "", motif))
            self.brisees.append(tuple(cellules))
            return False
        if cellules[0].strip() == self.entetes[0] and tuple(c.strip() for c in cellules) == self.entetes:
            self.rejets.append(Rejet(numero, "", "", ENTETES))
            return False
        ligne = tuple(cellules) if self.distingue else ()
        avant = len(self.vues)
        self.vues.add(ligne)
        if ligne and len(self.vues) == avant:
            self.rejets.append(Rejet(numero, "", "", REPETEE))
            self.repetees += 1
            return False
        return True


def _apply(transformations: Transformations, nom: str, cellule: str) -> str:
    return transformations[nom](cellule) if nom in transformations else cellule


def _frame(colonnes: Mapping[str, list[str]], numeros: list[int]) -> pd.DataFrame:
    return pd.DataFrame(colonnes, index=pd.Index(numeros, name=LIGNE, dtype="int64"), dtype="str")


def write_purgee(brut: Brut, chemin: Path) -> None:
    """Ce que l'on garde d'un fichier qui contient des données personnelles : les colonnes lues.

    Une ligne cassée le reste, réduite à ce qui a la forme d'un code : relue, elle dit encore de qui.
    """
    with gzip.open(chemin, "wt", encoding="utf-8", newline="") as sortie:
        brut.frame.to_csv(sortie, index=False)
        for cellules in brut.brisees:
            codes = [c for c in cellules if _CODE.match(c.strip())]
            vides = [""] * (len(brut.frame.columns) + 1 - len(codes))
            csv.writer(sortie, lineterminator="\n").writerow([*codes, *(vides or [""])])


def read_json(
    contenu: bytes,
    colonnes: Sequence[str],
    facultatives: Sequence[str] = (),
    *,
    transformations: Transformations | None = None,
) -> Brut:
    """Une liste d'objets JSON ; une liste en valeur devient un texte séparé par des virgules."""
    try:
        objets = json.loads(contenu)
    except (ValueError, RecursionError) as erreur:
        raise SourceRefusee("Le fichier JSON est tronqué ou abîmé.") from erreur
    if not isinstance(objets, list) or not all(isinstance(o, dict) for o in objets):
        raise SourceRefusee("Le fichier JSON n'est pas une liste d'objets.")
    check_columns(sorted({str(c) for o in objets for c in o}), colonnes)
    gardees = [*colonnes, *facultatives]
    lues = {c: [_apply(transformations or {}, c, _text(o.get(c))) for o in objets] for c in gardees}
    return Brut(_frame(lues, list(range(1, len(objets) + 1))))


def _text(valeur: Any) -> str:
    if isinstance(valeur, list):
        return ",".join(_text(v) for v in valeur)
    return "" if valeur is None else str(valeur).strip()


def read_member(chemin: Path, nom: str) -> bytes:
    """Un fichier d'une archive ZIP, borné."""
    try:
        with zipfile.ZipFile(chemin) as archive, archive.open(nom) as entree:
            return _read_bounded(entree)
    except KeyError as erreur:
        raise SourceRefusee(f"L'archive ne contient pas « {nom} ».") from erreur
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as erreur:
        raise SourceRefusee("L'archive est tronquée ou abîmée.") from erreur


def read_bytes(chemin: Path) -> bytes:
    """Le contenu d'un fichier, décompressé s'il est en gzip, borné."""
    try:
        with chemin.open("rb") as brut:
            compresse = brut.read(2) == b"\x1f\x8b"
        with gzip.open(chemin, "rb") if compresse else chemin.open("rb") as entree:
            return _read_bounded(entree)
    except (OSError, EOFError, zlib.error) as erreur:
        raise SourceRefusee("Le fichier est tronqué ou abîmé.") from erreur


def _read_bounded(entree: BinaryIO | Any) -> bytes:
    octets: bytes = entree.read(MAX_OCTETS_LUS + 1)
    if len(octets) > MAX_OCTETS_LUS:
        raise SourceRefusee(f"Le fichier décompressé dépasse {MAX_OCTETS_LUS // 1024**2} Mo.")
    return octets


def _decode(octets: bytes) -> str:
    if not octets.strip():
        raise SourceRefusee("Le fichier est vide.")
    if octets.lstrip()[:9].lower().startswith((b"<!doctype", b"<html")):
        raise SourceRefusee("L'adresse a rendu une page internet, pas un fichier de données.")
    if b"\x00" in octets[:4096]:
        raise SourceRefusee("Le fichier n'est pas un texte.")
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as erreur:
        raise SourceRefusee("Le fichier n'est pas écrit en UTF-8.") from erreur


def _sniff(texte: str, colonnes: Sequence[str]) -> str:
    """Le séparateur qui retrouve le plus de colonnes attendues dans la première ligne."""
    premiere = texte.split("\n", 1)[0]

    def trouvees(separateur: str) -> int:
        noms = {n.strip().strip('"') for n in premiere.split(separateur)}
        return len(noms & set(colonnes))

    return max(SEPARATEURS, key=trouvees)
