"""sauvegarder : l'entrepôt, les fichiers reçus et le registre, dans un dossier neuf."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from barometre.access.registre import get_registre
from barometre.cli.analyse import add_json
from barometre.cli.gestes import record_geste
from barometre.cli.sortie import Barre, print_json
from barometre.domain.formats import INSECABLE, format_compte, format_nombre
from barometre.pipeline.sauvegarde import Sauvegarde, check_dossier_neuf, sauvegarder

REGISTRE = "registre.json"


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "copie la version en service, les fichiers reçus et le registre dans un dossier neuf"
    analyseur = commandes.add_parser("sauvegarder", help=aide, description=aide)
    analyseur.add_argument("dossier", metavar="DOSSIER", type=Path, help="dossier à créer")
    add_json(analyseur)
    analyseur.set_defaults(execute=execute)


def execute(demande: argparse.Namespace) -> None:
    """Inscrit la sauvegarde au journal, puis l'écrit : des réponses sortent de l'entrepôt."""
    check_dossier_neuf(demande.dossier)
    record_geste("sauvegarder", demande.dossier.name)
    with Barre(muette=demande.json) as barre:
        faite = sauvegarder(demande.dossier, {REGISTRE: get_registre().read_copie()}, progress=barre)
    if demande.json:
        print_json(faite.to_dict() | {"dossier": str(demande.dossier)})
        return
    print(describe_sauvegarde(faite, demande.dossier))


def describe_sauvegarde(faite: Sauvegarde, dossier: Path) -> str:
    """Ce qui vient d'être copié, son poids, et comment le garder."""
    recus = format_compte(faite.lots, "fichier reçu", "fichiers reçus")
    poids = f"{format_nombre(faite.octets / 2**20, 1)}{INSECABLE}Mo"
    return (
        f"Version {faite.version_id}, {recus} et registre sauvegardés dans « {dossier} » ({poids}). Il "
        "contient des réponses, des clés secrètes et des droits : gardez-le comme l'entrepôt."
    )
