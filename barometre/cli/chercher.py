"""chercher : trouver une collectivité par son nom ou l'un de ses codes."""

from __future__ import annotations

import argparse
from typing import Any

from barometre.access import Gate
from barometre.cli.analyse import FAIT, REFUSE, add_json
from barometre.cli.sortie import print_json, print_table
from barometre.warehouse.repository import open_repository

COLONNES = {
    "collectivite_id": "identifiant",
    "libelle": "nom",
    "population": "population",
    "motif": "trouvée par",
}


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "trouve une collectivité : nom, code INSEE, code postal, SIREN, ancienne commune"
    analyseur = commandes.add_parser("chercher", help=aide, description=aide)
    analyseur.add_argument("texte", metavar="TEXTE", nargs="+", help="ce que l'on cherche")
    analyseur.add_argument("--limite", metavar="N", type=int, default=20, help="nombre de résultats (20)")
    add_json(analyseur)
    analyseur.set_defaults(execute=execute)


def execute(demande: argparse.Namespace) -> int:
    """Les meilleures d'abord ; 1 si rien n'est trouvé, sauf en JSON où la liste est vide."""
    texte = " ".join(demande.texte)
    gate = Gate(open_repository())
    trouvees = [t.to_dict() for t in gate.search(texte, max(1, demande.limite))]
    if demande.json:
        print_json(trouvees)
        return FAIT
    hors_champ = gate.describe_hors_champ(texte)
    if hors_champ:
        print(hors_champ)
    if not trouvees:
        if not hors_champ:
            print(f"Aucune collectivité ne répond à « {texte} ».")
        return REFUSE
    print_table(trouvees, COLONNES)
    return FAIT
