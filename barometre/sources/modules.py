"""Le module de chaque source qui donne des lignes ; les contours se lisent dans `contours`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Protocol

from barometre.sources.catalogue import SourceExterieure
from barometre.sources.contexte import Contexte
from barometre.sources.lecture import Brut
from barometre.sources.resultat import Resultat


class ModuleSource(Protocol):
    """Ce qu'un module de source sait faire."""

    COLONNES: tuple[str, ...]

    def read(self, chemin: Path) -> Brut:
        """Le fichier, sous ses propres noms."""

    def rows(self, brut: Brut, contexte: Contexte) -> Resultat:
        """Les lignes pures."""


def get_module(source: SourceExterieure) -> ModuleSource:
    """Le module qui porte l'identifiant de la source ; chargé à la demande, pour tomber seul."""
    module: ModuleSource = import_module(f"barometre.sources.etat.{source.id}")
    return module
