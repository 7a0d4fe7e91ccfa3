"""construire : une version neuve de l'entrepôt, mise en service."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from barometre.cli.analyse import add_json
from barometre.cli.qualite import list_qualite, print_qualite
from barometre.cli.sortie import Barre, print_json
from barometre.domain.formats import format_compte
from barometre.pipeline.construire import construire
from barometre.pipeline.rejeu import Rejoue
from barometre.warehouse.compatibilite import is_lisible
from barometre.warehouse.versions import open_entrepot


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "construit une version neuve de l'entrepôt et la met en service"
    analyseur = commandes.add_parser("construire", help=aide, description=aide)
    analyseur.add_argument("--sans-demo", action="store_true", help="sans les réponses simulées")
    analyseur.add_argument(
        "--depuis", metavar="DOSSIER", type=Path, help="dossier des fichiers embarqués (data/)"
    )
    analyseur.add_argument(
        "--si-absent", action="store_true", help="ne fait rien si une version est en service"
    )
    add_json(analyseur)
    analyseur.set_defaults(execute=execute)


def execute(demande: argparse.Namespace) -> None:
    """Construit, ou dit qu'il n'y a rien à faire."""
    active = _get_lisible() if demande.si_absent else None
    if active:
        _print(
            demande.json,
            {"version": active, "construite": False},
            f"La version {active} est déjà en service.",
        )
        return
    with Barre(muette=demande.json) as barre:
        faite = construire(demande.depuis, demo=not demande.sans_demo, progress=barre)
    phrase = (
        f"Version {faite.version_id} en service : {faite.lignes.get('dim_collectivite', 0)} collectivités et "
        f"territoires, {faite.lignes.get('participation', 0)} questionnaires, "
        f"{faite.lignes.get('agregat', 0)} chiffres calculés."
    )
    if demande.json:
        objet = {"version": faite.version_id, "construite": True, "lignes": faite.lignes}
        print_json(objet | {"lots": [asdict(lot) for lot in faite.lots], "qualite": list_qualite()})
    else:
        print("\n".join([phrase, *list_phrases(faite.lots)]))
        print_qualite()


def _get_lisible() -> str | None:
    """La version en service, si le programme d'aujourd'hui sait la lire."""
    entrepot = open_entrepot()
    active = entrepot.get_active()
    return active if active and is_lisible(entrepot, active) else None


def list_phrases(lots: Sequence[Rejoue]) -> list[str]:
    """Ce que sont devenus les fichiers reçus : combien, et lesquels n'ont plus le même nombre de réponses."""
    if not lots:
        return []
    reponses, repris = sum(lot.apres for lot in lots), [lot.fichier for lot in lots if not lot.relu]
    recus = format_compte(len(lots), "fichier reçu rejoué", "fichiers reçus rejoués")
    phrases = [f"{recus}, {reponses} réponses réelles, sans démonstration."]
    phrases += [
        f"  attention : « {lot.fichier} » passe de {lot.avant} à {lot.apres} réponses chargées."
        for lot in lots
        if lot.avant != lot.apres
    ]
    if repris:
        phrases.append(f"  repris tels quels, leur fichier n'étant pas gardé : {', '.join(repris)}.")
    return phrases


def _print(en_json: bool, objet: dict[str, Any], phrase: str) -> None:
    if en_json:
        print_json(objet)
    else:
        print(phrase)
