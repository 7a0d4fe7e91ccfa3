"""importer-actions : la liste des bénéficiaires d'un fonds, ligne par ligne rendue compte."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from barometre.catalogue.fonds import load_fonds
from barometre.cli.analyse import add_json
from barometre.cli.gestes import record_geste
from barometre.cli.importer import list_motifs
from barometre.cli.sortie import Barre, get_operateur, print_json
from barometre.domain.formats import format_nombre
from barometre.ingest.lot import write_equation
from barometre.ingest.lot_actions import LotActions
from barometre.pipeline.importer_actions import importer_actions


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "charge la liste des bénéficiaires d'un fonds (SIREN, projet, montant, dates, axe, statut)"
    analyseur = commandes.add_parser("importer-actions", help=aide, description=aide)
    analyseur.add_argument("fichier", metavar="FICHIER", type=Path, help="liste en CSV, XLSX, ODS ou JSON")
    ids = [fonds.id for fonds in load_fonds()]
    analyseur.add_argument(
        "--fonds", metavar="ID", default=ids[0], help=f"fonds ({', '.join(ids)} ; {ids[0]} par défaut)"
    )
    analyseur.add_argument(
        "--confirmer", action="store_true", help="accepte que des projets en service disparaissent"
    )
    analyseur.add_argument("--essai", action="store_true", help="montre tout, n'écrit rien")
    add_json(analyseur)
    analyseur.set_defaults(execute=execute)


def execute(demande: argparse.Namespace) -> None:
    """Importe et imprime le sort de chaque ligne."""
    if not demande.essai:
        record_geste("importer_actions", demande.fonds, demande.fichier.name)
    with Barre(muette=demande.json) as barre:
        lot = importer_actions(
            demande.fichier, demande.fonds, essai=demande.essai, confirme=demande.confirmer,
            par=get_operateur(), progress=barre,
        )  # fmt: skip
    if demande.json:
        print_json(lot.to_dict())
    else:
        print_actions(lot, essai=demande.essai)


def print_actions(lot: LotActions, *, essai: bool) -> None:
    """Le compte rendu d'une liste, pour un lecteur."""
    print(f"{write_equation(lot.count_lignes())} ; {format_nombre(lot.montant)} € attribués.")
    for titre, rejets in (("en quarantaine", lot.rejets), ("doublon", lot.lignes_doublons)):
        for phrase in list_motifs(rejets):
            print(f"  {titre} : {phrase}")
    for phrase in lot.avertissements:
        print(f"  attention : {phrase}")
    print(_conclude(lot, essai))


def _conclude(lot: LotActions, essai: bool) -> str:
    if lot.deja_charge:
        return f"Ce fichier est déjà chargé (lot {lot.lot_id}) : rien ne change."
    if essai:
        accord = f" Demandera --confirmer : {' '.join(lot.a_confirmer)}" if lot.a_confirmer else ""
        return f"Essai : rien n'a été écrit.{accord}"
    return f"La liste {lot.lot_id} est en service."
