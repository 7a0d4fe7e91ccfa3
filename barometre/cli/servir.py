"""servir : l'application, sur cette machine."""

from __future__ import annotations

import argparse
import logging
import socket
from typing import Any

from barometre.cli.erreurs import Refus
from barometre.pipeline.en_fond import EnFond
from barometre.warehouse.versions import open_entrepot

PORT = 8501


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "ouvre l'application dans cette fenêtre, jusqu'à Ctrl+C"
    analyseur = commandes.add_parser("servir", help=aide, description=aide)
    analyseur.add_argument("--port", type=int, default=PORT, help=f"port d'écoute ({PORT} par défaut)")
    analyseur.add_argument(
        "--adresse", default="127.0.0.1", help="adresse d'écoute ; 0.0.0.0 pour toutes les interfaces"
    )
    analyseur.add_argument(
        "--recuperer",
        action="store_true",
        help="récupère les données de l'État derrière l'application ouverte (adresses officielles ou miroir)",
    )
    analyseur.set_defaults(execute=execute)


def execute(demande: argparse.Namespace) -> None:
    """Démarre le serveur ; une seule phrase dit où l'ouvrir."""
    import uvicorn  # noqa: PLC0415 — lourd, et inutile aux autres commandes

    # L'application est importée avant que Streamlit ne tourne ; il le signale à chaque cache déclaré.
    logging.getLogger("streamlit.runtime.caching.cache_data_api").setLevel(logging.ERROR)
    _check_port(demande.adresse, demande.port)
    if open_entrepot().get_active() is None:
        print("Aucune version de l'entrepôt : lancez d'abord « python -m barometre construire ».")
    hote = "localhost" if demande.adresse in {"127.0.0.1", "0.0.0.0"} else demande.adresse
    print(f"Le baromètre est à l'adresse http://{hote}:{demande.port} (Ctrl+C pour arrêter).", flush=True)
    fond = EnFond() if demande.recuperer and open_entrepot().get_active() is not None else None
    if fond is not None:
        fond.start()
    try:
        uvicorn.run("app:app", host=demande.adresse, port=demande.port, log_level="warning")
    finally:
        if fond is not None:
            fond.close()


def _check_port(adresse: str, port: int) -> None:
    with socket.socket() as essai:
        essai.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            essai.bind((adresse, port))
        except OSError as erreur:
            raise Refus(
                f"Le port {port} de {adresse} n'est pas libre ou n'est pas permis : "
                f"arrêtez l'autre application ou choisissez un autre port (--port {port + 1})."
            ) from erreur
