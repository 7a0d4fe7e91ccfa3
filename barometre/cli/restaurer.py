"""restaurer : une sauvegarde, contrôlée, puis mise en service."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from barometre.access.registre import get_registre
from barometre.cli.analyse import add_json
from barometre.cli.gestes import record_geste
from barometre.cli.sauvegarder import REGISTRE
from barometre.cli.sortie import Barre, print_json
from barometre.domain.formats import format_compte
from barometre.pipeline.sauvegarde import restaurer
from barometre.warehouse.engine import EntrepotError

SANS_REGISTRE = (
    f"La sauvegarde n'a pas de « {REGISTRE} » : ni droits ni journal. Reprenez-la d'une autre copie."
)
JOURNAL_ROMPU = (
    "Attention : le journal restauré n'est pas entier. {} Une ligne y manque ou y a été changée, avant la "
    "sauvegarde ou depuis : dites-le à qui répond du service."
)


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "remet en service une sauvegarde, sur une machine vide ou dans un registre neuf"
    analyseur = commandes.add_parser("restaurer", help=aide, description=aide)
    analyseur.add_argument("dossier", metavar="DOSSIER", type=Path, help="dossier écrit par « sauvegarder »")
    add_json(analyseur)
    analyseur.set_defaults(execute=execute)


def execute(demande: argparse.Namespace) -> None:
    """Contrôle tout avant d'écrire ; une sauvegarde abîmée ne change rien."""
    get_registre().check_neuf()
    with Barre(muette=demande.json) as barre:
        faite = restaurer(demande.dossier, _restore_registre, progress=barre)
    rupture = get_registre().check_journal().rupture
    if demande.json:
        print_json(faite.to_dict() | {"journal": rupture})
        return
    recus = format_compte(faite.lots, "fichier reçu", "fichiers reçus")
    print(
        f"Version {faite.version_id} en service : {faite.tables['participation']} questionnaires, "
        f"{faite.tables['agregat']} chiffres, {recus}, et le registre."
    )
    if rupture:
        print(JOURNAL_ROMPU.format(rupture))


def _restore_registre(annexes: Mapping[str, bytes]) -> None:
    if REGISTRE not in annexes:
        raise EntrepotError(SANS_REGISTRE)
    get_registre().restore_copie(annexes[REGISTRE])
    record_geste("restaurer", "sauvegarde")
