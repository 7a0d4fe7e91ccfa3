"""Aucun texte venu des données ne devient une formule chez qui ouvre le fichier, ni ne casse ce fichier."""

from __future__ import annotations

import re

import pandas as pd

# Les formes pleine chasse (＝) et les petites (﹦) valent les autres pour un tableur réglé en
# japonais ou en chinois ; des tableurs ôtent à l'ouverture ce qui ne se voit pas devant elles.
_INVISIBLES = r"[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*"
DANGEREUX = re.compile(_INVISIBLES + r"[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]|[\t\r\n]")
# Interdits par XML 1.0 (§2.2) : un seul rend un classeur illisible. Tabulation et retours à la ligne restent.
INTERDITS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def strip_controles(texte: str) -> str:
    """Sans les caractères de contrôle qu'aucun fichier ne peut porter."""
    return INTERDITS.sub("", texte)


def escape_formule(texte: str) -> str:
    """Nettoyé, et précédé d'une apostrophe si un tableur l'exécuterait."""
    propre = strip_controles(texte)
    return f"'{propre}" if DANGEREUX.match(propre) else propre


def is_texte(colonne: pd.Series) -> bool:
    """Ni nombre, ni date."""
    return not (pd.api.types.is_numeric_dtype(colonne) or pd.api.types.is_datetime64_any_dtype(colonne))
