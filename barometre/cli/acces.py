"""acces : accorder et retirer des droits, lire le journal."""

from __future__ import annotations

import argparse
from datetime import datetime, timedelta
from typing import Any

from barometre.access import Gate, open_registre
from barometre.access.inactifs import JOURS
from barometre.assemblage.depot import has_version
from barometre.catalogue import load_catalogue
from barometre.cli.analyse import add_json
from barometre.cli.erreurs import Refus
from barometre.cli.sortie import print_json, print_table
from barometre.domain.faits import name_fait, name_role
from barometre.domain.formats import format_compte
from barometre.domain.portee import OPERATEUR, ROLES, Portee
from barometre.views.donnees.rappel import build_table_rappel, explain_rappel
from barometre.warehouse.repository import open_repository

DROITS = {
    "acces_id": "n°",
    "compte": "compte",
    "role": "rôle",
    "collectivite_id": "collectivité",
    "opsn_id": "OPSN",
    "cyber": "cyber",
    "nominatif": "nominatif",
    "siret": "SIRET",
    "accorde_le": "accordé le",
    "expire_le": "expire le",
}
DEMANDES = {"demande_id": "n°", "compte_id": "compte", "courriel": "adresse", "siret": "SIRET",
            "deposee_le": "déposée le", "etat": "état", "raison": "pourquoi"}  # fmt: skip
RAPPEL = {"instant": "instant", "compte": "compte", "objet": "fichier", "version": "version",
          "devenir": "depuis", "chiffres_touches": "chiffres touchés"}  # fmt: skip
INACTIFS = {"compte_id": "compte", "connecte_le": "dernière connexion (UTC)"}
COMPTE_INCONNU = (
    "Aucun compte ne porte le numéro « {compte} »\u202f: la personne se connecte une fois, puis "
    "« acces demandes » donne son numéro."
)
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
        ("demandes", "les demandes d'accès qui attendent une réponse", execute_demandes),
        ("journal", "les derniers faits inscrits au journal", execute_journal),
        ("controler", "relit la chaîne du journal : une ligne ôtée ou changée se voit", execute_controler),
    ):
        lecteur = actions.add_parser(nom, help=aide_action, description=aide_action)
        add_json(lecteur)
        lecteur.set_defaults(execute=execute)
    _add_refuser(actions)
    _add_deconnecter(actions)
    _add_rappel(actions)
    _add_purger(actions)


def _add_accorder(actions: Any) -> None:
    aide = "accorde un droit à un compte"
    analyseur = actions.add_parser("accorder", help=aide, description=aide)
    analyseur.add_argument("compte", metavar="COMPTE", nargs="?", default="", help="numéro du compte (c-…)")
    analyseur.add_argument("--demande", metavar="N", type=int, help="numéro donné par « acces demandes »")
    analyseur.add_argument("--role", choices=ACCORDABLES, required=True, help="rôle accordé")
    analyseur.add_argument(
        "--collectivite", metavar="ID", default="", help="collectivité (rôle collectivite)"
    )
    analyseur.add_argument("--opsn", metavar="ID", default="", help="OPSN (rôle opsn)")
    analyseur.add_argument("--cyber", action="store_true", help="ouvre les réponses de cybersécurité")
    analyseur.add_argument("--nominatif", action="store_true", help="ouvre les réponses nommées (programme)")
    analyseur.add_argument("--motif", metavar="TEXTE", required=True, help="pourquoi ; gardé avec le droit")
    analyseur.add_argument(
        "--jusqu-au", metavar="AAAA-MM-JJ", type=_read_date, default=None, help="dernier jour du droit"
    )
    add_json(analyseur)
    analyseur.set_defaults(execute=execute_accorder)


def _read_date(texte: str) -> datetime:
    """Le lendemain à minuit (UTC) : le dernier jour compte en entier."""
    return datetime.strptime(texte, "%Y-%m-%d") + timedelta(days=1)


def _add_refuser(actions: Any) -> None:
    aide = "répond non à une demande ; la personne lit le motif"
    analyseur = actions.add_parser("refuser", help=aide, description=aide)
    analyseur.add_argument("numero", metavar="N", type=int, help="numéro donné par « acces demandes »")
    analyseur.add_argument("--motif", metavar="TEXTE", required=True, help="pourquoi")
    add_json(analyseur)
    analyseur.set_defaults(execute=execute_refuser)


def _add_deconnecter(actions: Any) -> None:
    aide = "ferme toutes les sessions d'un compte, sur toutes les instances, au prochain geste"
    analyseur = actions.add_parser("deconnecter", help=aide, description=aide)
    analyseur.add_argument("compte", metavar="COMPTE", help="numéro du compte (c-…)")
    add_json(analyseur)
    analyseur.set_defaults(execute=execute_deconnecter)


def _add_rappel(actions: Any) -> None:
    aide = "les fichiers sortis dont un chiffre a été révisé, ou se cache, depuis"
    analyseur = actions.add_parser("rappel", help=aide, description=aide)
    analyseur.add_argument("--indicateur", metavar="ID", default="", help="ce chiffre-là seulement")
    add_json(analyseur)
    analyseur.set_defaults(execute=execute_rappel)


