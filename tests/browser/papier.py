"""Ce que porte chaque feuille d'un PDF, de haut en bas, et les titres qui finissent une feuille."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pypdf import PdfReader

# Deux morceaux d'une même ligne n'ont pas toujours la même ligne de base, en points.
INTERLIGNE = 3.0
# Sous un titre, il faut de quoi lire : sa phrase seule (une ligne ou deux) annonce encore ce qui manque.
SUITE = 3
IMAGE = "image"
# Sous cette longueur, une fin de titre se confond avec un mot du texte.
COURT = 8
# Par quoi s'ouvre la légende d'un graphique.
PUCES = ("●", "◆", "Barre:")


@dataclass(frozen=True, slots=True)
class Ligne:
    """Un texte à une hauteur de la feuille, sans espace : le PDF en perd et en ajoute."""

    y: float
    texte: str


def to_lettres(brut: str) -> str:
    """Le texte sans ses espaces ni ses ligatures."""
    return "".join(unicodedata.normalize("NFKC", brut).split())


def read_feuilles(papier: bytes) -> list[list[Ligne]]:
    """Les lignes de chaque feuille, de haut en bas ; une image en vaut assez pour suivre un titre."""
    feuilles = []
    for page in PdfReader(io.BytesIO(papier)).pages:
        morceaux: list[tuple[float, float, str]] = []

        def note(
            texte: str, cm: list[float], tm: list[float], _police: object, _corps: float,
            morceaux: list[tuple[float, float, str]] = morceaux,
        ) -> None:  # fmt: skip
            if lettres := to_lettres(texte):
                x, y = tm[4], tm[5]
                morceaux.append((x * cm[1] + y * cm[3] + cm[5], x * cm[0] + y * cm[2] + cm[4], lettres))

        page.extract_text(visitor_text=note)
        feuilles.append(_group(morceaux) + [Ligne(0.0, IMAGE)] * (SUITE * len(page.images)))
    return feuilles


def _group(morceaux: Iterable[tuple[float, float, str]]) -> list[Ligne]:
    rangs: list[list[tuple[float, float, str]]] = []
    for morceau in sorted(morceaux, key=lambda m: -m[0]):
        if rangs and rangs[-1][0][0] - morceau[0] < INTERLIGNE:
            rangs[-1].append(morceau)
        else:
            rangs.append([morceau])
    return [Ligne(r[0][0], "".join(t for *_, t in sorted(r, key=lambda m: m[1]))) for r in rangs]


def list_titres_seuls(feuilles: Sequence[Sequence[Ligne]], titres: Iterable[str]) -> list[str]:
    """Les titres à moins de `SUITE` lignes du bas de leur feuille, si la suivante continue leur section."""
    lettres = [to_lettres(t) for t in titres]
    fautes = []
    for feuille, suivante in pairwise(feuilles):
        bas = [rang for rang, ligne in enumerate(feuille) if _is_titre(ligne.texte, lettres)]
        if not bas or not suivante or _is_titre(suivante[0].texte, lettres):
            continue
        if len(feuille) - 1 - bas[-1] < SUITE:
            fautes.append(" / ".join(ligne.texte for ligne in feuille[bas[-1] :]))
    return fautes


def list_legendes_seules(feuilles: Sequence[Sequence[Ligne]]) -> list[str]:
    """Les légendes de graphique qui ouvrent une feuille : leur graphique est sur celle d'avant."""
    premieres = (feuille[0].texte for feuille in feuilles[1:] if feuille)
    return [texte for texte in premieres if texte.startswith(PUCES)]


def _is_titre(texte: str, titres: Sequence[str]) -> bool:
    return any(
        texte == t or (len(texte) >= COURT and (t.startswith(texte) or t.endswith(texte))) for t in titres
    )


def is_presque_vide(feuille: Sequence[Ligne]) -> bool:
    """Vrai d'une feuille qui ne porte que deux lignes, ou rien."""
    return len(feuille) < SUITE and not any(ligne.texte == IMAGE for ligne in feuille)
