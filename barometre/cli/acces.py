"""acces : accorder et retirer des droits, lire le journal."""

from __future__ import annotations

import argparse
from typing import Any

from barometre.access import open_registre
from barometre.cli.analyse import add_json
from barometre.cli.sortie import print_json, print_table
from barometre.domain.portee import ROLES, Portee

DROITS = {
    "acces_id": "n°",
    "compte": "compte",
    "role": "rôle",
    "collectivite_id": "collectivité",
    "opsn_id": "OPSN",
    "cyber": "cyber",
    "nominatif": "nominatif",
    "accorde_le": "accordé le",
}
ACCORDABLES = [r for r in ROLES if r != "public"]
FAITS = {"instant": "instant", "compte": "compte", "role": "rôle", "action": "action", "objet": "objet",
         "detail": "détail"}  # fmt: skip


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "accorde, retire et liste les droits ; lit le journal des lectures nommées"
    analyseur = commandes.add_parser("acces", help=aide, description=aide)
    actions = analyseur.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    _add_accorder(actions)
    retirer = actions.add_parser("retirer", help="retire un droit", description="retire un droit")
    retirer.add_argument("numero", metavar="N", type=int, help="numéro donné par « acces lister »")
    add_json(retirer)
    retirer.set_defaults(execute=execute_retirer)
    for nom, aide_action, execute in (
        ("lister", "les droits en cours", execute_lister),
        ("journal", "les derniers faits inscrits au journal", execute_journal),
    ):
        lecteur = actions.add_parser(nom, help=aide_action, description=aide_action)
        add_json(lecteur)
        lecteur.set_defaults(execute=execute)


def _add_accorder(actions: Any) -> None:
    aide = "accorde un droit à un compte"
    analyseur = actions.add_parser("accorder", help=aide, description=aide)
    analyseur.add_argument("compte", metavar="COMPTE", help="adresse ou identifiant du compte")
    analyseur.add_argument("--role", choices=ACCORDABLES, required=True, help="rôle accordé")
    analyseur.add_argument(
        "--collectivite", metavar="ID", default="", help="collectivité (rôle collectivite)"
    )
    analyseur.add_argument("--opsn", metavar="ID", default="", help="OPSN (rôle opsn)")
    analyseur.add_argument("--cyber", action="store_true", help="ouvre les réponses de cybersécurité")
    analyseur.add_argument("--nominatif", action="store_true", help="ouvre les réponses nommées (programme)")
    analyseur.add_argument("--motif", metavar="TEXTE", default="", help="pourquoi")
    add_json(analyseur)
    analyseur.set_defaults(execute=execute_accorder)


def execute_accorder(demande: argparse.Namespace) -> None:
    """Accorde et rend le numéro du droit."""
    portee = Portee(
        role=demande.role, collectivite_id=demande.collectivite, opsn_id=demande.opsn, cyber=demande.cyber,
        nominatif=demande.nominatif,
    )  # fmt: skip
    numero = open_registre().accorder(demande.compte, portee, par="commande", motif=demande.motif)
    _print(
        demande.json,
        {"acces": numero, "compte": demande.compte},
        f"Droit n° {numero} accordé à {demande.compte}.",
    )


def execute_retirer(demande: argparse.Namespace) -> None:
    """Retire un droit ; il reste au registre, daté."""
    open_registre().retirer(demande.numero, par="commande")
    _print(demande.json, {"acces": demande.numero, "retire": True}, f"Droit n° {demande.numero} retiré.")


def execute_lister(demande: argparse.Namespace) -> None:
    """Les droits en cours."""
    _print_lignes(demande.json, open_registre().lister().to_dict("records"), DROITS, "Aucun droit en cours.")


def execute_journal(demande: argparse.Namespace) -> None:
    """Les derniers faits, le plus récent d'abord."""
    _print_lignes(
        demande.json, open_registre().list_journal().to_dict("records"), FAITS, "Le journal est vide."
    )


def _print(en_json: bool, objet: dict[str, Any], phrase: str) -> None:
    if en_json:
        print_json(objet)
    else:
        print(phrase)


def _print_lignes(en_json: bool, lignes: list[Any], colonnes: dict[str, str], vide: str) -> None:
    if en_json:
        print_json([{c: ligne[c] for c in ligne} for ligne in lignes])
    elif lignes:
        print_table(lignes, colonnes)
    else:
        print(vide)
