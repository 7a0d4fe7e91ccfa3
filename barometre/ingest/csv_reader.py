"""Lecture d'un CSV, ligne physique par ligne physique, sans jamais décaler une colonne."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TextIO

from barometre.domain.formats import format_au_plus, format_compte
from barometre.ingest.errors import ImportRefuse, Rejet
from barometre.ingest.limits import MAX_CARACTERES_CELLULE, MAX_CELLULES, MAX_COLONNES, MAX_LIGNES

SEPARATEURS = (";", ",", "\t", "|")
# Un SIREN, un SIRET, un code INSEE.
_IDENTIFIANT = re.compile(r"\d{9}(?:\d{5})?$|\d[\dAB]\d{3}$")


@dataclass(slots=True)
class Tableau:
    """Des entêtes, des lignes de même largeur, leur numéro dans le fichier, et les lignes mal formées."""

    entetes: list[str] = field(default_factory=list)
    lignes: list[list[str]] = field(default_factory=list)
    numeros: list[int] = field(default_factory=list)
    rejets: list[Rejet] = field(default_factory=list)
    vides: list[int] = field(default_factory=list)
    avertissements: list[str] = field(default_factory=list)
    # Les lignes qui ont, à leur fin, des cellules vides de plus que d'entêtes : combien de cellules.
    allongees: dict[int, int] = field(default_factory=dict)
    # La ligne du fichier où sont les entêtes.
    numero_entetes: int = 1

    def add(self, numero: int, cellules: list[str]) -> None:
        """Range une ligne ; une ligne trop longue ou trop courte part en quarantaine avec son numéro."""
        largeur = len(self.entetes)
        if len(cellules) > largeur and any(cellules) and not any(cellules[largeur:]):
            self.allongees[numero] = len(cellules)
            cellules = cellules[:largeur]
        if not any(cellules):
            self.vides.append(numero)
        elif len(cellules) != len(self.entetes):
            self.rejets.append(Rejet(numero, "", "", _motif_largeur(len(cellules), len(self.entetes))))
        else:
            self.lignes.append(cellules)
            self.numeros.append(numero)
            if len(self.lignes) * len(self.entetes) > MAX_CELLULES:
                raise ImportRefuse(
                    f"Le fichier a plus de {format_au_plus(MAX_CELLULES)} cellules : donnez-le en plusieurs "
                    "fichiers à la même commande."
                )

    def finish(self, nom: str) -> Tableau:
        """Retire les lignes vides de la fin ; un fichier sans réponse est refusé."""
        self._reject_allongees()
        derniere = max([0, *self.numeros, *(r.ligne for r in self.rejets)])
        self.vides = [n for n in self.vides if n < derniere]
        if not self.entetes:
            raise ImportRefuse(f"Le fichier « {nom} » est vide.")
        if not self.numeros and not self.rejets:
            raise ImportRefuse(f"Le fichier « {nom} » n'a que ses entêtes : aucune réponse à charger.")
        return self

    def _reject_allongees(self) -> None:
        """Un tableur allonge toutes les lignes ; une seule a pu glisser d’une case, la dernière vide."""
        if len(self.allongees) == len(self.numeros):
            return
        justes = [(n, c) for n, c in zip(self.numeros, self.lignes, strict=True) if n not in self.allongees]
        self.numeros, self.lignes = [n for n, _ in justes], [c for _, c in justes]
        largeur = len(self.entetes)
        self.rejets += [
            Rejet(n, "", "", _motif_largeur(trouve, largeur)) for n, trouve in self.allongees.items()
        ]


def _motif_largeur(trouve: int, attendu: int) -> str:
    ecart = abs(trouve - attendu)
    cause = "en trop" if trouve > attendu else "manquante" if ecart == 1 else "manquantes"
    lues = f"{trouve} {'colonnes' if trouve > 1 else 'colonne'}"
    return (
        f"La ligne a {lues} au lieu de {attendu} : {format_compte(ecart, 'colonne')} {cause}, "
        "les réponses seraient décalées."
    )


def check_nombre_de_lignes(nombre: int) -> None:
    """Aucun questionnaire adressé aux collectivités n'a autant de réponses."""
    if nombre > MAX_LIGNES:
        raise ImportRefuse(
            f"Le fichier a plus de {format_au_plus(MAX_LIGNES)} lignes : ce n'est pas un export de réponses."
        )


def check_entetes(entetes: list[str], nom: str) -> list[str]:
    """Le nombre de colonnes est borné ; un entête est un texte sans espace au bord."""
    if len(entetes) > MAX_COLONNES:
        trouve, limite = format_au_plus(len(entetes)), format_au_plus(MAX_COLONNES)
        raise ImportRefuse(f"« {nom} » a {trouve} colonnes ; la limite est de {limite}.")
    return [e.strip() for e in entetes]


