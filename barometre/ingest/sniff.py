"""Que contient ce fichier, quel que soit son nom ? Un format inattendu est nommé dans le refus."""

from __future__ import annotations

import codecs
import hashlib
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from barometre.ingest.errors import ImportRefuse
from barometre.ingest.limits import MAX_OCTETS, MAX_OCTETS_LIGNE
from barometre.ingest.xlsx_archive import PANNES

_MORCEAU = 1 << 20
_CONTROLES = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_FORMATS_CONNUS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "un document PDF"),
    (b"\x1f\x8b", "une archive compressée (gzip)"),
    (b"7z\xbc\xaf", "une archive 7-Zip"),
    (b"Rar!", "une archive RAR"),
    (b"\x89PNG", "une image"),
    (b"\xff\xd8\xff", "une image"),
    (b"PAR1", "un fichier Parquet"),
    (b"SQLite format 3", "une base SQLite"),
    (b"{\\rtf", "un document RTF"),
)
_SPSS = (b"$FL2", b"$FL3")
_CONSEIL = "Enregistrez les réponses au format CSV ou XLSX, puis recommencez."


@dataclass(frozen=True, slots=True)
class Contenant:
    """Ce que l'on sait d'un fichier avant de le lire."""

    nature: str  # csv, xlsx, ods, json ou sav
    encodage: str
    empreinte: str


def read_contenant(path: Path) -> Contenant:
    """Reconnaît un CSV, un classeur, un JSON ou un SAV à son contenu ; refuse tout le reste d'une phrase."""
    octets = _check_taille(path)
    with path.open("rb") as flux:
        debut = flux.read(4096)
    if debut.startswith(b"PK"):
        return Contenant(_check_classeur(path), "", _sha256(path))
    if debut.startswith(_SPSS):
        return Contenant("sav", "", _sha256(path))
    _check_pas_un_autre_format(path, debut, octets)
    encodage = _detect_encodage(path, debut)
    nature = "json" if _is_json(path, encodage) else "csv"
    return Contenant(nature, encodage, _sha256(path))


def is_finie(path: Path, encodage: str) -> bool:
    """Vrai si le texte finit par un saut de ligne."""
    with path.open("rb") as flux:
        flux.seek(max(path.stat().st_size - 8, 0))
        fin = flux.read()
    # Un saut de ligne d'UTF-16 compte deux octets, dans un ordre ou dans l'autre.
    derniers = fin[-2:].strip(b"\x00") if encodage.startswith("utf-16") else fin[-1:]
    return derniers in {b"\n", b"\r"}


def _is_json(path: Path, encodage: str) -> bool:
    with path.open("r", encoding=encodage) as flux:
        debut = flux.read(200).lstrip()
    return debut.startswith("{") or debut.startswith(("[{", "[ {", "[\n"))


# « é », « à », « É » en Mac-Roman : en Windows-1252, ni « Ž » ni « ˆ » ne suivent une minuscule, « ƒ » n'en
# précède aucune.
_LETTRES_DE_MAC = re.compile(rb"[a-z][\x8e\x88]|(?<![\x80-\xff])\x83[a-z]")


def _check_taille(path: Path) -> int:
    if not path.is_file():
        raise ImportRefuse(f"Le fichier « {path.name} » est introuvable.")
    octets = path.stat().st_size
    if octets == 0:
        raise ImportRefuse(f"Le fichier « {path.name} » est vide.")
    if octets > MAX_OCTETS:
        raise ImportRefuse(
            f"« {path.name} » pèse {octets // 2**20} Mo ; la limite est de {MAX_OCTETS // 2**20} Mo."
        )
    return octets


