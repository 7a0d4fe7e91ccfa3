"""Un nombre que l'on peut ne pas savoir, et ses bornes : aucun des deux outils n'a de question pour cela.

On écrit alors un texte court dont la forme est vérifiée ; la lecture reconnaît cette forme-là.
"""

from __future__ import annotations

import re

# Ce qu'accepte la case : un nombre, ou le code de « Je ne sais pas ».
_FORME = r"^(-?[0-9]+([.,][0-9]+)?|{nsp})$"
_LUE = re.compile(r"\^\(-\?\[0-9\]\+\(\[\.,\]\[0-9\]\+\)\?\|(\w+)\)\$")
_MINIMUM = re.compile(r"(?:>=|\bge\b)\s*(-?[0-9]+(?:\.[0-9]+)?)")
_MAXIMUM = re.compile(r"(?:<=|\ble\b)\s*(-?[0-9]+(?:\.[0-9]+)?)")


def write_forme(code_nsp: str) -> str:
    """L'expression régulière de la case."""
    return _FORME.replace("{nsp}", code_nsp)


def read_nsp(forme: str) -> str:
    """Le code de « Je ne sais pas » d'une case ainsi vérifiée ; vide si ce n'en est pas une."""
    trouve = _LUE.search(forme)
    return trouve[1] if trouve else ""


def write_bornes(
    nom: str, minimum: float | None, maximum: float | None, signes: tuple[str, str] = (">=", "<=")
) -> str:
    """« Q12 >= 0 and Q12 <= 20000 » ; vide sans borne."""
    bornes = zip(signes, (minimum, maximum), strict=True)
    return " and ".join(f"{nom} {signe} {write_nombre(b)}" for signe, b in bornes if b is not None)


def write_nombre(valeur: float) -> str:
    """Sans décimale inutile, sans exposant."""
    return str(int(valeur)) if valeur == int(valeur) else repr(float(valeur))


def read_bornes(expression: str) -> tuple[float | None, float | None]:
    """Les bornes d'une expression ; `None` là où elle n'en donne pas."""
    bas, haut = _MINIMUM.search(expression), _MAXIMUM.search(expression)
    return (read_nombre(bas[1]) if bas else None), (read_nombre(haut[1]) if haut else None)


def read_nombre(texte: str) -> float | None:
    """Un entier reste un entier ; un texte vide ou une expression n'est pas une borne."""
    try:
        valeur = float(texte)
    except ValueError:
        return None
    return int(valeur) if valeur.is_integer() else valeur
