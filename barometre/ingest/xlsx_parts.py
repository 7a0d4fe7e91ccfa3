"""Les parties annexes d'un classeur : la liste des feuilles, les textes partagés, les formats de date."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field

from barometre.ingest.errors import ImportRefuse
from barometre.ingest.limits import MAX_CARACTERES_CELLULE
from barometre.ingest.xlsx_archive import Archive, Lecteur

_MAX_CARACTERES_PARTAGES = 40_000_000
# Formats de date et d'heure que tout classeur connaît sans les déclarer.
_FORMATS_DATE = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_CHIFFRES = re.compile(r"^0{2,14}$")
MAX_NOTES = 100_000
_FORMATS_POURCENT = {"9", "10"}
_ECHAPPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LETTRES_DATE = re.compile(r"[ymdhs]", re.IGNORECASE)
_LITTERAUX = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


@dataclass(slots=True)
class Feuilles(Lecteur):
    """Les feuilles du classeur, dans l'ordre, et l'origine de ses dates."""

    feuilles: list[tuple[str, str, bool]] = field(default_factory=list)  # nom, relation, visible
    depuis_1904: bool = False

    def start(self, nom: str, attributs: dict[str, str]) -> None:
        if nom == "sheet":
            relation = next((v for c, v in attributs.items() if c.endswith(":id")), "")
            visible = attributs.get("state", "visible") == "visible"
            self.feuilles.append((attributs.get("name", ""), relation, visible))
        elif nom == "workbookPr":
            self.depuis_1904 = attributs.get("date1904", "0") in {"1", "true"}


@dataclass(slots=True)
class _Relations(Lecteur):
    cibles: dict[str, str] = field(default_factory=dict)

    def start(self, nom: str, attributs: dict[str, str]) -> None:
        if nom == "Relationship":
            self.cibles[attributs.get("Id", "")] = attributs.get("Target", "")


@dataclass(slots=True)
class _Textes(Lecteur):
    nom: str
    textes: list[str] = field(default_factory=list)
    _morceaux: list[str] = field(default_factory=list)
    _dans_t: bool = False
    _phonetique: bool = False
    _caracteres: int = 0

    def start(self, nom: str, attributs: dict[str, str]) -> None:  # noqa: ARG002
        self._phonetique = self._phonetique or nom == "rPh"
        self._dans_t = nom == "t" and not self._phonetique

    def end(self, nom: str) -> None:
        self._dans_t = False
        if nom == "rPh":
            self._phonetique = False
        elif nom == "si":
            self.textes.append("".join(self._morceaux))
            self._morceaux = []

    def text(self, texte: str) -> None:
        if not self._dans_t:
            return
        self._caracteres += len(texte)
        if self._caracteres > _MAX_CARACTERES_PARTAGES or len(texte) > MAX_CARACTERES_CELLULE:
            raise ImportRefuse(f"Le classeur « {self.nom} » contient des textes démesurés : refusé.")
        self._morceaux.append(texte)


@dataclass(slots=True)
class _Styles(Lecteur):
    dates: list[bool] = field(default_factory=list)
    pourcents: list[bool] = field(default_factory=list)
    barres: list[bool] = field(default_factory=list)
    chiffres: list[int] = field(default_factory=list)
    _polices_barrees: list[bool] = field(default_factory=list)
    _formats: dict[str, str] = field(default_factory=dict)
    _dans_cellxfs: bool = False
    _dans_polices: bool = False

    def start(self, nom: str, attributs: dict[str, str]) -> None:
        if nom == "numFmt":
            self._formats[attributs.get("numFmtId", "")] = attributs.get("formatCode", "")
        elif nom == "fonts":
            self._dans_polices = True
        elif nom == "font" and self._dans_polices:
            self._polices_barrees.append(False)
        elif nom == "strike" and self._dans_polices and self._polices_barrees:
            self._polices_barrees[-1] = attributs.get("val", "1") not in {"0", "false"}
        elif nom == "cellXfs":
            self._dans_cellxfs = True
        elif nom == "xf" and self._dans_cellxfs:
            numero = attributs.get("numFmtId", "0")
            self.dates.append(self._is_date(numero))
            self.pourcents.append(self._is_pourcent(numero))
            self.barres.append(self._is_barre(attributs.get("fontId", "")))
            self.chiffres.append(self._count_chiffres(numero))

    def end(self, nom: str) -> None:
        if nom == "cellXfs":
            self._dans_cellxfs = False
        elif nom == "fonts":
            self._dans_polices = False

    def _is_barre(self, police: str) -> bool:
        rang = int(police) if police.isdecimal() and len(police) < 6 else len(self._polices_barrees)
        return rang < len(self._polices_barrees) and self._polices_barrees[rang]

    def _is_pourcent(self, numero: str) -> bool:
        """« 0 % » montre 45 % de 0,45 ; un « % » entre guillemets n'est qu'un dessin après 45."""
        return numero in _FORMATS_POURCENT or "%" in _LITTERAUX.sub("", self._formats.get(numero, ""))

    def _count_chiffres(self, numero: str) -> int:
        """« 00000 », le format d'un code postal ou d'un code INSEE : cinq chiffres ; 0 d'un autre format."""
        code = self._formats.get(numero, "")
        return len(code) if _CHIFFRES.match(code) else 0

    def _is_date(self, numero: str) -> bool:
        if numero in self._formats:
            return bool(_LETTRES_DATE.search(_LITTERAUX.sub("", self._formats[numero])))
        return numero.isdecimal() and int(numero) in _FORMATS_DATE