def _check_classeur(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            noms = set(archive.namelist())
    except PANNES as erreur:
        raise ImportRefuse(
            f"Le classeur « {path.name} » est tronqué ou abîmé : exportez-le ou copiez-le à nouveau."
        ) from erreur
    if "xl/workbook.xml" in noms:
        return "xlsx"
    if "xl/workbook.bin" in noms:
        raise ImportRefuse(f"« {path.name} » est un classeur Excel binaire (XLSB). {_CONSEIL}")
    if "content.xml" in noms and "mimetype" in noms:
        return "ods"
    raise ImportRefuse(f"« {path.name} » est une archive, pas un classeur XLSX. {_CONSEIL}")


def _check_pas_un_autre_format(path: Path, debut: bytes, octets: int) -> None:
    if debut.startswith(b"\xd0\xcf\x11\xe0"):
        _refuse_ole(path)
    for signature, nom in _FORMATS_CONNUS:
        if debut.startswith(signature):
            raise ImportRefuse(f"« {path.name} » est {nom}, pas un export de réponses. {_CONSEIL}")
    texte = debut.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if texte.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml")):
        raise ImportRefuse(f"« {path.name} » est une page HTML ou un fichier XML. {_CONSEIL}")
    if path.suffix.lower() in {".xlsx", ".xlsm"}:
        raise ImportRefuse(
            f"« {path.name} » a un nom de classeur mais n'en est pas un, ou il est tronqué ({octets} octets)."
        )


def _refuse_ole(path: Path) -> None:
    with path.open("rb") as flux:
        contenu = flux.read(2 << 20)
    if "EncryptedPackage".encode("utf-16-le") in contenu:
        raise ImportRefuse(f"« {path.name} » est protégé par un mot de passe : retirez-le d'abord.")
    raise ImportRefuse(f"« {path.name} » est un ancien classeur Excel (XLS). {_CONSEIL}")


def _detect_encodage(path: Path, debut: bytes) -> str:
    if debut.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _check_encodage(path, "utf-16")
    if debut.startswith(codecs.BOM_UTF8):
        return _check_encodage(path, "utf-8-sig")
    pairs, impairs = debut[0:200:2], debut[1:200:2]
    if impairs and impairs.count(0) > 0.4 * len(impairs) and pairs.count(0) == 0:
        return _check_encodage(path, "utf-16-le")
    if pairs.count(0) > 0.4 * len(pairs) and impairs.count(0) == 0:
        return _check_encodage(path, "utf-16-be")
    _check_texte(path)
    if _is_decodable(path, "utf-8"):
        return "utf-8"
    _check_pas_mac(path)
    return _check_encodage(path, "cp1252")


def _check_pas_mac(path: Path) -> None:
    """Un CSV d'Excel pour Mac sans « è » se lirait en Windows-1252 : « été » y devient « ŽtŽ »."""
    with path.open("rb") as flux:
        while morceau := flux.read(_MORCEAU):
            if _LETTRES_DE_MAC.search(morceau):
                raise ImportRefuse(
                    f"L'encodage de « {path.name} » n'est pas reconnu (celui d'un Mac ?) : enregistrez-le en "
                    "« CSV UTF-8 »."
                )


def _check_texte(path: Path) -> None:
    """Un texte n'a ni octet nul, ni caractères de commande, ni ligne sans fin."""
    controles = depuis_fin_de_ligne = total = 0
    with path.open("rb") as flux:
        while morceau := flux.read(_MORCEAU):
            total += len(morceau)
            controles += len(_CONTROLES.findall(morceau))
            if b"\x00" in morceau or controles > 20 + total // 200:
                raise ImportRefuse(
                    f"« {path.name} » n'est pas un texte : son contenu est binaire. {_CONSEIL}"
                )
            fin = max(morceau.rfind(b"\n"), morceau.rfind(b"\r"))
            depuis_fin_de_ligne = len(morceau) - fin if fin >= 0 else depuis_fin_de_ligne + len(morceau)
            if depuis_fin_de_ligne > MAX_OCTETS_LIGNE:
                raise ImportRefuse(f"« {path.name} » a une ligne de plus de {MAX_OCTETS_LIGNE // 2**20} Mo.")


def _is_decodable(path: Path, encodage: str) -> bool:
    decodeur = codecs.getincrementaldecoder(encodage)("strict")
    try:
        with path.open("rb") as flux:
            while morceau := flux.read(_MORCEAU):
                decodeur.decode(morceau)
            decodeur.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _check_encodage(path: Path, encodage: str) -> str:
    if encodage.startswith("utf-16"):
        _check_lignes_utf16(path, encodage)
    if not _is_decodable(path, encodage):
        raise ImportRefuse(
            f"L'encodage de « {path.name} » n'est pas reconnu : enregistrez-le en UTF-8 (ou Windows-1252)."
        )
    return encodage


def _check_lignes_utf16(path: Path, encodage: str) -> None:
    """Même borne qu'en UTF-8 ; un octet nul y est normal, une ligne sans fin ne l'est pas."""
    if path.stat().st_size <= MAX_OCTETS_LIGNE:
        return
    with path.open("r", encoding=encodage, errors="replace", newline="") as flux:
        while ligne := flux.readline(MAX_OCTETS_LIGNE):
            if len(ligne) >= MAX_OCTETS_LIGNE:
                raise ImportRefuse(f"« {path.name} » a une ligne de plus de {MAX_OCTETS_LIGNE // 2**20} Mo.")


def _sha256(path: Path) -> str:
    with path.open("rb") as flux:
        return hashlib.file_digest(flux, "sha256").hexdigest()
