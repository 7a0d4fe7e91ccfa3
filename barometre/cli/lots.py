"""lots : les fichiers que la réserve garde, en recharger un, effacer ceux qui ne servent plus."""

from __future__ import annotations

import argparse
import os
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from barometre.catalogue import load_catalogue
from barometre.cli.analyse import add_json
from barometre.cli.erreurs import Refus
from barometre.cli.gestes import record_geste
from barometre.cli.importer import print_lot
from barometre.cli.importer_actions import print_actions
from barometre.cli.sortie import Barre, get_operateur, print_json, print_table
from barometre.ingest.garde_actions import is_actions
from barometre.pipeline.import_lot import importer_garde
from barometre.pipeline.importer_actions import importer_actions_gardees
from barometre.pipeline.rejeu import Fiche, list_reserve
from barometre.pipeline.retention import JOURS, list_purgeables, remove_purgeables
from barometre.warehouse.versions import open_entrepot

COLONNES = {"cle": "clé", "questionnaire_id": "questionnaire", "vague_id": "vague", "fichiers": "fichiers",
            "recu_le": "reçu le (UTC)", "par": "par", "en_service": "en service"}  # fmt: skip
_SIGNES = 12


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "liste les fichiers reçus que la réserve garde, en recharge un, efface ceux qui ne servent plus"
    analyseur = commandes.add_parser("lots", help=aide, description=aide)
    actions = analyseur.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    lister = actions.add_parser("lister", help="les fichiers gardés", description="les fichiers gardés")
    add_json(lister)
    lister.set_defaults(execute=execute_lister)
    phrase = "charge de nouveau un fichier gardé, comme « importer »"
    recharger = actions.add_parser("recharger", help=phrase, description=phrase)
    recharger.add_argument("cle", metavar="CLE", help="début de la clé que donne « lots lister »")
    recharger.add_argument("--confirmer", action="store_true", help="accepte que des réponses disparaissent")
    recharger.add_argument(
        "--complement", action="store_true", help="garde les réponses des collectivités qu'il ne cite pas"
    )
    recharger.add_argument("--essai", action="store_true", help="montre tout, n'écrit rien")
    add_json(recharger)
    recharger.set_defaults(execute=execute_recharger)
    _add_purger(actions)


def _add_purger(actions: Any) -> None:
    phrase = "efface les fichiers gardés dont plus aucune version n'a les réponses"
    purger = actions.add_parser("purger", help=phrase, description=phrase)
    purger.add_argument(
        "--jours", type=int, default=JOURS, help=f"reçus il y a plus de tant de jours ({JOURS})"
    )
    purger.add_argument("--confirmer", action="store_true", help="efface ; sans lui, montre seulement")
    add_json(purger)
    purger.set_defaults(execute=execute_purger)


def execute_lister(demande: argparse.Namespace) -> None:
    """Le plus récent d'abord ; aucune réponse n'est montrée."""
    _print_fiches(
        list_reserve(open_entrepot()), demande.json, "La réserve est vide : aucun fichier n'a été importé."
    )


def _print_fiches(fiches: list[Fiche], en_json: bool, aucune: str) -> None:
    lignes = [asdict(fiche) for fiche in fiches]
    if en_json:
        print_json(lignes)
    elif lignes:
        courtes = [
            ligne | {"cle": ligne["cle"][:_SIGNES], "recu_le": ligne["recu_le"][:16]} for ligne in lignes
        ]
        print_table(courtes, COLONNES)
    else:
        print(aucune)


def execute_purger(demande: argparse.Namespace) -> None:
    """Montre ce qui serait effacé ; l'efface avec `--confirmer`, chaque fichier inscrit au journal avant."""
    if demande.jours < 0:
        raise Refus("« --jours » attend un nombre de jours positif.")
    entrepot, instant = open_entrepot(), datetime.now(UTC)
    aucune = "Rien à effacer : chaque fichier gardé sert encore, ou est trop récent."
    if not demande.confirmer:
        _print_fiches(list_purgeables(entrepot, instant, demande.jours), demande.json, aucune)
        return
    _print_fiches(remove_purgeables(entrepot, instant, demande.jours, _record_purge), demande.json, aucune)


def _record_purge(fiche: Fiche) -> None:
    """Le journal dit quel fichier a disparu, et de quand il était ; jamais ce qu'il contenait."""
    lieu = " ".join(filter(None, (fiche.questionnaire_id, fiche.vague_id)))
    detail = f"{lieu}, reçu le {fiche.recu_le[:10]}"
    record_geste("purger_lot", fiche.cle[:_SIGNES], detail)


def execute_recharger(demande: argparse.Namespace) -> None:
    """Importe le fichier gardé, avec le catalogue du jour."""
    cles = [c for c in open_entrepot().get_reserve().list_cles() if c.startswith(demande.cle)]
    if len(cles) != 1:
        raison = "Aucun fichier gardé n'a" if not cles else "Plusieurs fichiers gardés ont"
        raise Refus(f"{raison} une clé qui commence par « {demande.cle} » : « lots lister » les donne.")
    if not demande.essai:
        record_geste("recharger_lot", cles[0][:_SIGNES])
    if is_actions(open_entrepot().get_reserve().read(cles[0])):
        _reload_actions(demande, cles[0])
        return
    with Barre(muette=demande.json) as barre:
        lot = importer_garde(
            cles[0], essai=demande.essai, confirme=demande.confirmer, complement=demande.complement,
            par=get_operateur(), processus=os.cpu_count() or 1, progress=barre, catalogue=load_catalogue(),
        )  # fmt: skip
    if demande.json:
        print_json(lot.to_dict())
    else:
        print_lot(lot, essai=demande.essai)


def _reload_actions(demande: argparse.Namespace, cle: str) -> None:
    with Barre(muette=demande.json) as barre:
        lot = importer_actions_gardees(
            cle, essai=demande.essai, confirme=demande.confirmer, par=get_operateur(), progress=barre
        )
    if demande.json:
        print_json(lot.to_dict())
    else:
        print_actions(lot, essai=demande.essai)
