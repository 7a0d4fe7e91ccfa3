"""synthese : le document annuel d'un territoire, d'un type ou d'un OPSN ; ou celui de chaque département."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from barometre.access import Gate
from barometre.cli.documents import add_document, write_document
from barometre.cli.erreurs import Refus
from barometre.cli.sortie import Barre, print_json
from barometre.domain.portee import PUBLIC
from barometre.domain.territoire import FRANCE
from barometre.rapports.demande import Demande, DemandeRefusee
from barometre.rapports.synthese import build_synthese
from barometre.warehouse.repository import open_repository


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "écrit la synthèse annuelle, nationale ou d'un territoire"
    analyseur = commandes.add_parser("synthese", help=aide, description=aide)
    analyseur.add_argument(
        "--territoire", metavar="ID", default=FRANCE, help="france, region-53, departement-33…"
    )
    analyseur.add_argument("--type", metavar="TYPE", default="", help="commune, epci, departement ou region")
    analyseur.add_argument("--opsn", metavar="ID", default="", help="le périmètre d'un OPSN")
    analyseur.add_argument(
        "--edition", metavar="ID", default="", help="une vague ou une année (les dernières sinon)"
    )
    analyseur.add_argument("--departements", action="store_true", help="un fichier pour chaque département")
    add_document(analyseur)
    analyseur.set_defaults(execute=execute)


def execute(demande: argparse.Namespace) -> None:
    """Écrit un fichier, ou un par département ; dit ceux qui n'ont rien à montrer."""
    gate = Gate(open_repository(), PUBLIC)
    territoires = _list_departements(gate) if demande.departements else [demande.territoire]
    ecrits: list[str] = []
    refus: dict[str, str] = {}
    with Barre(muette=demande.json) as barre:
        for rang, territoire_id in enumerate(territoires, 1):
            barre(territoire_id, rang, len(territoires))
            try:
                ecrits.append(str(_write(gate, demande, territoire_id)))
            except DemandeRefusee as erreur:
                refus[territoire_id] = str(erreur)
    if not ecrits:
        raise Refus(next(iter(refus.values())))
    _tell(demande, ecrits, refus)


def _list_departements(gate: Gate) -> list[str]:
    return gate.list_collectivites(type="departement", cadre=False)["collectivite_id"].astype(str).tolist()


def _write(gate: Gate, demande: argparse.Namespace, territoire_id: str) -> Path:
    document = build_synthese(gate, Demande(territoire_id, demande.type, demande.opsn, demande.edition))
    return write_document(document, demande.format, demande.sortie, dans_un_dossier=demande.departements)


def _tell(demande: argparse.Namespace, ecrits: list[str], refus: dict[str, str]) -> None:
    if demande.json:
        print_json({"fichiers": ecrits, "refus": refus})
        return
    for chemin in ecrits:
        print(chemin)
    for phrase in refus.values():
        print(phrase)
