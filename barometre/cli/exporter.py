"""exporter : la vue d'une adresse d'Explorer, en fichier. La requête est celle de la page et de l'API."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from barometre.access import Gate
from barometre.assemblage.depot import VersionAbsente, has_version
from barometre.assemblage.emporter import build_emporte
from barometre.assemblage.explorer import load_requete
from barometre.cli.analyse import add_json
from barometre.cli.erreurs import Refus
from barometre.cli.sortie import print_json
from barometre.domain.portee import PUBLIC
from barometre.exports import FORMATS
from barometre.fichiers import write_atomic
from barometre.maps.geopackage import GeopackageRefuse, to_gpkg
from barometre.views.donnees.demande import ExplorationRefusee
from barometre.views.donnees.explorer import VueExplorer
from barometre.views.lecture.address import explain_inconnues, list_inconnues, read_query
from barometre.warehouse.repository import open_repository

GPKG = "gpkg"


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "écrit une vue d'Explorer dans un fichier"
    analyseur = commandes.add_parser("exporter", help=aide, description=aide)
    analyseur.add_argument("requete", metavar="REQUETE", help="« theme=cybersecurite&par=territoire »")
    analyseur.add_argument(
        "--format", choices=(*FORMATS, GPKG), default="csv", help="format du fichier (csv)"
    )
    analyseur.add_argument(
        "-o", "--sortie", metavar="FICHIER", type=Path, help="fichier, ou dossier (nom de la vue sinon)"
    )
    analyseur.add_argument(
        "--avancement", action="store_true", help="dit en JSON quand la vue est composée, avant d'écrire"
    )
    add_json(analyseur)
    analyseur.set_defaults(execute=execute)


def execute(demande: argparse.Namespace) -> None:
    """Écrit le fichier entier ou rien ; dit ses lignes et celles que le secret cache."""
    if inconnues := list_inconnues(parse_qs(demande.requete.rpartition("?")[2], keep_blank_values=True)):
        raise Refus(f"{explain_inconnues(inconnues)} : ôtez-la, ou voyez les clés dans docs/exploitation.md.")
    try:
        vue = load_requete(open_gate(demande.requete), demande.requete)
    except ExplorationRefusee as erreur:
        raise Refus(str(erreur)) from erreur
    if vue.table.empty:
        raise Refus(vue.phrase)
    if demande.avancement:
        print_json({"etape": "ecriture", "lignes": len(vue.fichier)})
        sys.stdout.flush()
    octets = _build(vue, demande.format)
    chemin = _choose_chemin(vue, demande.format, demande.sortie)
    write_atomic(chemin, octets)
    if demande.json:
        print_json(
            {"fichier": str(chemin), "lignes": len(vue.fichier), "caches": vue.caches, "absents": vue.absents}
        )
    else:
        print(f"{chemin} — {vue.phrase}")


def open_gate(requete: str) -> Gate:
    """La porte du public, sur la version que nomme l'adresse ou sur celle en service."""
    depot, demandee = open_repository(), read_query(requete).get("version")
    if demandee and not has_version(depot, demandee):
        raise VersionAbsente(demandee)
    return Gate(depot.at(demandee) if demandee else depot, PUBLIC)


def _choose_chemin(vue: VueExplorer, format_: str, sortie: Path | None) -> Path:
    """Le fichier nommé, ou celui de la vue dans le dossier nommé."""
    nom = vue.provenance.get_nom(GPKG if format_ == GPKG else FORMATS[format_].extension)
    if sortie is None:
        return Path(nom)
    return sortie / nom if sortie.is_dir() else sortie


def _build(vue: VueExplorer, format_: str) -> bytes:
    if format_ != GPKG:
        return build_emporte(vue.fichier, vue.provenance, format_)
    try:
        return to_gpkg(vue.table, vue.provenance)
    except GeopackageRefuse as erreur:
        raise Refus(str(erreur)) from erreur
