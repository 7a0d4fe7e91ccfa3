"""Un tableau : des colonnes du dictionnaire, et leurs vrais types ; les mots viennent à l'affichage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from barometre.domain.colonnes import Nature, get_colonne

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
    return None if part is None else round(100 * part, decimales)
