"""construire : une version neuve de l'entrepôt, mise en service."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from barometre.cli.analyse import add_json
from barometre.cli.erreurs import Refus
from barometre.cli.qualite import list_qualite, print_qualite
from barometre.cli.sortie import Barre, print_json
from barometre.pipeline.construire import construire
from barometre.warehouse.compatibilite import is_lisible
from barometre.warehouse.repository import open_repository
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
    analyseur.add_argument(
        "--oublier-imports",
        action="store_true",
        help="construit même si la version en service contient des réponses réelles, qui n'y seront plus",
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
    if not demande.oublier_imports:
        _check_imports()
    with Barre(muette=demande.json) as barre:
        faite = construire(demande.depuis, demo=not demande.sans_demo, progress=barre)
    phrase = (
        f"Version {faite.version_id} en service : {faite.lignes.get('dim_collectivite', 0)} collectivités et "
        f"territoires, {faite.lignes.get('participation', 0)} questionnaires, "
        f"{faite.lignes.get('agregat', 0)} chiffres calculés."
    )
    if demande.json:
        objet = {"version": faite.version_id, "construite": True, "lignes": faite.lignes}
        print_json(objet | {"qualite": list_qualite()})
    else:
        print(phrase)
        print_qualite()


def _get_lisible() -> str | None:
    """La version en service, si le programme d'aujourd'hui sait la lire."""
    entrepot = open_entrepot()
    active = entrepot.get_active()
    return active if active and is_lisible(entrepot, active) else None


def _check_imports() -> None:
    """Refuse de laisser derrière soi des réponses réelles sans qu'on l'ait demandé."""
    active = _get_lisible()
    if active is None:
        return
    lots = open_repository().at(active).list_lots()
    reels = lots[~lots["simule"].astype(bool)]
    if not reels.empty:
        noms = ", ".join(sorted(set(reels["fichier"])))
        raise Refus(
            f"La version en service contient des réponses réelles ({noms}) que « construire » ne reprend "
            "pas. Gardez ces fichiers pour les importer de nouveau, puis ajoutez --oublier-imports ; "
            "la version d'avant reste parmi celles que « versions lister » montre."
        )


def _print(en_json: bool, objet: dict[str, Any], phrase: str) -> None:
    if en_json:
        print_json(objet)
    else:
        print(phrase)
