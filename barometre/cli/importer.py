"""importer : un export de questionnaire, ligne par ligne rendue compte."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from barometre.catalogue import load_catalogue
from barometre.cli.analyse import add_json
from barometre.cli.qualite import list_qualite, print_qualite
from barometre.cli.sortie import Barre, print_json
from barometre.ingest.lot import Lot
from barometre.pipeline.importer import importer

FORMATS = ("auto", "limesurvey", "csv", "xlsx")


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "charge un export de questionnaire dans une version neuve de l'entrepôt"
    analyseur = commandes.add_parser("importer", help=aide, description=aide)
    analyseur.add_argument("fichier", metavar="FICHIER", type=Path, help="export CSV ou XLSX")
    analyseur.add_argument("--questionnaire", metavar="ID", required=True, help="questionnaire (id du thème)")
    analyseur.add_argument("--vague", metavar="ID", required=True, help="vague, par exemple 2024-v2")
    analyseur.add_argument("--format", choices=FORMATS, default="auto", help="forme du fichier (auto)")
    analyseur.add_argument(
        "--correspondance", metavar="FICHIER", type=Path, help="colonnes déclarées, en YAML"
    )
    analyseur.add_argument("--essai", action="store_true", help="montre tout, n'écrit rien")
    add_json(analyseur)
    analyseur.set_defaults(execute=execute)


def execute(demande: argparse.Namespace) -> None:
    """Importe et imprime le sort de chaque ligne."""
    with Barre(muette=demande.json) as barre:
        lot = importer(
            demande.fichier, demande.questionnaire, demande.vague, format=demande.format, essai=demande.essai,
            correspondance=demande.correspondance, progress=barre, catalogue=load_catalogue(),
        )  # fmt: skip
    ecrit = not (demande.essai or lot.deja_charge)
    lieu = (demande.vague, demande.questionnaire)
    if demande.json:
        print_json(lot.to_dict() | ({"qualite": list_qualite(*lieu)} if ecrit else {}))
        return
    print_lot(lot, essai=demande.essai)
    if ecrit:
        print_qualite(*lieu)


def print_lot(lot: Lot, *, essai: bool) -> None:
    """Le compte rendu d'un lot, pour un lecteur."""
    print(
        f"{lot.lus} lignes lues = {lot.charges} chargées + {lot.doublons} doublons + "
        f"{lot.quarantaine} en quarantaine + {lot.ignores} ignorées."
    )
    for rejet in lot.rejets:
        colonne = f", colonne « {rejet.colonne} »" if rejet.colonne else ""
        print(f"  ligne {rejet.ligne}{colonne}, « {rejet.valeur} » : {rejet.motif}")
    for phrase in lot.avertissements:
        print(f"  attention : {phrase}")
    print(_conclude(lot, essai))


def _conclude(lot: Lot, essai: bool) -> str:
    if lot.deja_charge:
        return f"Ce fichier est déjà chargé (lot {lot.lot_id}) : rien ne change."
    if essai:
        return "Essai : rien n'a été écrit."
    return f"Le lot {lot.lot_id} est en service."
