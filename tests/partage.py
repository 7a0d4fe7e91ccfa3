"""Ce qui coûte à construire l'est une fois par séance : les processus d'essai (xdist) se le partagent."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock


@dataclass(frozen=True, slots=True)
class Partage:
    """Un dossier que voient tous les processus d'une séance ; chaque chose y est construite par le premier
    qui la demande, les autres attendent. Personne n'y écrit ensuite : un essai qui écrit prend une copie."""

    racine: Path

    def get(self, nom: str, build: Callable[[Path], object]) -> Path:
        """Le dossier de ce nom, fait par `build` s'il n'existe pas encore."""
        lieu = self.racine / nom
        with FileLock(f"{lieu}.verrou"):
            if not lieu.exists():
                # À côté, puis renommé : une construction interrompue ne passe pas pour finie.
                chantier = self.racine / f"{nom}.chantier"
                shutil.rmtree(chantier, ignore_errors=True)
                build(chantier)
                chantier.rename(lieu)
        return lieu

    def copy(self, nom: str, build: Callable[[Path], object], vers: Path) -> str:
        """Une copie à soi ; rend son adresse."""
        return str(shutil.copytree(self.get(nom, build), vers, dirs_exist_ok=True))


def open_partage(fabrique: pytest.TempPathFactory) -> Partage:
    """Le dossier commun : sous xdist, celui qui contient les dossiers de chaque processus."""
    base = fabrique.getbasetemp()
    racine = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "partage"
    racine.mkdir(exist_ok=True)
    return Partage(racine)
