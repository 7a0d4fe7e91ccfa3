"""Les adresses à nous : santé du processus, entrepôt prêt, polices et bibliothèques du navigateur."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from barometre.contours.dossier import CODES, TUILES, get_dossier_actif

RACINE = Path(__file__).resolve().parents[3]
RESSOURCES = Path(__file__).resolve().parents[1] / "ressources"
NODE_MODULES = RACINE / "node_modules"
# Adresse sous /vendor → dossier du paquet. Rien d'autre de node_modules n'est servi.
VENDOR: dict[str, str] = {
    "polices/source-sans-3": "@fontsource-variable/source-sans-3/files",
    "polices/icones": ".icones",  # `scripts/reduire_icones.py`
    "leaflet": "leaflet/dist",
    "maplibre-gl": "maplibre-gl/dist",
    "pmtiles": "pmtiles/dist",
    "d3": "d3",
}
# La police de toute page et le dossier de celle des icônes, sous /vendor.
POLICE = "polices/source-sans-3/source-sans-3-latin-wght-normal.woff2"
ICONES = "polices/icones/"
EXTENSIONS = frozenset({".js", ".mjs", ".css", ".woff2", ".png", ".svg", ".map"})
UN_JOUR = 86_400
# Le type des tuiles n'est pas du texte : rien ne les compresse, les octets demandés restent les bons.
TUILES_SERVIES = {TUILES: "application/octet-stream", CODES: "text/plain; charset=utf-8"}

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


async def contours(requete: Request) -> Response:
    """Les tuiles des communes et la liste de leurs codes ; une demande d'octets (`Range`) rend ces octets.

    Le nom du dossier change à chaque chargement : le navigateur peut garder le fichier longtemps.
    """
    dossier, nom = requete.path_params["dossier"], requete.path_params["nom"]
    actif = await run_in_threadpool(get_dossier_actif)
    if actif is None or dossier != actif.name or nom not in TUILES_SERVIES:
        raise HTTPException(404)
    en_tetes = {"Cache-Control": f"public, max-age={30 * UN_JOUR}, immutable"}
    return FileResponse(actif / nom, media_type=TUILES_SERVIES[nom], headers=en_tetes)


def build_routes(read_version: Callable[[], str], paquets: Path = NODE_MODULES) -> list[BaseRoute]:
    """Toutes nos adresses ; un paquet absent rend 404, sans empêcher le démarrage."""
    montages: list[BaseRoute] = [
        Mount(f"/vendor/{adresse}", BrowserFiles(directory=paquets / dossier, check_dir=False))
        for adresse, dossier in VENDOR.items()
    ]
    ressources = Mount("/ressources", BrowserFiles(directory=RESSOURCES))
    tuiles = Route("/contours/{dossier}/{nom}", contours)
    return [Route("/healthz", healthz), build_readyz(read_version), ressources, tuiles, *montages]