def clean_echappes(texte: str) -> str:
    """« Facebook_x000D_ » : un caractère de commande, tel qu'un classeur l'écrit dans un texte."""
    if "_x" not in texte:
        return texte
    return _ECHAPPE.sub(lambda lu: chr(int(lu[1], 16)), texte)


def read_feuilles(archive: Archive) -> tuple[list[tuple[str, str]], bool, int]:
    """(nom, partie) de chaque feuille visible, origine 1904, nombre de feuilles masquées."""
    feuilles, relations = Feuilles(), _Relations()
    archive.parse("xl/workbook.xml", feuilles)
    archive.parse("xl/_rels/workbook.xml.rels", relations)
    visibles = [
        (nom, _find_partie(archive, relations.cibles.get(r, ""))) for nom, r, v in feuilles.feuilles if v
    ]
    if not visibles:
        raise archive.describe_abime()
    return visibles, feuilles.depuis_1904, len(feuilles.feuilles) - len(visibles)


def _find_partie(archive: Archive, cible: str) -> str:
    cible = cible or "worksheets/sheet1.xml"
    partie = cible.lstrip("/") if cible.startswith("/") else posixpath.normpath(f"xl/{cible}")
    if partie not in archive.parties:
        raise archive.describe_abime()
    return partie


def read_textes(archive: Archive) -> list[str]:
    """Les textes partagés entre cellules, dans l'ordre où elles les citent."""
    textes = _Textes(archive.nom)
    archive.parse("xl/sharedStrings.xml", textes)
    return textes.textes


@dataclass(frozen=True, slots=True)
class Formats:
    """Pour chaque style de cellule : affiche-t-il une date, un pourcentage, un texte barré, des zéros."""

    dates: list[bool]
    pourcents: list[bool]
    barres: list[bool]
    # Le nombre de chiffres toujours montrés (« 00000 »), 0 si le format n'en dit rien.
    chiffres: list[int] = field(default_factory=list)


def read_formats(archive: Archive) -> Formats:
    """Ce que les styles du classeur disent de ses cellules."""
    styles = _Styles()
    archive.parse("xl/styles.xml", styles)
    return Formats(styles.dates, styles.pourcents, styles.barres, styles.chiffres)


@dataclass(slots=True)
class _Notes(Lecteur):
    cellules: set[str] = field(default_factory=set)

    def start(self, nom: str, attributs: dict[str, str]) -> None:
        if nom in {"comment", "threadedComment"} and len(self.cellules) < MAX_NOTES:
            self.cellules.add(attributs.get("ref", "")[:12])


def list_notes(archive: Archive, partie: str) -> list[str]:
    """Les cellules de cette feuille qui portent une note ou un commentaire, dans l'ordre de leur nom."""
    relations, notes = _Relations(), _Notes()
    dossier, _, fichier = partie.rpartition("/")
    archive.parse(f"{dossier}/_rels/{fichier}.rels", relations)
    for cible in relations.cibles.values():
        if "comment" in cible.lower() and cible.endswith(".xml"):
            absolue = cible.lstrip("/") if cible.startswith("/") else posixpath.normpath(f"{dossier}/{cible}")
            archive.parse(absolue, notes)
    return sorted(notes.cellules - {""}, key=lambda c: (len(c), c))
