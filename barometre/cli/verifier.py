"""verifier : les contrôles de la version en service."""

from __future__ import annotations

import argparse
import os
from dataclasses import asdict
from typing import Any

from barometre.cli.analyse import FAIT, REFUSE, add_json
from barometre.cli.sortie import print_json
from barometre.pipeline.verify import verifier


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "refait les contrôles de la version en service"
    analyseur = commandes.add_parser("verifier", help=aide, description=aide)
    add_json(analyseur)
    analyseur.add_argument(
        "--attaque",
        action="store_true",
        help="refait aussi l'attaque de chaque question : une réponse se devine-t-elle ? (deux minutes)",
    )
    analyseur.set_defaults(execute=execute)


def execute(demande: argparse.Namespace) -> int:
    """0 si tout passe, 1 sinon."""
    version, controles = verifier(attaque=demande.attaque, processus=os.cpu_count() or 1)
    ok = all(c.ok for c in controles)
    if demande.json:
        print_json({"ok": ok, "version": version, "controles": [asdict(c) for c in controles]})
    else:
        for controle in controles:
            print(f"{'bon   ' if controle.ok else 'FAUX  '}{controle.nom} ({controle.detail})")
        print(f"Version {version} : {'tout est bon' if ok else 'au moins un contrôle ne passe pas'}.")
    return FAIT if ok else REFUSE
