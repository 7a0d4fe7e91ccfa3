"""Le dictionnaire des colonnes : ce qu'un nom de colonne veut dire, partout où il paraît.

Les tableaux des pages, les fichiers, leurs descriptions pour machines et l'API y lisent titre, nature et
définition ; un nom mal écrit échoue au lieu de rendre une colonne vide.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

Nature = Literal["texte", "entier", "nombre", "pourcent", "points", "booleen", "date"]
DICTIONNAIRE = Path(__file__).with_suffix(".toml")


class ColonneInconnue(KeyError):
    """Ce nom n'est pas dans le dictionnaire."""

    def __str__(self) -> str:
        return f"La colonne « {self.args[0]} » n'est pas dans {DICTIONNAIRE.name}."


@dataclass(frozen=True, slots=True)
class Colonne:
    """Une colonne ; `decimales` : celles qui se lisent, un fichier garde tout le nombre."""

    nom: str
    titre: str
    nature: Nature
    definition: str
    decimales: int = 0
    # Ce qui se lit quand la valeur manque ; rien n'est jamais écrit zéro.
    absent: str = "non publié"


@cache
def load_colonnes() -> Mapping[str, Colonne]:
    """Toutes les colonnes, par nom."""
    lues = tomllib.loads(DICTIONNAIRE.read_text(encoding="utf-8"))
    return MappingProxyType({nom: Colonne(nom, **fiche) for nom, fiche in lues.items()})


def get_colonne(nom: str) -> Colonne:
    """La colonne de ce nom ; `ColonneInconnue` sinon."""
    try:
        return load_colonnes()[nom]
    except KeyError:
        raise ColonneInconnue(nom) from None
