"""Un catalogue à abîmer : une copie du vrai, que chaque test casse à un endroit."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from barometre.catalogue import DONNEES, DOSSIER, Catalogue, CatalogueError, build_catalogue


@dataclass(frozen=True)
class CatalogueAbime:
    """Une copie du catalogue et des chiffres, dans un dossier provisoire."""

    dossier: Path
    donnees: Path

    def build(self) -> Catalogue:
        return build_catalogue(self.dossier, self.donnees)

    def replace(self, nom: str, avant: str, apres: str) -> None:
        """Remplace la première occurrence d'un texte, qui doit exister."""
        chemin = self.chemin(nom)
        contenu = chemin.read_text("utf-8")
        assert avant in contenu, f"{avant!r} n'est pas dans {nom}"
        chemin.write_text(contenu.replace(avant, apres, 1), "utf-8")

    def write(self, nom: str, contenu: str) -> None:
        self.chemin(nom).parent.mkdir(parents=True, exist_ok=True)
        self.chemin(nom).write_text(contenu, "utf-8")

    def chemin(self, nom: str) -> Path:
        return self.donnees / nom if nom.endswith(".csv") else self.dossier / nom

    def refus(self) -> str:
        """Le message avec lequel le chargement refuse cette copie."""
        with pytest.raises(CatalogueError) as capture:
            self.build()
        return str(capture.value)


@pytest.fixture
def abime(tmp_path: Path) -> CatalogueAbime:
    """Une copie fraîche du catalogue."""
    copie = CatalogueAbime(tmp_path / "catalogue", tmp_path / "data")
    shutil.copytree(DOSSIER, copie.dossier, ignore=shutil.ignore_patterns("*.py", "__pycache__", "schema"))
    copie.donnees.mkdir()
    for chiffres in DONNEES.glob("chiffres_*.csv"):
        shutil.copy(chiffres, copie.donnees)
    return copie
