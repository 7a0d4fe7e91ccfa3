"""servir : l'application, sur cette machine."""

from __future__ import annotations

import argparse
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from barometre.cli.erreurs import Refus
from barometre.cli.processus import run_processus
from barometre.pipeline.en_fond import EnFond
from barometre.warehouse.versions import open_entrepot

PORT = 8501
# Le protocole des pages : celui d'uvicorn, dont les messages partent par paquets.
FIL = "barometre.ui.serving.fil:FilGroupe"
# Une machine qui demande plus de processus demande surtout plus de mémoire.
PROCESSUS_MAXIMUM = 16


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
    analyseur.add_argument(
        "--processus",
        type=int,
        default=1,
        metavar="N",
        help=f"nombre de processus ({PROCESSUS_MAXIMUM} au plus), sur les ports qui suivent --port ; "
        "au-delà d'un, placez devant eux un répartiteur à témoin (docs/repartiteurs)",
    )
    analyseur.set_defaults(execute=execute)


def execute(demande: argparse.Namespace) -> None:
    """Démarre un serveur, ou plusieurs derrière un répartiteur."""
    if not 1 <= demande.processus <= PROCESSUS_MAXIMUM:
        raise Refus(f"--processus : donnez un nombre de 1 à {PROCESSUS_MAXIMUM}.")
    with _fetch_behind(demande.recuperer):
        if demande.processus == 1:
            _serve(demande)
        else:
            _serve_many(demande)


def _serve_many(demande: argparse.Namespace) -> None:
    """Un serveur par port ; une phrase dit ce qu'il faut placer devant eux."""
    ports = range(demande.port, demande.port + demande.processus)
    for port in ports:
        _check_port(demande.adresse, port)
    print(
        f"{demande.processus} processus, ports {ports[0]} à {ports[-1]} : placez devant eux un répartiteur à "
        "témoin (docs/repartiteurs). Ctrl+C les arrête tous.",
        flush=True,
    )
    run_processus(demande.adresse, ports)


def _serve(demande: argparse.Namespace) -> None:
    """Un serveur dans ce processus ; une seule phrase dit où l'ouvrir."""
    import uvicorn  # noqa: PLC0415 — lourd, et inutile aux autres commandes

    # L'application est importée avant que Streamlit ne tourne ; il le signale à chaque cache déclaré.
    logging.getLogger("streamlit.runtime.caching.cache_data_api").setLevel(logging.ERROR)
    _check_port(demande.adresse, demande.port)
    if open_entrepot().get_active() is None:
        print("Aucune version de l'entrepôt : lancez d'abord « python -m barometre construire ».")
    hote = "localhost" if demande.adresse in {"127.0.0.1", "0.0.0.0"} else demande.adresse
    print(f"Le baromètre est à l'adresse http://{hote}:{demande.port} (Ctrl+C pour arrêter).", flush=True)
    uvicorn.run("app:app", host=demande.adresse, port=demande.port, ws=FIL, log_level="warning")


@contextmanager
def _fetch_behind(recuperer: bool) -> Iterator[None]:
    """Les données de l'État, récupérées derrière l'application : une fois, quel que soit --processus."""
    if not recuperer or open_entrepot().get_active() is None:
        yield
        return
    fond = EnFond()
    fond.start()
    try:
        yield
    finally:
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
