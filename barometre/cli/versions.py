"""versions : ce qui a été construit, quand ; revenir à une version gardée, en effacer une."""

from __future__ import annotations

import argparse
from typing import Any

from barometre.cli.analyse import add_json
from barometre.cli.gestes import record_geste
from barometre.cli.sortie import print_json, print_table
from barometre.warehouse.versions import (
    activate_version,
    check_effacable,
    check_gardee,
    list_versions,
    open_entrepot,
    remove_version,
)

COLONNES = {"version": "version", "creee_le": "créée le", "active": "en service", "simulee": "simulée",
            "commentaire": "commentaire"}  # fmt: skip


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "liste les versions gardées, en remet une en service, en efface une"
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
    phrase = "efface une version gardée, jamais celle en service ; les fichiers reçus restent"
    effacer = actions.add_parser("effacer", help=phrase, description=phrase)
    effacer.add_argument("version", metavar="ID", help="identifiant donné par « versions lister »")
    effacer.add_argument("--confirmer", action="store_true", help="efface ; sans lui, rien ne change")
    add_json(effacer)
    effacer.set_defaults(execute=execute_effacer)


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
    entrepot = open_entrepot()
    check_gardee(entrepot, demande.version)
    record_geste("activer", demande.version, f"avant={entrepot.get_active() or ''}")
    activate_version(entrepot, demande.version)
    if demande.json:
        print_json({"version": demande.version, "active": True})
    else:
        print(f"La version {demande.version} est en service.")


def execute_effacer(demande: argparse.Namespace) -> None:
    """Efface, après l'avoir inscrit ; un lien ou un fichier qui cite la version dira qu'elle n'est plus."""
    entrepot = open_entrepot()
    check_effacable(entrepot, demande.version)
    if demande.confirmer:
        record_geste("effacer_version", demande.version)
        remove_version(entrepot, demande.version)
    if demande.json:
        print_json({"version": demande.version, "effacee": demande.confirmer})
    elif demande.confirmer:
        print(f"La version {demande.version} est effacée.")
    else:
        print(f"La version {demande.version} serait effacée, sans retour : « --confirmer » le fait.")
