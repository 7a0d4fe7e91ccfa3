"""Les actions publiques : les programmes de l'État, et les projets que l'on connaît un par un."""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from barometre.catalogue.loader import DONNEES, DOSSIER
from barometre.catalogue.validation import CatalogueError, check_schema, read_yaml

PROGRAMMES, ACTIONS = "programmes.yml", "actions_publiques.csv"
COLONNES = (
    "action_id", "programme", "beneficiaire", "collectivite_id", "territoire", "projet", "objet",
    "montant_euros", "administration", "resultat", "etape_suivante", "axe", "date_source", "source",
    "source_url",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Programme:
    """Un programme dont les communes bénéficiaires sont connues par un indicateur mesuré."""

    id: str
    titre: str
    description: str
    mesure: str
    beneficiaires: str
    url: str


@dataclass(frozen=True, slots=True)
class ActionPublique:
    """Un projet soutenu, tel que rendu public ; un champ vide est inconnu, jamais déduit."""

    id: str
    programme: str
    beneficiaire: str
    # La collectivité, quand le bénéficiaire en est une : un OPSN n'en est pas une.
    collectivite_id: str
    # Où le projet a lieu : celui d'un OPSN est dans son département ou sa région.
    territoire: str
    projet: str
    objet: str
    montant: float | None
    # L'administration de l'État qui accompagne le projet.
    administration: str
    resultat: str
    etape_suivante: str
    axe: str
    date_source: str
    source: str
    # Un bilan du programme, quand le projet n'a pas d'adresse à lui.
    source_url: str


@cache
def load_programmes() -> tuple[Programme, ...]:
    """Les programmes du catalogue."""
    return read_programmes(DOSSIER)


@cache
def load_actions_publiques() -> tuple[ActionPublique, ...]:
    """Les projets connus un par un."""
    return read_actions_publiques(DONNEES / ACTIONS)


def read_programmes(dossier: Path) -> tuple[Programme, ...]:
    """Les programmes d'un dossier de catalogue, vérifiés."""
    contenu = read_yaml(dossier / PROGRAMMES, PROGRAMMES)
    check_schema(contenu, "programmes", PROGRAMMES)
    _check_uniques(PROGRAMMES, [p["id"] for p in contenu])
    return tuple(Programme(**p) for p in contenu)


def read_actions_publiques(chemin: Path) -> tuple[ActionPublique, ...]:
    """Les projets d'un fichier ; une colonne absente ou un montant illisible est refusé."""
    try:
        with chemin.open(encoding="utf-8", newline="") as entree:
            lignes = list(csv.DictReader(entree))
    except FileNotFoundError as erreur:
        raise CatalogueError([f"data/{ACTIONS} : le fichier n'existe pas."]) from erreur
    manquent = [c for c in COLONNES if lignes and c not in lignes[0]]
    if manquent:
        raise CatalogueError(f"data/{ACTIONS} : la colonne « {c} » manque." for c in manquent)
    _check_uniques(f"data/{ACTIONS}", [ligne["action_id"] for ligne in lignes])
    return tuple(_action(ligne) for ligne in lignes)


def _action(ligne: dict[str, str]) -> ActionPublique:
    textes = {c: ligne[c] for c in COLONNES if c not in ("action_id", "montant_euros")}
    return ActionPublique(id=ligne["action_id"], montant=_montant(ligne), **textes)


def _montant(ligne: dict[str, str]) -> float | None:
    if not ligne["montant_euros"]:
        return None
    try:
        return float(ligne["montant_euros"])
    except ValueError as erreur:
        phrase = f"data/{ACTIONS}, {ligne['action_id']} › montant_euros : ce n'est pas un nombre."
        raise CatalogueError([phrase]) from erreur


def _check_uniques(nom: str, ids: Collection[str]) -> None:
    doubles = sorted({i for i in ids if list(ids).count(i) > 1})
    if doubles:
        raise CatalogueError(f"{nom} : l'identifiant « {i} » est en double." for i in doubles)
