"""Les objectifs du comité de coordination : un indicateur, un champ, une cible, une date, qui décide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from barometre.catalogue.loader import DONNEES, load_catalogue
from barometre.catalogue.model import Catalogue
from barometre.catalogue.validation import CatalogueError, check_schema, read_yaml

FICHIER = "objectifs.yml"


@dataclass(frozen=True, slots=True)
class Objectif:
    """Une cible datée ; `cible` va de 0 à 1, `depart` est la vague d'où part le chemin."""

    id: str
    indicateur: str
    type: str
    territoire: str
    sens: Literal["au_moins", "au_plus"]
    cible: float
    depart: str
    echeance: date
    decide_par: str
    source: str
    exemple: bool


@cache
def load_objectifs() -> tuple[Objectif, ...]:
    """Les objectifs embarqués."""
    return read_objectifs(DONNEES / FICHIER, load_catalogue())


def read_objectifs(chemin: Path, catalogue: Catalogue) -> tuple[Objectif, ...]:
    """Les objectifs d'un fichier ; `CatalogueError` dit chaque indicateur ou vague qui n'existe pas."""
    contenu: list[dict[str, Any]] = read_yaml(chemin, f"data/{FICHIER}")
    check_schema(contenu, "objectifs", f"data/{FICHIER}")
    fautes = [faute for ligne in contenu for faute in _list_faults(ligne, catalogue)]
    if fautes:
        raise CatalogueError(fautes)
    return tuple(Objectif(**ligne) for ligne in contenu)


def _list_faults(ligne: dict[str, Any], catalogue: Catalogue) -> list[str]:
    ou = f"data/{FICHIER}, {ligne['id']}"
    indicateur = catalogue.indicateurs.get(ligne["indicateur"])
    if indicateur is None:
        return [f"{ou} › indicateur : « {ligne['indicateur']} » n'est pas au catalogue."]
    if not indicateur.est_part:
        return [
            f"{ou} › indicateur : « {ligne['indicateur']} » n'est pas une part, on ne sait pas le tester."
        ]
    vagues = [v.id for v in catalogue.vagues if indicateur.theme_id in v.questionnaires]
    if ligne["depart"] not in vagues:
        return [
            f"{ou} › depart : « {ligne['depart']} » n'a pas posé ce thème (vagues : {', '.join(vagues)})."
        ]
    return []
