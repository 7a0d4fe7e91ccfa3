"""pairs : les collectivités auxquelles on se compare ; la même liste que la page Comparer."""

from __future__ import annotations

import argparse
from typing import Any

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.cli.analyse import add_json
from barometre.cli.erreurs import Refus
from barometre.cli.sortie import print_json, print_table
from barometre.domain.formats import format_nombre
from barometre.views.collectivite.liste_pairs import ListePairs, build_liste_pairs
from barometre.views.collectivite.structure import VARIABLES, Structure, build_structure
from barometre.views.collectivite.trouver import resolve_collectivite
from barometre.warehouse.repository import open_repository


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "donne les pairs d'une collectivité : même strate, ou les plus semblables"
    analyseur = commandes.add_parser("pairs", help=aide, description=aide)
    analyseur.add_argument("collectivite", metavar="COLLECTIVITE", help="identifiant, code même ancien, nom")
    analyseur.add_argument(
        "--methode", choices=("strate", "semblables"), default="strate", help="façon de choisir (strate)"
    )
    add_json(analyseur)
    analyseur.set_defaults(execute=execute)


def execute(demande: argparse.Namespace) -> None:
    """La liste, ou un refus qui dit comment la demander."""
    gate = Gate(open_repository())
    trouvee = resolve_collectivite(gate, demande.collectivite)
    structure = build_structure(gate)
    if trouvee.collectivite is None or trouvee.collectivite.id not in structure.cadre.index:
        raise Refus(
            f"La collectivité « {demande.collectivite} » n'existe pas : cherchez-la avec « chercher »."
        )
    liste = build_liste_pairs(gate, load_catalogue(), structure, trouvee.collectivite, demande.methode)
    if demande.json:
        print_json(liste.to_dict())
        return
    print(" ".join(filter(None, (trouvee.message, liste.phrase))))
    print_table([_describe(structure, liste, rang) for rang in range(liste.n)], _titles(liste))


def _describe(structure: Structure, liste: ListePairs, rang: int) -> dict[str, Any]:
    id_ = liste.ids[rang]
    ligne: dict[str, Any] = {"collectivite_id": id_, "nom": structure.cadre.at[id_, "nom"]}
    if liste.semblables:
        semblable = liste.semblables[rang]
        ligne["distance"] = format_nombre(semblable.distance, 4)
        ligne |= {v: format_nombre(100 * part) for v, part in semblable.parts.items()}
    return ligne


def _titles(liste: ListePairs) -> dict[str, str]:
    titres = {"collectivite_id": "identifiant", "nom": "nom"}
    if liste.semblables:
        titres["distance"] = "distance"
        titres |= {v: f"{VARIABLES[v].lower()} (% de l'écart)" for v in liste.semblables[0].parts}
    return titres
