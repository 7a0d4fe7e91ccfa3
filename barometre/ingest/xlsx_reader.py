"""Lecture d'un XLSX au fil de l'eau : une cellule lointaine ne coûte rien, un nombre reste un texte.

openpyxl remplit les lignes et colonnes jusqu'à la dernière cellule : un fichier de 4 ko lui a pris 3 Go.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Context, Decimal, InvalidOperation
from pathlib import Path

from barometre.domain.formats import format_au_plus, format_compte
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.layout import Feuille
from barometre.ingest.limits import (
    MAX_CARACTERES_CELLULE,
    MAX_CELLULES,
    MAX_COLONNES,
    MAX_LIGNES,
    SANS_VALEUR,
)
from barometre.ingest.xlsx_archive import Archive, Lecteur
from barometre.ingest.xlsx_parts import (
    Formats,
    clean_echappes,
    list_notes,
    read_feuilles,
    read_formats,
    read_textes,
)

# Excel n'en montre pas davantage, et écrit 0,29 « 0.28999999999999998 ».
_QUINZE_CHIFFRES = Context(prec=15)
_LETTRES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def read_xlsx(path: Path) -> list[Feuille]:
    """Les feuilles visibles du classeur, chaque ligne avec son numéro."""
    with Archive(path) as archive:
        visibles, depuis_1904, masquees = read_feuilles(archive)
        textes, formats = read_textes(archive), read_formats(archive)
        lues = [
            _Feuille(path.name, textes, formats, depuis_1904, Feuille(nom, complete=True))
            for nom, _ in visibles
        ]
        for lue, (_, partie) in zip(lues, visibles, strict=True):
            archive.parse(partie, lue)
            lue.feuille.notes = list_notes(archive, partie)
    for lue in lues:
        lue.finish(masquees)
    return [lue.feuille for lue in lues]


@dataclass(slots=True)
class _Feuille(Lecteur):
    nom: str
    textes: list[str]
    formats: Formats
    depuis_1904: bool
    feuille: Feuille
    _masquees: int = 0
    _colonnes_masquees: int = 0
    _formules: int = 0
    _formule: bool = False
    _ligne: int = 0
    _colonne: int = -1
    _cellules: list[str] = field(default_factory=list)
    _type: str = ""
    _style: int = 0
    _morceaux: list[str] = field(default_factory=list)
    _caracteres: int = 0
    _lit: bool = False
    _elements: int = 0

    def start(self, nom: str, attributs: dict[str, str]) -> None:
        if nom == "c":
            self._start_cellule(attributs)
        elif nom in {"v", "t"}:
            self._lit = True
        elif nom == "f":
            self._formule = True
        elif nom == "mergeCell":
            self._count_element()
            self._add_plage(attributs.get("ref", ""))
        elif nom == "col" and attributs.get("hidden", "0") in {"1", "true"}:
            derniere = min(_entier(attributs.get("max", ""), 0), MAX_COLONNES)
            self._colonnes_masquees += max(derniere - _entier(attributs.get("min", ""), 1) + 1, 0)
        elif nom == "row":
            self._masquees += attributs.get("hidden", "0") in {"1", "true"}
            self._count_element()
            self._ligne = _entier(attributs.get("r", ""), self._ligne + 1)
            self._colonne, self._cellules = -1, []

    def end(self, nom: str) -> None:
        if nom in {"v", "t"}:
            self._lit = False
        elif nom == "c":
            self._end_cellule()
        elif nom == "row":
            self._end_ligne()

    def text(self, texte: str) -> None:
        if self._lit:
            self._caracteres += len(texte)
            if self._caracteres > MAX_CARACTERES_CELLULE:
                raise ImportRefuse(f"« {self.nom} » : une cellule de la ligne {self._ligne} est démesurée.")
            self._morceaux.append(texte)

    def _add_plage(self, reference: str) -> None:
        """« G2:G4 » : seule la première cellule a gardé sa valeur."""
        debut, _, fin = reference.partition(":")
        haut, bas = (_entier(bout.lstrip(_LETTRES), 0) for bout in (debut, fin))
        if haut and bas:
            self.feuille.plages.append((haut, _rang_colonne(debut), bas, _rang_colonne(fin)))

    def _count_element(self) -> None:
        self._elements += 1
        if self._elements > MAX_CELLULES:
            raise ImportRefuse(
                f"Le classeur « {self.nom} » a plus de {format_au_plus(MAX_CELLULES)} cellules : refusé."
            )

    def _start_cellule(self, attributs: dict[str, str]) -> None:
        self._count_element()
        reference = attributs.get("r", "")
        self._colonne = _rang_colonne(reference) if reference else self._colonne + 1
        self._type = attributs.get("t", "n")
        self._style = _entier(attributs.get("s", ""), 0)
        self._morceaux, self._caracteres, self._formule = [], 0, False

    def _end_cellule(self) -> None:
        valeur = clean_echappes(self._valeur("".join(self._morceaux))).strip()
        if not valeur and self._formule and not self._morceaux:
            self._formules += 1
            valeur = SANS_VALEUR
        if not valeur:
            return
        if self._colonne >= MAX_COLONNES or self._ligne > MAX_LIGNES:
            raise ImportRefuse(
                f"« {self.nom} » a une cellule très éloignée : "
                f"ligne {format_au_plus(self._ligne)}, colonne {format_au_plus(self._colonne + 1)}."
            )
        self._cellules.extend([""] * (self._colonne + 1 - len(self._cellules)))
        self._cellules[self._colonne] = valeur
        if self._is_style(self.formats.barres):
            self.feuille.barrees.append((self._ligne, self._colonne))

    def _end_ligne(self) -> None:
        if self._ligne <= MAX_LIGNES:
            self.feuille.lignes.append((self._ligne, self._cellules))

    def finish(self, feuilles_masquees: int) -> None:
        """Retire les lignes vides de la fin ; dit ce qui est masqué ou sans valeur."""
        while self.feuille.lignes and not self.feuille.lignes[-1][1]:
            self.feuille.lignes.pop()
        dits = self.feuille.avertissements
        if feuilles_masquees:
            dits.append(describe_non_lues(feuilles_masquees))
        if self._masquees:
            dits.append(describe_masquees(self.feuille.nom, self._masquees, "ligne"))
        if self._colonnes_masquees:
            dits.append(describe_masquees(self.feuille.nom, self._colonnes_masquees, "colonne"))
        if self._formules:
            formules = format_compte(self._formules, "formule")
            dits.append(f"{formules} sans valeur enregistrée : ouvrez le classeur et enregistrez-le.")

    def _is_style(self, styles: list[bool]) -> bool:
        return self._style < len(styles) and styles[self._style]

    def _valeur(self, brut: str) -> str:
        if self._type == "s":
            rang = _entier(brut, -1)
            return self.textes[rang] if 0 <= rang < len(self.textes) else ""
        if self._type != "n" or not brut:
            return brut
        if self._is_style(self.formats.dates):
            return _date_serie(brut, self.depuis_1904)
        if self._is_style(self.formats.pourcents):
            return format_pourcent(brut)
        return format_nombre_xml(brut).zfill(self._chiffres())

    def _chiffres(self) -> int:
        """Le nombre de chiffres que le format « 00000 » montre toujours : « 01004 », et non 1004."""
        largeurs = self.formats.chiffres
        return largeurs[self._style] if self._style < len(largeurs) else 0


def describe_non_lues(nombre: int) -> str:
    """« 2 feuilles masquées, non lues. »"""
    return format_compte(nombre, "feuille masquée, non lue", "feuilles masquées, non lues") + "."


def describe_masquees(feuille: str, nombre: int, objet: str) -> str:
    """« Feuille « Réponses » : 3 lignes masquées, lues aussi. »"""
    compte = format_compte(nombre, f"{objet} masquée, lue", f"{objet}s masquées, lues")
    return f"Feuille « {feuille} » : {compte} aussi."


def _rang_colonne(reference: str) -> int:
    """« AB12 » → 27."""
    rang = 0
    for lettre in reference[:4]:
        if not "A" <= lettre <= "Z":
            break
        rang = rang * 26 + ord(lettre) - 64
    return rang - 1 if rang else 0


def _entier(texte: str, defaut: int) -> int:
    return int(texte) if texte.isascii() and texte.isdecimal() and len(texte) < 10 else defaut


def format_nombre_xml(brut: str) -> str:
    """Excel écrit 21010001200015 « 2.1010001200015E13 » : on rend le nombre tel qu'il se lit.

    Un nombre à trois décimales en prend une quatrième : « 1.234 » écrit à la main serait peut-être 1 234.
    """
    try:
        nombre = Decimal(brut)
    except InvalidOperation:
        return brut
    if not nombre.is_finite() or abs(nombre.adjusted()) > 15:
        return brut
    if nombre != nombre.to_integral_value():
        nombre = _QUINZE_CHIFFRES.create_decimal(nombre).normalize()
    if nombre == nombre.to_integral_value():
        return str(int(nombre))
    texte = format(nombre, "f")
    return texte + "0" if len(texte.partition(".")[2]) == 3 else texte


def format_pourcent(brut: str) -> str:
    """Une cellule affichée « 45 % » contient 0,45 : on rend ce que son auteur a lu."""
    try:
        return f"{format(_QUINZE_CHIFFRES.create_decimal(Decimal(brut) * 100).normalize(), 'f')} %"
    except InvalidOperation:
        return brut


def _date_serie(brut: str, depuis_1904: bool) -> str:
    """Numéro de série → « 2023-11-22 10:30:00 » ; ce qui n'est pas une date reste tel quel."""
    try:
        origine = datetime(1904, 1, 1) if depuis_1904 else datetime(1899, 12, 30)
        return (origine + timedelta(seconds=round(float(brut) * 86_400))).isoformat(sep=" ")
    except (ValueError, OverflowError):
        return brut