def iter_csv(path: Path, encodage: str) -> Iterator[tuple[int, list[str], str]]:
    """Les lignes du fichier : numéro où elle commence, cellules, défaut qui la rend illisible."""
    csv.field_size_limit(MAX_CARACTERES_CELLULE)
    separateur, total = _detect_separateur(path, encodage), 0
    with path.open("r", encoding=encodage, newline="") as flux:
        for rang, (numero, cellules, defaut) in enumerate(_iter_enregistrements(flux, separateur, path.name)):
            check_nombre_de_lignes(rang)
            total += len(cellules)
            if total > MAX_CELLULES + MAX_COLONNES:
                raise ImportRefuse(
                    f"Le fichier a plus de {format_au_plus(MAX_CELLULES)} cellules : ce n'est pas un export "
                    "de réponses, ou il faut le donner en plusieurs fichiers à la même commande."
                )
            if rang or not cellules or not _is_ligne_sep(cellules):
                yield numero, cellules, defaut


def _is_ligne_sep(cellules: list[str]) -> bool:
    """« sep=; » : la ligne qu'Excel met parfois en tête d'un CSV."""
    return cellules[0].lower().startswith("sep=") and not any(cellules[1:])


def _iter_enregistrements(flux: TextIO, separateur: str, nom: str) -> Iterator[tuple[int, list[str], str]]:
    lecteur = csv.reader(flux, delimiter=separateur, strict=True)
    while True:
        debut = lecteur.line_num + 1
        try:
            cellules = next(lecteur)
        except StopIteration:
            return
        except csv.Error as erreur:
            _check_guillemet(str(erreur), debut, nom)
            yield (
                debut,
                [],
                f"Guillemets mal placés, de la ligne {debut} à la ligne {lecteur.line_num} : illisible.",
            )
        else:
            defaut = ""
            if lecteur.line_num > debut and is_avale(cellules, separateur):
                defaut = (
                    f"Un guillemet ouvert à la ligne {debut} fait un texte des suivantes, jusqu'à la ligne "
                    f"{lecteur.line_num} : ôtez-le, ou refermez-le sur sa ligne."
                )
            yield debut, [] if defaut else list(map(str.strip, cellules)), defaut


def is_avale(cellules: list[str], separateur: str) -> bool:
    """Vrai si une cellule de plusieurs lignes en contient d'autres : coupées, elles ont la même largeur.

    Un texte à lignes peut compter autant de virgules ; il n'a pas un identifiant dans la même colonne.
    """
    for place, cellule in enumerate(cellules):
        premiere, *suivantes = cellule.split("\n")
        if not suivantes:
            continue
        rangees = [[*cellules[:place], *premiere.split(separateur)]]
        rangees += [ligne.split(separateur) for ligne in suivantes]
        rangees[-1] += cellules[place + 1 :]
        entieres = [r for r in rangees if len(r) == len(cellules)]
        identifiants = [{i for i, c in enumerate(r) if _IDENTIFIANT.match(c.strip(' "\r'))} for r in entieres]
        if (
            len(entieres) > 1
            and entieres[0] is rangees[0]
            and any(identifiants[0] & i for i in identifiants[1:])
        ):
            return True
    return False


def _check_guillemet(erreur: str, ligne: int, nom: str) -> None:
    """Un guillemet jamais refermé avalerait les lignes suivantes : le fichier entier est refusé."""
    if "unexpected end" in erreur:
        raise ImportRefuse(f"« {nom} » : un guillemet ouvert à la ligne {ligne} n'est jamais refermé.")
    if "field larger" in erreur:
        raise ImportRefuse(
            f"« {nom} » : une cellule de la ligne {ligne} est démesurée (un guillemet n'est pas refermé ?)."
        )


def _detect_separateur(path: Path, encodage: str) -> str:
    """Le séparateur qui donne à presque toutes les premières lignes la même largeur, titres mis à part."""
    notes = {s: _note_separateur(path, encodage, s) for s in SEPARATEURS}
    return max(SEPARATEURS, key=lambda s: notes[s])


def _note_separateur(path: Path, encodage: str, separateur: str) -> tuple[bool, float, int]:
    with path.open("r", encoding=encodage, newline="") as flux:
        lecteur = csv.reader(flux, delimiter=separateur)
        try:
            lignes = [c for c in islice(lecteur, 30) if c and not _is_ligne_sep(c)]
        except csv.Error:
            return False, 0.0, 0
    largeurs = [len(c) for c in lignes]
    if not largeurs or max(largeurs) < 2:
        return False, 0.0, 0
    # Les entêtes ne sont pas toujours en première ligne : la largeur la plus fréquente fait foi.
    ((largeur, _),) = Counter(w for w in largeurs if w > 1).most_common(1)
    largeur = largeurs[0] if largeurs[0] > 1 else largeur
    justes = sum(len(c) == largeur or (len(c) > largeur and not any(c[largeur:])) for c in lignes)
    return True, justes / len(lignes), largeur