def _add_purger(actions: Any) -> None:
    aide = "efface les comptes sans droit dont la personne ne vient plus"
    analyseur = actions.add_parser("purger", help=aide, description=aide)
    analyseur.add_argument(
        "--jours", type=int, default=JOURS, help=f"sans connexion depuis plus de tant de jours ({JOURS})"
    )
    analyseur.add_argument("--confirmer", action="store_true", help="efface ; sans lui, montre seulement")
    add_json(analyseur)
    analyseur.set_defaults(execute=execute_purger)


def execute_purger(demande: argparse.Namespace) -> None:
    """Montre les comptes inactifs ; les efface avec `--confirmer`, chacun inscrit au journal avant."""
    if demande.jours < 0:
        raise Refus("« --jours » attend un nombre de jours positif.")
    inactifs = open_registre().inactifs
    confirme = demande.confirmer
    table = inactifs.remove(demande.jours, par="commande") if confirme else inactifs.list(demande.jours)
    aucun = "Rien à effacer : chaque compte a un droit, ou s'est connecté depuis."
    _print_lignes(demande.json, table.to_dict("records"), INACTIFS, aucun)


def execute_accorder(demande: argparse.Namespace) -> None:
    """Accorde et rend le numéro du droit."""
    portee = Portee(
        role=demande.role, collectivite_id=demande.collectivite, opsn_id=demande.opsn, cyber=demande.cyber,
        nominatif=demande.nominatif,
    )  # fmt: skip
    registre, options = open_registre(), {"par": "commande", "motif": demande.motif}
    if demande.demande is None:
        # Le numéro est tiré à la première connexion : un numéro inconnu est une faute de frappe.
        if not registre.comptes.has_compte(demande.compte):
            raise Refus(COMPTE_INCONNU.format(compte=demande.compte))
        numero = registre.accorder(demande.compte, portee, expire_le=demande.jusqu_au, **options)
        a_qui = demande.compte
    else:
        numero = registre.accorder_demande(demande.demande, portee, expire_le=demande.jusqu_au, **options)
        a_qui = f"la demande n° {demande.demande}"
    _print(demande.json, {"acces": numero, "compte": demande.compte, "demande": demande.demande},
           f"Droit n° {numero} accordé à {a_qui}.")  # fmt: skip


def execute_refuser(demande: argparse.Namespace) -> None:
    """Répond non."""
    open_registre().refuser_demande(demande.numero, par="commande", motif=demande.motif)
    _print(
        demande.json, {"demande": demande.numero, "etat": "refusee"}, f"Demande n° {demande.numero} refusée."
    )


def execute_deconnecter(demande: argparse.Namespace) -> None:
    """Révoque les sessions."""
    registre = open_registre()
    fermees = registre.sessions.revoke(demande.compte)
    registre.journaliser(
        "deconnecter", demande.compte, portee=OPERATEUR, compte="commande",
        detail=format_compte(fermees, "session"),
    )  # fmt: skip
    _print(
        demande.json,
        {"compte": demande.compte, "fermees": fermees},
        f"{format_compte(fermees, 'session fermée', 'sessions fermées')}.",
    )


def execute_demandes(demande: argparse.Namespace) -> None:
    """Les demandes en attente."""
    lignes = open_registre().comptes.list_demandes().to_dict("records")
    _print_lignes(demande.json, lignes, DEMANDES, "Aucune demande en attente.")


def execute_controler(demande: argparse.Namespace) -> None:
    """Relit le journal ; refuse (code 1) si la chaîne est rompue."""
    lue = open_registre().check_journal()
    if not lue.is_intact:
        raise Refus(f"Journal rompu après {format_compte(lue.lignes, 'ligne')}. {lue.rupture}")
    _print(
        demande.json,
        {"ok": True, "lignes": lue.lignes},
        f"Journal entier : {format_compte(lue.lignes, 'ligne')}.",
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
    lignes = open_registre().list_journal().to_dict("records")
    if not demande.json:
        lignes = [
            f | {"role": name_role(f["role"], simulee=f["simulee"]), "action": name_fait(f["action"])}
            for f in lignes
        ]
    _print_lignes(demande.json, lignes, FAITS, "Le journal est vide.")


def execute_rappel(demande: argparse.Namespace) -> None:
    """Compare, en public, la version de chaque fichier inscrit à celle en service."""
    catalogue, depot = load_catalogue(), open_repository()
    if demande.indicateur and demande.indicateur not in catalogue.indicateurs:
        raise Refus(f"« {demande.indicateur} » n'est pas un indicateur : son identifiant est dans Explorer.")

    def open_version(version_id: str) -> Gate | None:
        return Gate(depot.at(version_id)) if has_version(depot, version_id) else None

    table = build_table_rappel(open_registre(), catalogue, Gate(depot), open_version, demande.indicateur)
    _print_lignes(demande.json, table.to_dict("records"), RAPPEL, explain_rappel(table))


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
