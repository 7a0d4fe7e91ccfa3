"""Comment une colonne s'écrit dans un classeur : nature, décimales, largeur, marque quand elle est vide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from barometre.domain.secret import SEUIL, SEUIL_CYBER
from barometre.exports.cellules import is_texte

Nature = Literal["texte", "entier", "decimal", "booleen"]
# Les marques de l'administration britannique (« Using symbols in tables », 2021), reprises par Eurostat.
MARQUE = "marque"
LEGENDE_MARQUES = (
    ("[c]", "Confidentiel : le secret statistique s'applique, la valeur n'est pas publiée."),
    ("[u]", "Indicatif : la valeur est donnée pour réfléchir, elle ne se cite pas."),
    (
        "[x]",
        f"Indisponible : moins de {SEUIL} réponses ({SEUIL_CYBER} en cybersécurité), ou question non posée à "
        "ces collectivités.",
    ),
)
SANS_VALEUR = ("[c]", "[x]")
_ECHANTILLON = 2_000  # lignes mesurées pour la largeur : au-delà, elle ne change plus
_MINIMUM, _MAXIMUM, _DECIMALES = 8, 60, 3


@dataclass(frozen=True, slots=True)
class Colonne:
    """Une colonne de tableau ; `decimales` n'a de sens que pour un nombre, `largeur` est en caractères."""

    nom: str
    nature: Nature
    decimales: int
    largeur: int


def list_colonnes(table: pd.DataFrame) -> list[Colonne]:
    """Une description par colonne, dans l'ordre."""
    return [_describe(str(nom), table.iloc[:, rang]) for rang, nom in enumerate(table.columns)]


def list_cases(valeurs: pd.Series, write: Callable[[Any], str], *, absents: Any = "") -> list[str]:
    """Une case par ligne, dans l'écriture du format : une valeur qui se répète n'est écrite qu'une fois.

    `absents` : ce qu'une valeur absente devient, le même texte partout ou un par ligne.
    """
    rangs, distinctes = pd.factorize(valeurs)
    ecrites = np.array([*map(write, distinctes.tolist()), ""], dtype=object)
    cases: list[str] = np.where(rangs < 0, absents, ecrites[rangs]).tolist()
    return cases


def read_marques(table: pd.DataFrame) -> pd.Series:
    """Ce qui remplace, ligne par ligne, un nombre absent : `[c]`, `[x]` ou rien."""
    if MARQUE not in table:
        return pd.Series("", index=table.index, dtype="str")
    marques = table[MARQUE].astype("str")
    return marques.where(marques.isin(SANS_VALEUR), "")


def to_nombres(valeurs: pd.Series) -> pd.Series:
    """Les nombres d'une colonne ; absent ou infini, qu'aucun classeur ne sait écrire, devient NaN."""
    nombres = valeurs.to_numpy(dtype="float64", na_value=np.nan)
    return pd.Series(np.where(np.isfinite(nombres), nombres, np.nan))


def to_textes(valeurs: pd.Series, nature: Nature) -> pd.Series:
    """Les textes d'une colonne ; vrai et faux s'y disent « oui » et « non »."""
    return valeurs.map({True: "oui", False: "non"}) if nature == "booleen" else valeurs.astype("str")


def _describe(nom: str, valeurs: pd.Series) -> Colonne:
    nature = _get_nature(valeurs)
    return Colonne(
        nom, nature, _count_decimales(valeurs) if nature == "decimal" else 0, _measure(nom, valeurs)
    )


def _get_nature(valeurs: pd.Series) -> Nature:
    if pd.api.types.is_bool_dtype(valeurs):
        return "booleen"
    if pd.api.types.is_integer_dtype(valeurs):
        return "entier"
    return "texte" if is_texte(valeurs) or not pd.api.types.is_numeric_dtype(valeurs) else "decimal"


def _count_decimales(valeurs: pd.Series) -> int:
    """Le plus petit nombre de décimales qui écrit toutes les valeurs, jusqu'à trois."""
    nombres = valeurs.to_numpy(dtype="float64", na_value=np.nan)
    nombres = nombres[np.isfinite(nombres)]
    justes = (n for n in range(_DECIMALES) if np.allclose(nombres, np.round(nombres, n), rtol=0, atol=1e-9))
    return next(justes, _DECIMALES)


def _measure(nom: str, valeurs: pd.Series) -> int:
    textes = valeurs.iloc[:_ECHANTILLON].astype("str").str.len()
    # Une colonne toute vide n'a pas de longueur.
    plus_long = int(textes.fillna(0).max()) if len(textes) else 0
    return min(max(plus_long, len(nom) + 3, _MINIMUM), _MAXIMUM)
