"""Lecture d'un ODS au fil de l'eau, avec les gardes des classeurs : une répétition géante ne coûte rien."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from barometre.ingest.errors import ImportRefuse
from barometre.ingest.fusions import name_cellule
from barometre.ingest.layout import Feuille
from barometre.ingest.limits import MAX_CARACTERES_CELLULE, MAX_CELLULES, MAX_COLONNES, MAX_LIGNES
from barometre.ingest.xlsx_archive import Archive, Lecteur
from barometre.ingest.xlsx_reader import (
    describe_masquees,
    describe_non_lues,
    format_nombre_xml,
    format_pourcent,
)


def read_ods(path: Path) -> list[Feuille]:
    """Les feuilles visibles du document, chaque ligne avec son numéro."""
    document = _Document(path.name)
    with Archive(path) as archive:
        archive.parse("content.xml", document)
    visibles = [f for f in document.feuilles if f.nom not in document.masquees] or document.feuilles
    if masquees := len(document.feuilles) - len(visibles):
        for feuille in visibles:
            feuille.avertissements.append(describe_non_lues(masquees))
    return [f for f in visibles if f.lignes] or visibles[:1]


_BLANCS = {"s": " ", "tab": " ", "line-break": "\n"}


@dataclass(slots=True)
class _Document(Lecteur):
    nom: str
    feuilles: list[Feuille] = field(default_factory=list)
    # Le nom des feuilles que le document n'affiche pas.
    masquees: set[str] = field(default_factory=set)
    _numero: int = 0
    _repete_ligne: int = 1
    _cellules: list[str] = field(default_factory=list)
    _colonne: int = 0
    _repete: int = 1
    _valeur: str | None = None
    _textes: list[str] = field(default_factory=list)
    _lit: bool = False
    _masquees: int = 0
    _total: int = 0
    _barres: set[str] = field(default_factory=set)
    _caches: set[str] = field(default_factory=set)
    _style: str = ""
    _barree: bool = False
    # Une note est dans sa cellule : son texte n'en est pas la réponse.
    _note: bool = False

    def start(self, nom: str, attributs: dict[str, str]) -> None:
        locaux = {cle.rpartition(":")[2]: v for cle, v in attributs.items()}
        if nom == "table":
            self._start_feuille(locaux)
        elif nom == "table-row":
            self._cellules, self._colonne = [], 0
            self._repete_ligne = _entier(locaux.get("number-rows-repeated"))
            self._masquees += locaux.get("visibility", "visible") != "visible"
        elif nom in {"table-cell", "covered-table-cell"}:
            self._repete = _entier(locaux.get("number-columns-repeated"))
            self._valeur, self._textes = _read_valeur(locaux), []
            self._barree = locaux.get("style-name", "") in self._barres
            self._add_plage(locaux)
        elif nom == "annotation":
            self._note = True
            self.feuilles[-1].notes.append(name_cellule(self._numero + 1, self._colonne))
        elif nom == "p":
            self._lit = not self._note
        elif nom in _BLANCS:
            # Une espace, une tabulation, une fin de ligne au milieu d'un paragraphe sont des éléments.
            self._textes += [_BLANCS[nom]] * self._lit
        else:
            self._read_style(nom, locaux)

    def _start_feuille(self, attributs: dict[str, str]) -> None:
        nom = attributs.get("name", "")
        self.feuilles.append(Feuille(nom, complete=True))
        self._numero, self._masquees = 0, 0
        if attributs.get("style-name", "") in self._caches:
            self.masquees.add(nom)

    def _read_style(self, nom: str, locaux: dict[str, str]) -> None:
        """Les styles de cellule et de feuille sont déclarés avant les feuilles."""
        if nom == "style":
            self._style = locaux.get("name", "")
        elif nom == "text-properties" and locaux.get("text-line-through-style", "none") != "none":
            self._barres.add(self._style)
        elif nom == "table-properties" and locaux.get("display", "true") == "false":
            self._caches.add(self._style)

    def _add_plage(self, locaux: dict[str, str]) -> None:
        """La première cellule d'une plage fusionnée dit combien elle en couvre."""
        hauteur, largeur = (_entier(locaux.get(f"number-{sens}-spanned")) for sens in ("rows", "columns"))
        if hauteur > 1 or largeur > 1:
            haut, gauche = self._numero + 1, self._colonne
            plage = (haut, gauche, haut + hauteur - 1, gauche + largeur - 1)
            self.feuilles[-1].plages.append(plage)

    def text(self, texte: str) -> None:
        if self._lit:
            if len(texte) > MAX_CARACTERES_CELLULE:
                raise ImportRefuse(
                    f"« {self.nom} » : une cellule de la ligne {self._numero + 1} est démesurée."
                )
            self._textes.append(texte)

    def end(self, nom: str) -> None:
        if nom == "annotation":
            self._note = False
        elif nom == "p":
            self._textes += ["\n"] * self._lit
            self._lit = False
        elif nom in {"table-cell", "covered-table-cell"}:
            self._end_cellule()
        elif nom == "table-row":
            self._end_ligne()
        elif nom == "table" and self._masquees:
            feuille = self.feuilles[-1]
            feuille.avertissements.append(describe_masquees(feuille.nom, self._masquees, "ligne"))

    def _end_cellule(self) -> None:
        valeur = self._read_cellule().strip()
        if valeur:
            if self._colonne + self._repete > MAX_COLONNES:
                raise ImportRefuse(f"« {self.nom} » a plus de {MAX_COLONNES} colonnes.")
            self._cellules += [""] * (self._colonne - len(self._cellules)) + [valeur] * self._repete
            if self._barree:
                self.feuilles[-1].barrees.append((self._numero + 1, self._colonne))
        self._colonne += self._repete

    def _read_cellule(self) -> str:
        texte = "".join(self._textes)
        if self._valeur is None:
            return texte
        # « 01004 », tel que le format de la cellule le montre, est le code ; 1004, sa valeur, ne l'est plus.
        return texte if is_zero_affiche(texte.strip(), self._valeur) else self._valeur

    def _end_ligne(self) -> None:
        if self._cellules:
            self._total += len(self._cellules) * self._repete_ligne
            if self._total > MAX_CELLULES or self._numero + self._repete_ligne > MAX_LIGNES:
                raise ImportRefuse(
                    f"Le document « {self.nom} » est démesuré : ce n'est pas un export de réponses."
                )
            lignes = [(self._numero + 1 + i, list(self._cellules)) for i in range(self._repete_ligne)]
            self.feuilles[-1].lignes += lignes
        elif self.feuilles[-1].lignes and self._repete_ligne == 1 and self._numero < MAX_LIGNES:
            self.feuilles[-1].lignes.append((self._numero + 1, []))
        self._numero += self._repete_ligne


def _read_valeur(attributs: dict[str, str]) -> str | None:
    """La valeur typée d'une cellule ; rien si c'est du texte, à lire dans ses paragraphes."""
    genre = attributs.get("value-type", "")
    if genre == "percentage":
        return format_pourcent(attributs.get("value", ""))
    if genre in {"float", "currency"}:
        return format_nombre_xml(attributs.get("value", ""))
    if genre == "date":
        return attributs.get("date-value", "").replace("T", " ")
    return attributs.get("boolean-value") if genre == "boolean" else None


def is_zero_affiche(texte: str, valeur: str) -> bool:
    """Vrai si une cellule montre un nombre entier avec ses zéros de tête."""
    return texte.startswith("0") and texte.isdecimal() and texte.lstrip("0") == valeur != ""


def _entier(texte: str | None) -> int:
    return int(texte) if texte and texte.isdecimal() and len(texte) < 10 else 1
