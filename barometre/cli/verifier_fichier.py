"""verifier-fichier : ce fichier est-il celui que l'outil a produit ?

Rien n'est gardé des fichiers sortis : la vue que dit l'adresse est écrite de nouveau, à sa version, et les
condensés se comparent. Une version effacée ne peut plus être vérifiée, et la commande le dit.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from barometre.assemblage.emporter import build_emporte
from barometre.assemblage.explorer import load_requete
from barometre.cli.adresse_fichier import find_adresse
from barometre.cli.analyse import FAIT, REFUSE, add_json
from barometre.cli.erreurs import Refus
from barometre.cli.exporter import GPKG, open_gate
from barometre.cli.sortie import print_json
from barometre.domain.provenance import Provenance
from barometre.exports import FORMATS
from barometre.exports.csv import write_donnees
from barometre.maps.geopackage import GeopackageRefuse, to_gpkg
from barometre.views.donnees.demande import ExplorationRefusee
from barometre.views.donnees.explorer import VueExplorer

OCTETS = 200 * 1024 * 1024  # plus que le plus grand fichier d'Explorer (100 000 lignes)
SANS_ENTETE = "csv_sans_entete"
SANS_ADRESSE = (
    "Ce fichier ne dit pas l'adresse d'une vue d'Explorer : donnez-la en second (« explorer?…&version=… »). "
    "Les fichiers des autres pages ne se vérifient pas."
)
SANS_VERSION = "L'adresse ne nomme pas de version : rien à comparer."


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "dit si un fichier d'Explorer est bien celui que l'outil produit"
    analyseur = commandes.add_parser("verifier-fichier", help=aide, description=aide)
    analyseur.add_argument("fichier", metavar="FICHIER", type=Path)
    analyseur.add_argument(
        "adresse",
        metavar="ADRESSE",
        nargs="?",
        default="",
        help="« explorer?…&version=… » (celle que dit le fichier sinon)",
    )
    add_json(analyseur)
    analyseur.set_defaults(execute=execute)


def execute(demande: argparse.Namespace) -> int:
    """0 si le fichier est celui de l'outil, 1 sinon."""
    octets = _read(demande.fichier)
    adresse = find_adresse(octets) or demande.adresse
    vue = _load_vue(demande.adresse or adresse)
    provenance = _situate(vue.provenance, adresse)
    empreinte = hashlib.sha256(octets).hexdigest()
    format_ = _match_format(vue, provenance, demande.fichier, empreinte)
    if demande.json:
        lu = {"fichier": str(demande.fichier), "conforme": bool(format_), "format": format_}
        print_json(lu | {"version": vue.provenance.version, "adresse": adresse, "sha256": empreinte})
    elif format_:
        print(f"{demande.fichier} est celui que l'outil produit ({format_}, {adresse}).")
    else:
        print(f"{demande.fichier} n'est pas celui que l'outil produit à cette adresse : il a été modifié.")
    return FAIT if format_ else REFUSE


def _read(fichier: Path) -> bytes:
    try:
        if fichier.stat().st_size > OCTETS:
            raise Refus(f"« {fichier} » est trop gros pour venir de l'outil.")
        return fichier.read_bytes()
    except OSError as erreur:
        raise Refus(f"« {fichier} » ne peut pas être lu.") from erreur


def _load_vue(adresse: str) -> VueExplorer:
    if "version=" not in adresse:
        raise Refus(SANS_VERSION if adresse else SANS_ADRESSE)
    requete = adresse.partition("?")[2] or adresse
    try:
        return load_requete(open_gate(requete), requete)
    except ExplorationRefusee as erreur:
        raise Refus(str(erreur)) from erreur


def _situate(provenance: Provenance, adresse: str) -> Provenance:
    """La provenance telle que la page l'a écrite : le service y est nommé devant l'adresse de la vue.

    L'adresse doit être, au service près, celle que l'outil donne à cette vue : rien ne s'y glisse.
    """
    service = adresse.removesuffix(provenance.adresse)
    situe = service != adresse and re.fullmatch(r"https?://[^/?#\s]+/", service)
    return replace(provenance, adresse=adresse) if situe else provenance


def _match_format(vue: VueExplorer, provenance: Provenance, fichier: Path, empreinte: str) -> str:
    """Le format qui, écrit de nouveau, a ce condensé ; vide si aucun de cette extension."""
    extension = fichier.suffix.lstrip(".").lower()
    formats = [nom for nom, f in FORMATS.items() if f.extension.rpartition(".")[2] == extension]
    if not formats and extension != GPKG:
        raise Refus(f"Aucun fichier de l'outil n'a l'extension « {extension} ».")
    ecrits = _write_all(vue.fichier, provenance, formats) if formats else _write_gpkg(vue.table, provenance)
    return next((nom for nom, octets in ecrits if hashlib.sha256(octets).hexdigest() == empreinte), "")


def _write_all(
    table: pd.DataFrame, provenance: Provenance, formats: list[str]
) -> Iterator[tuple[str, bytes]]:
    """Un à un : le premier qui convient dispense des autres."""
    yield from ((nom, build_emporte(table, provenance, nom)) for nom in formats)
    if "csv" in formats:
        yield SANS_ENTETE, write_donnees(table, "international").encode()


def _write_gpkg(table: pd.DataFrame, provenance: Provenance) -> Iterator[tuple[str, bytes]]:
    try:
        yield GPKG, to_gpkg(table, provenance)
    except GeopackageRefuse:
        return
