"""La légende d'une carte, la même pour les trois façons de la dessiner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from barometre.maps.classes import Classes
from barometre.maps.palettes import ABSENT, CONTOUR

Motif = Literal["plein", "hachure", "points", "tirets", "trait"]
DOUTE = "Hachures\u202f: chiffre indicatif (note C), à ne pas citer"
NON_PUBLIE = "Points\u202f: pas de chiffre publié (la raison est dans le tableau)"


@dataclass(frozen=True, slots=True)
class Entree:
    """Une ligne de la légende ; `rang` est la classe qu'elle décrit (-1 : sans valeur)."""

    couleur: str
    libelle: str
    motif: Motif = "plein"
    rang: int = -1


# La couche des OPSN, posée par-dessus n'importe quelle carte.
COUCHE_OPSN = (
    Entree(CONTOUR, "Tirets\u202f: dans le périmètre d’un OPSN connu", "tirets"),
    Entree(CONTOUR, "Trait épais\u202f: dans celui de plusieurs", "trait"),
)


@dataclass(frozen=True, slots=True)
class Legende:
    """Les lignes de la légende, et une phrase sur la façon de classer."""

    titre: str
    entrees: tuple[Entree, ...]
    note: str = ""

    @property
    def couleurs(self) -> tuple[str, ...]:
        """La couleur de chaque classe, dans l'ordre des rangs."""
        return tuple(e.couleur for e in sorted(self.entrees, key=lambda e: e.rang) if e.rang >= 0)


A_PART = " Les valeurs à part sont dans la classe ouverte\u202f: elles n’étirent pas les autres."
_METHODES = {
    "egales": "Classes d’égale étendue, les mêmes pour toutes les vagues\u202f; la borne basse est comprise."
    "{part}",
    "quantiles": "Classes d’effectifs proches, les mêmes pour toutes les vagues\u202f; la borne basse est "
    "comprise.",
    "ecart": "Écart à la valeur de la France entière, mêmes classes pour toutes les vagues.",
}


def build_legende(
    titre: str, classes: Classes, *, doute: bool, absents: bool, couche: bool = False
) -> Legende:
    """La légende de classes de valeurs ; hachures et points n'y sont que s'ils sont sur la carte."""
    entrees = [
        Entree(couleur, libelle, rang=rang)
        for rang, (couleur, libelle) in enumerate(zip(classes.couleurs, classes.list_libelles(), strict=True))
    ]
    dessus = COUCHE_OPSN if couche else ()
    note = _describe_methode(classes) if entrees else ""
    return Legende(titre, (*entrees, *_list_doutes(doute, absents), *dessus), note)


def _describe_methode(classes: Classes) -> str:
    ouverte = classes.ouverte_bas or classes.ouverte_haut
    return _METHODES[classes.methode].format(part=A_PART if ouverte else "")


def build_legende_categories(
    titre: str, categories: tuple[tuple[str, str], ...], *, absent: str = "", doute: bool = False
) -> Legende:
    """La légende de catégories (libellé, couleur) ; `absent` nomme ce qui n'est pas connu."""
    entrees = [Entree(couleur, libelle, rang=rang) for rang, (libelle, couleur) in enumerate(categories)]
    inconnus = [Entree(ABSENT, absent, "points")] if absent else []
    return Legende(titre, (*entrees, *_list_doutes(doute, False), *inconnus))


def _list_doutes(doute: bool, absents: bool) -> list[Entree]:
    entrees = []
    if doute:
        entrees.append(Entree("#9aa4ae", DOUTE, "hachure"))
    if absents:
        entrees.append(Entree(ABSENT, NON_PUBLIE, "points"))
    return entrees
