"""recalculer : tous les chiffres, refaits des réponses gardées."""

from __future__ import annotations

import argparse
from typing import Any

from barometre.cli.analyse import add_json
from barometre.cli.sortie import Barre, print_json
from barometre.pipeline.recalculer import Recalcul, recalculer


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "refait tous les chiffres des réponses gardées, dans une version neuve mise en service"
    analyseur = commandes.add_parser("recalculer", help=aide, description=aide)
    analyseur.add_argument("--forcer", action="store_true", help="même si rien n'a changé")
    add_json(analyseur)
    analyseur.set_defaults(execute=execute)


def execute(demande: argparse.Namespace) -> None:
    """Recalcule, ou dit qu'il n'y a rien à refaire."""
    with Barre(muette=demande.json) as barre:
        fait = recalculer(forcer=demande.forcer, progress=barre)
    lignes = fait.construction.lignes if fait.construction else {}
    if demande.json:
        print_json(
            {
                "version": fait.version_id,
                "recalculee": fait.construction is not None,
                "differences": list(fait.differences),
                "lignes": lignes,
            }
        )
    else:
        print(_describe(fait, lignes))


def _describe(fait: Recalcul, lignes: dict[str, int]) -> str:
    if fait.construction is None:
        return f"La version {fait.version_id} est à jour : rien à recalculer (ou --forcer)."
    motif = f"avaient changé : {', '.join(fait.differences)}" if fait.differences else "rien n'avait changé"
    return (
        f"Version {fait.version_id} en service ({motif}) : {lignes.get('participation', 0)} questionnaires "
        f"gardés, {lignes.get('agregat', 0)} chiffres recalculés."
    )
