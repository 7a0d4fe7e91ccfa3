"""Les fonds du catalogue, et les faits publics qui les datent : une source par ligne."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from barometre.catalogue.loader import DONNEES, DOSSIER
from barometre.catalogue.validation import CatalogueError, check_schema, read_yaml

FONDS, REPERES = "fonds.yml", "reperes_programmes.csv"
COLONNES = ("repere_id", "date", "programme", "fait", "valeur", "unite", "source")


@dataclass(frozen=True, slots=True)
class Fonds:
    """Un fonds ; `enveloppe` et `attribue` désignent des repères, `non_publics` ce qui n'est pas public."""

    id: str
    titre: str
    programme: str
    description: str
    enveloppe: str
    attribue: str
    non_publics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repere:
    """Un fait public daté ; `valeur` est vide quand il n'en a pas."""

    id: str
    jour: date
    programme: str
    fait: str
    valeur: float | None
    unite: str
    source: str


@cache
def load_fonds() -> tuple[Fonds, ...]:
    """Les fonds du catalogue."""
    return read_fonds(DOSSIER, {repere.id for repere in load_reperes()})


@cache
def load_reperes() -> tuple[Repere, ...]:
    """Les faits datés, dans l'ordre du temps."""
    return read_reperes(DONNEES / REPERES)


def find_fonds(fonds_id: str) -> Fonds:
    """Le fonds demandé ; `CatalogueError` nomme ceux qui existent."""
    trouve = next((f for f in load_fonds() if f.id == fonds_id), None)
    if trouve is None:
        connus = ", ".join(f.id for f in load_fonds())
        raise CatalogueError([f"Le fonds « {fonds_id} » n'est pas au catalogue ; fonds connus : {connus}."])
    return trouve


def read_fonds(dossier: Path, reperes: set[str]) -> tuple[Fonds, ...]:
    """Les fonds d'un dossier de catalogue, vérifiés ; chacun cite des repères qui existent."""
    contenu: list[dict[str, Any]] = read_yaml(dossier / FONDS, FONDS)
    check_schema(contenu, "fonds", FONDS)
    inconnus = [
        f"{FONDS}, {f['id']} › {cle} : le repère « {f[cle]} » n'est pas dans data/{REPERES}."
        for f in contenu
        for cle in ("enveloppe", "attribue")
        if f[cle] not in reperes
    ]
    if inconnus:
        raise CatalogueError(inconnus)
    return tuple(Fonds(**f | {"non_publics": tuple(f["non_publics"])}) for f in contenu)


def read_reperes(chemin: Path) -> tuple[Repere, ...]:
    """Les repères d'un fichier ; `CatalogueError` dit la ligne illisible, ou sans source."""
    with chemin.open(encoding="utf-8", newline="") as entree:
        lignes = list(csv.DictReader(entree))
    manquent = [c for c in COLONNES if not lignes or c not in lignes[0]]
    if manquent:
        raise CatalogueError(f"data/{REPERES} : la colonne « {c} » manque." for c in manquent)
    return tuple(sorted((_repere(ligne) for ligne in lignes), key=lambda r: (r.jour, r.id)))


def _repere(ligne: dict[str, str]) -> Repere:
    ou = f"data/{REPERES}, {ligne['repere_id']}"
    if not ligne["source"]:
        raise CatalogueError([f"{ou} : un fait sans source ne s'affiche pas."])
    try:
        jour = date.fromisoformat(ligne["date"])
        valeur = float(ligne["valeur"]) if ligne["valeur"] else None
    except ValueError as erreur:
        raise CatalogueError([f"{ou} : la date ou la valeur ne se lit pas."]) from erreur
    return Repere(
        ligne["repere_id"], jour, ligne["programme"], ligne["fait"], valeur, ligne["unite"], ligne["source"]
    )
