"""Deux libellés qu'un lecteur tient pour le même texte ont la même clé."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

_BALISES = re.compile(r"<[^<>]{0,500}>")
_SIGNES = re.compile(r"[\W_]+")
_ESPACES = re.compile(r"\s+")
_TYPOGRAPHIE = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "´": "'", "–": "-", "—": "-", "œ": "oe", "Œ": "oe"}
)
_BORDS = ' \t:;?!.*…"«»'


class _SansAccents(dict[int, int | None]):
    """La table de `str.translate` : chaque caractère est interrogé une fois, les accents partent.

    U+FE0F aussi, qui dit seulement de dessiner « ✔ » en couleur.
    """

    def __missing__(self, caractere: int) -> int | None:
        retire = unicodedata.combining(chr(caractere)) or caractere == 0xFE0F
        self[caractere] = None if retire else caractere
        return self[caractere]


_ACCENTS = _SansAccents()


@lru_cache(maxsize=50_000)
def clean_label(texte: str) -> str:
    """Sans accent, sans casse, apostrophes et espaces unifiées, ponctuation finale retirée."""
    # Un intitulé recopié d'une page : « <p>Votre site&nbsp;?</p> ».
    texte = html.unescape(texte) if "&" in texte else texte
    texte = _BALISES.sub(" ", texte) if "<" in texte else texte
    texte = texte.translate(_TYPOGRAPHIE)
    if not texte.isascii():
        texte = unicodedata.normalize("NFKD", texte).translate(_ACCENTS)
    return _ESPACES.sub(" ", texte.casefold()).strip(_BORDS)


# Un texte plus court se confondrait avec un code.
_MIN_SERRE = 6


@lru_cache(maxsize=50_000)
def compact_label(texte: str) -> str:
    """Les seules lettres et chiffres, après « = » : « Non mais c’est prevu » ; rien d'un texte court."""
    serre = _SIGNES.sub("", clean_label(texte))
    return f"={serre}" if len(serre) >= _MIN_SERRE else ""


def compact_heading(texte: str, sous: str = "") -> str:
    """La clé serrée d'un entête, « Question [Option] » ; rien si l'une de ses parties est trop courte."""
    question, option = compact_label(texte), compact_label(sous)
    if not sous or not question:
        return question
    return f"{question}[{option}]" if option else ""


def heading_key(texte: str) -> str:
    """Clé d'un entête : « Question [Option] » garde ses deux parties, nettoyées chacune."""
    texte = texte.strip()
    if texte.endswith("]") and "[" in texte:
        question, _, option = texte[:-1].rpartition("[")
        # Une option peut elle-même contenir des crochets : on coupe alors au premier.
        if option.count("]"):
            question, _, option = texte[:-1].partition("[")
        return f"{clean_label(question)}[{clean_label(option)}]"
    return clean_label(texte)
