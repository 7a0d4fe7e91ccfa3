"""Les adresses à nous : santé du processus, entrepôt prêt, polices et bibliothèques du navigateur."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

RACINE = Path(__file__).resolve().parents[3]
RESSOURCES = Path(__file__).resolve().parents[1] / "ressources"
PAQUETS = RACINE / "node_modules"
# Adresse sous /vendor → dossier du paquet. Rien d'autre de node_modules n'est servi.
VENDOR: dict[str, str] = {
    "polices/source-sans-3": "@fontsource-variable/source-sans-3/files",
    "leaflet": "leaflet/dist",
    "maplibre-gl": "maplibre-gl/dist",
    "pmtiles": "pmtiles/dist",
    "d3": "d3",
}
EXTENSIONS = frozenset({".js", ".mjs", ".css", ".woff2", ".png", ".svg", ".map"})
UN_JOUR = 86_400

journal = logging.getLogger(__name__)


class BrowserFiles(StaticFiles):
    """Un dossier servi au navigateur : les seules extensions dont il a besoin, gardées un jour."""

    async def check_config(self) -> None:
        """Un paquet du navigateur absent rend 404 à qui le demande, il n'arrête pas le serveur."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """404 pour toute autre extension (scripts de construction, licences…)."""
        if Path(path).suffix not in EXTENSIONS:
            raise HTTPException(404)
        reponse = await super().get_response(path, scope)
        reponse.headers["Cache-Control"] = f"public, max-age={UN_JOUR}"
        return reponse


async def healthz(_: Request) -> Response:
    """Le processus répond."""
    return JSONResponse({"etat": "vivant"})


def build_readyz(read_version: Callable[[], str]) -> Route:
    """`/readyz` : un entrepôt est actif et lisible, sinon 503."""

    async def readyz(_: Request) -> Response:
        try:
            version = await run_in_threadpool(read_version)
        except Exception:
            # Quelle que soit la cause, la réponse est « pas prêt » ; le journal garde le détail.
            journal.exception("L’entrepôt n’est pas lisible")
            return JSONResponse({"etat": "entrepôt indisponible"}, status_code=503)
        return JSONResponse({"etat": "prêt", "version": version})

    return Route("/readyz", readyz)


def build_routes(read_version: Callable[[], str], paquets: Path = PAQUETS) -> list[BaseRoute]:
    """Toutes nos adresses ; un paquet absent rend 404, sans empêcher le démarrage."""
    montages: list[BaseRoute] = [
        Mount(f"/vendor/{adresse}", BrowserFiles(directory=paquets / dossier, check_dir=False))
        for adresse, dossier in VENDOR.items()
    ]
    ressources = Mount("/ressources", BrowserFiles(directory=RESSOURCES))
    return [Route("/healthz", healthz), build_readyz(read_version), ressources, *montages]
