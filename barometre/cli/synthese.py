"""synthese : le document annuel d'un territoire, d'un type ou d'un OPSN ; ou celui de chaque département."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from barometre.access import Gate
from barometre.cli.documents import add_document, write_document
from barometre.cli.erreurs import Refus
from barometre.cli.sortie import Barre, print_json
from barometre.domain.portee import PUBLIC
from barometre.domain.territoire import FRANCE
from barometre.pipeline.parallele import start_parallel
from barometre.rapports.demande import Demande, DemandeRefusee
from barometre.rapports.synthese import build_synthese
from barometre.warehouse.repository import open_repository

# Assez de parts pour que les processus finissent ensemble, assez peu pour n'en rien payer.
PARTS = 24
# Les chemins écrits, et pourquoi les autres territoires n'ont rien.
Part = tuple[list[str], dict[str, str]]


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
    depot = open_repository()
    if demande.departements:
        parts = _write_departements(demande, depot.entrepot.adresse, depot.version_id)
    else:
        with Barre(muette=demande.json) as barre:
            barre(demande.territoire, 1, 1)
            parts = [_write_all(Gate(depot, PUBLIC), demande, [demande.territoire])]
    ecrits = [chemin for chemins, _ in parts for chemin in chemins]
    refus = {territoire_id: phrase for _, phrases in parts for territoire_id, phrase in phrases.items()}
    if not ecrits:
        raise Refus(next(iter(refus.values())))
    _tell(demande, ecrits, refus)


def _write_departements(demande: argparse.Namespace, adresse: str, version_id: str) -> list[Part]:
    """Les départements par parts, plusieurs à la fois ; tous lisent la version en service au départ."""
    travail = partial(_write_part, demande, adresse, version_id)
    parts: list[Part] = []
    with (
        Barre(muette=demande.json) as barre,
        start_parallel(travail, range(PARTS), os.cpu_count() or 1) as faites,
    ):
        for rang, part in enumerate(faites, 1):
            parts.append(part)
            barre(f"{sum(len(chemins) for chemins, _ in parts)} synthèses écrites", rang, PARTS)
    return parts


def _write_part(demande: argparse.Namespace, adresse: str, version_id: str, rang: int) -> Part:
    gate = _open_gate(adresse, version_id)
    tous = _list_ids(gate, "departement")
    return _write_all(gate, demande, tous[rang * len(tous) // PARTS : (rang + 1) * len(tous) // PARTS])


@cache
def _open_gate(adresse: str, version_id: str) -> Gate:
    """Une porte par processus ; les départements, et les régions où ils s'élargissent, lus d'avance."""
    gate = Gate(open_repository(adresse).at(version_id), PUBLIC)
    gate.read_ahead([*_list_ids(gate, "departement"), *_list_ids(gate, "region")])
    return gate


def _list_ids(gate: Gate, type_: str) -> list[str]:
    return gate.list_collectivites(type=type_, cadre=False)["collectivite_id"].astype(str).tolist()


def _write_all(gate: Gate, demande: argparse.Namespace, territoires: Sequence[str]) -> Part:
    ecrits: list[str] = []
    refus: dict[str, str] = {}
    for territoire_id in territoires:
        try:
            ecrits.append(str(_write(gate, demande, territoire_id)))
        except DemandeRefusee as erreur:
            refus[territoire_id] = str(erreur)
    return ecrits, refus


def _write(gate: Gate, demande: argparse.Namespace, territoire_id: str) -> Path:
    quoi = Demande(territoire_id, demande.type, demande.opsn, demande.edition)
    document = build_synthese(gate, quoi, gardee=not demande.departements)
    return write_document(document, demande.format, demande.sortie, dans_un_dossier=demande.departements)


def _tell(demande: argparse.Namespace, ecrits: Sequence[str], refus: Mapping[str, str]) -> None:
    if demande.json:
        print_json({"fichiers": ecrits, "refus": refus})
        return
    for chemin in ecrits:
        print(chemin)
    for phrase in refus.values():
        print(phrase)
