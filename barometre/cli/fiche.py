"""fiche : la fiche d'une collectivité, en document à imprimer ou à reprendre."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from barometre.access import Gate
from barometre.assemblage.collectivite import load_resolution
from barometre.cli.documents import add_document, write_document
from barometre.cli.erreurs import Refus
from barometre.cli.sortie import print_json
from barometre.domain.portee import PUBLIC
from barometre.rapports.fiche import build_document_fiche
from barometre.warehouse.repository import open_repository


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "écrit la fiche publique d'une collectivité (deux pages)"
    analyseur = commandes.add_parser("fiche", help=aide, description=aide)
    analyseur.add_argument("collectivite", metavar="COLLECTIVITE", help="identifiant, code même ancien, nom")
    add_document(analyseur)
    analyseur.set_defaults(execute=execute)


def execute(demande: argparse.Namespace) -> None:
    """Écrit la fiche que lit un visiteur ; les réponses d'une collectivité ne sortent que de sa page."""
    gate = Gate(open_repository(), PUBLIC)
    trouvee = load_resolution(gate, demande.collectivite)
    document = trouvee.collectivite and build_document_fiche(gate, trouvee.collectivite.id, date.today())
    if not document:
        raise Refus(
            f"La collectivité « {demande.collectivite} » n'existe pas : cherchez-la avec « chercher »."
        )
    chemin = write_document(document, demande.format, demande.sortie)
    if demande.json:
        print_json({"fichier": str(chemin), "collectivite_id": trouvee.collectivite.id})  # type: ignore[union-attr]
    else:
        print(" ".join(filter(None, (trouvee.message, str(chemin)))))
