"""Un tableau : des colonnes du dictionnaire, et leurs vrais types ; les mots viennent à l'affichage."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from numbers import Real

import pandas as pd

from barometre.domain.colonnes import Colonne, Nature, get_colonne
from barometre.domain.formats import (
    FINE,
    format_date,
    format_nombre,
    format_points,
    is_absent,
    round_nombre,
    to_pourcents,
)

_CLE = re.compile(r"[a-z0-9_]+")
# Une date ou une année, gardée telle que publiée dans le fichier : « 2024-08-01 » se lit « 1er août 2024 ».
_DATES = frozenset({"periode"})
_TYPES: dict[Nature, str] = {
    "entier": "Int64",
    "nombre": "float64",
    "pourcent": "float64",
    "points": "float64",
    "booleen": "boolean",
}


def build_tableau(lignes: Iterable[Sequence[object]], colonnes: Sequence[str]) -> pd.DataFrame:
    """Une ligne par suite de valeurs, dans l'ordre de `colonnes`.

    `ColonneInconnue` pour un nom qui n'est pas au dictionnaire ; un nombre écrit en texte est refusé.
    """
    types = {nom: _TYPES[nature] for nom in colonnes if (nature := get_colonne(nom).nature) in _TYPES}
    return pd.DataFrame(list(lignes), columns=list(colonnes)).astype(types)


def to_pourcent(part: float | None, decimales: int = 0) -> float | None:
    """0.2349 → 23.0 : la valeur telle qu'elle se lit, en nombre. Sert aussi aux écarts, en points."""
    return None if is_absent(part) else float(round_nombre(to_pourcents(part), decimales))


def describe_colonne(nom: str) -> Colonne:
    """La colonne du dictionnaire ; `ColonneInconnue` pour une clé mal écrite.

    Un nom propre (une collectivité en tête de colonne) n'est pas une clé : il se lit tel quel.
    """
    return get_colonne(nom) if _CLE.fullmatch(nom) else Colonne(nom, nom, "texte", "")


def format_case(valeur: object, colonne: Colonne) -> str:
    """Le dernier pas d'une valeur : ici, et pas avant, elle devient du texte ; vide si elle manque."""
    if valeur is None or valeur is pd.NA or is_absent(valeur):
        return ""
    if isinstance(valeur, date) or (valeur and colonne.nom in _DATES):
        return format_date(valeur if isinstance(valeur, date) else str(valeur))
    if colonne.nature == "booleen":
        valeur = "oui" if valeur else "non"
    # Real et non (int, float) : les entiers de numpy ne sont pas des int.
    if not isinstance(valeur, Real):
        return str(valeur)
    nombre = float(valeur)
    if colonne.nature == "points":
        return format_points(nombre / 100, colonne.decimales)
    if colonne.nature == "nombre":
        # Une part entière et une moyenne se suivent dans la même colonne : chacune garde ses décimales.
        return format_nombre(nombre, max(colonne.decimales, _count_decimales(nombre)))
    return format_nombre(nombre, colonne.decimales) + (f"{FINE}%" if colonne.nature == "pourcent" else "")


def _count_decimales(nombre: float) -> int:
    """Celles qu'il faut pour l'écrire, jusqu'à deux."""
    return next((d for d in range(2) if round(nombre, d) == nombre), 2)


def format_tableau(table: pd.DataFrame) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Les titres et les lignes d'un tableau, en mots ; un nombre absent se dit comme le veut sa colonne."""
    fiches = [describe_colonne(str(nom)) for nom in table.columns]
    nombres = [pd.api.types.is_numeric_dtype(table[nom]) for nom in table.columns]
    lignes = tuple(
        tuple(
            format_case(valeur, fiche) or (fiche.absent if nombre else "")
            for valeur, fiche, nombre in zip(rang, fiches, nombres, strict=True)
        )
        for rang in table.itertuples(index=False, name=None)
    )
    return tuple(fiche.titre for fiche in fiches), lignes
