"""Les règles d'alerte : un nom, un seuil, ce qu'il faut prouver, quoi faire."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from barometre.catalogue.loader import DOSSIER
from barometre.catalogue.validation import CatalogueError, check_schema, read_yaml

FICHIER = "alertes.yml"


@dataclass(frozen=True, slots=True)
class RegleAlerte:
    """Une règle ; `seuil` est dans l'unité dite, `fausses_alertes` le taux vérifié par les tests."""

    id: str
    titre: str
    seuil: float
    unite: str
    preuve: str
    action: str
    page: str
    fausses_alertes: float
    # La vue de cette page où se lit le fait (clé `vue` de l'adresse).
    vue: str = ""


@cache
def load_regles_alertes() -> dict[str, RegleAlerte]:
    """Les règles du catalogue, par identifiant."""
    return read_regles_alertes(DOSSIER / FICHIER)


def read_regles_alertes(chemin: Path) -> dict[str, RegleAlerte]:
    """Les règles d'un fichier, vérifiées ; `CatalogueError` si l'une est fausse ou en double."""
    contenu: list[dict[str, Any]] = read_yaml(chemin, FICHIER)
    check_schema(contenu, "alertes", FICHIER)
    regles = {ligne["id"]: RegleAlerte(**ligne) for ligne in contenu}
    if len(regles) != len(contenu):
        raise CatalogueError([f"{FICHIER} : un identifiant est en double."])
    return regles
