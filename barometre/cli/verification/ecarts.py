"""Deux contenus l'un contre l'autre : la première case qui n'est plus la même."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from barometre.cli.verification.contenu import ENTETE, Contenu, Grille

# « 01 » est un code : devenu 1 dans un tableur, il a changé.
NOMBRE = re.compile(r"-?(?:0|[1-9]\d*)(?:[.,]\d+)?(?:[eE][+-]?\d+)?")
VRAIS, FAUX = frozenset({"true", "vrai"}), frozenset({"false", "faux"})
MOTS_MONTRES = 60


@dataclass(frozen=True, slots=True)
class Ecart:
    """Une case : sa feuille, sa ligne (les titres sont la première), sa colonne, les deux textes."""

    feuille: str
    ligne: int
    colonne: str
    attendu: str
    lu: str

    @property
    def phrase(self) -> str:
        """Où, ce qui s'y lit, ce qui s'y lirait."""
        ou = ", ".join(
            filter(None, (self.feuille, f"ligne {self.ligne}", self.colonne and f"colonne {self.colonne}"))
        )
        return f"{ou} : « {_shorten(self.lu)} » au lieu de « {_shorten(self.attendu)} »"


def find_ecart(attendu: Contenu, lu: Contenu) -> Ecart | None:
    """La première case qui diffère, les données d'abord ; None si tout se retrouve.

    Un en-tête ôté n'est pas un écart (un CSV collé ailleurs n'en a plus) ; changé, il en est un.
    """
    for feuille in sorted(attendu, key=lambda nom: nom == ENTETE):
        if feuille not in lu:
            if feuille == ENTETE:
                continue
            return Ecart(feuille, 1, "", "une feuille", "absente")
        if ecart := _find(feuille, attendu[feuille], lu[feuille]):
            return ecart
    ajoutee = next((feuille for feuille in lu if feuille not in attendu), "")
    return Ecart(ajoutee, 1, "", "rien", "une feuille de plus") if ajoutee else None


def count_cases(contenu: Contenu) -> int:
    """Combien de cases se comparent."""
    return sum(len(ligne) for grille in contenu.values() for ligne in grille)


def has_memes_lignes(attendu: Contenu, lu: Contenu) -> bool:
    """Vrai si les mêmes lignes sont là, dans un autre ordre, sous les mêmes titres et le même en-tête."""
    return all(
        (feuille == ENTETE and feuille not in lu) or _is_melangee(grille, lu.get(feuille, []))
        for feuille, grille in attendu.items()
    )


def _is_melangee(grille: Grille, lue: Grille) -> bool:
    bonnes, autres = [_normalise(ligne) for ligne in grille], [_normalise(ligne) for ligne in lue]
    return bonnes[:1] == autres[:1] and sorted(bonnes) == sorted(autres)


def has_memes_titres(attendu: Contenu, lu: Contenu) -> bool:
    """Vrai si ces deux contenus ont les mêmes feuilles, sous les mêmes titres."""
    return all(nom == ENTETE or grille[:1] == lu.get(nom, [])[:1] for nom, grille in attendu.items())


def count_communes(attendu: Contenu, lu: Contenu) -> int:
    """Combien de lignes se retrouvent : de plusieurs fichiers, le plus proche en a le plus."""
    return sum(
        len(
            {tuple(_normalise(ligne)) for ligne in grille}
            & {tuple(_normalise(ligne)) for ligne in lu.get(f, [])}
        )
        for f, grille in attendu.items()
    )


def _find(feuille: str, attendue: Grille, lue: Grille) -> Ecart | None:
    titres = attendue[0] if attendue else []
    for rang, (bonne, autre) in enumerate(zip_longest(attendue, lue, fillvalue=None), 1):
        if bonne is None or autre is None:
            manque = ("", "une ligne de plus") if bonne is None else ("une ligne", "absente")
            return Ecart(feuille, rang, "", *manque)
        for colonne, (case, dite) in enumerate(_pair(bonne, autre)):
            if not is_meme(case, dite):
                nom = titres[colonne] if rang > 1 and colonne < len(titres) else f"{colonne + 1}"
                return Ecart(feuille, rang, nom if len(titres) > 1 else "", case, dite)
    return None


def _pair(bonne: list[str], autre: list[str]) -> Iterator[tuple[str, str]]:
    """Un tableur ne garde pas les cases vides de la fin d'une ligne."""
    yield from zip_longest(bonne, autre, fillvalue="")


def is_meme(attendu: str, lu: str) -> bool:
    """Vrai si deux cases disent la même chose, quel que soit le séparateur décimal ou le mot de « vrai »."""
    return _simplify(attendu) == _simplify(lu)


def _normalise(ligne: list[str]) -> list[str]:
    gardees = [str(_simplify(case)) for case in ligne]
    while gardees and not gardees[-1]:
        gardees.pop()
    return gardees


def _simplify(case: str) -> str | float:
    texte = " ".join(case.split())
    if NOMBRE.fullmatch(texte):
        nombre = float(texte.replace(",", "."))
        # Quinze chiffres : ce que tout tableur garde d'un nombre.
        return float(f"{nombre:.15g}") if math.isfinite(nombre) else texte
    bas = texte.lower()
    return "true" if bas in VRAIS else "false" if bas in FAUX else texte


def _shorten(texte: str) -> str:
    return texte if len(texte) <= MOTS_MONTRES else f"{texte[:MOTS_MONTRES]}…"
