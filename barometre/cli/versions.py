"""versions : ce qui a été construit, quand ; revenir à une version gardée."""

from __future__ import annotations

import argparse
from typing import Any

from barometre.cli.analyse import add_json
from barometre.cli.sortie import print_json, print_table
from barometre.warehouse.versions import activate_version, list_versions, open_entrepot

COLONNES = {"version": "version", "creee_le": "créée le", "active": "en service", "simulee": "simulée",
            "commentaire": "commentaire"}  # fmt: skip


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "liste les versions gardées, ou en remet une en service"
    analyseur = commandes.add_parser("versions", help=aide, description=aide)
    actions = analyseur.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    lister = actions.add_parser("lister", help="les versions gardées", description="les versions gardées")
    add_json(lister)
    lister.set_defaults(execute=execute_lister)
    phrase = "met une version gardée en service"
    activer = actions.add_parser("activer", help=phrase, description=phrase)
    activer.add_argument("version", metavar="ID", help="identifiant donné par « versions lister »")
    add_json(activer)
    activer.set_defaults(execute=execute_activer)


def execute_lister(demande: argparse.Namespace) -> None:
    """La plus récente d'abord."""
    lignes = list_versions(open_entrepot()).to_dict("records")
    if demande.json:
        print_json([{c: ligne[c] for c in ("version", "creee_le", "active", "simulee")} for ligne in lignes])
    elif lignes:
        print_table([{str(c): v for c, v in ligne.items()} for ligne in lignes], COLONNES)
    else:
        print("Aucune version : lancez « python -m barometre construire ».")


def execute_activer(demande: argparse.Namespace) -> None:
    """Les lecteurs suivent sans redémarrer."""
    activate_version(open_entrepot(), demande.version)
    if demande.json:
        print_json({"version": demande.version, "active": True})
    else:
        print(f"La version {demande.version} est en service.")
