"""Ce que le serveur répond hors de Streamlit : santé, fichiers du navigateur, en-têtes, langue."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from threading import Thread

from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from barometre.ui import cache, chauffe
from barometre.ui.navigation import list_adresses, list_pages
from barometre.ui.serving import routes
from barometre.ui.serving.compression import CompressedStatic, compress_first
from barometre.ui.serving.document import GRAPHIQUES, FrenchDocument
from barometre.ui.serving.headers import SecurityHeaders


def build_routes() -> list[BaseRoute]:
    """Les adresses de l'application, à côté de celles de Streamlit."""
    return routes.build_routes(cache.read_active_version)


@asynccontextmanager
async def warm_up(_: object) -> AsyncGenerator[None]:
    """Au démarrage, à part : recherche, accueil, thèmes, fichiers compressés."""
    Thread(target=chauffe.warm_up, daemon=True).start()
    Thread(target=compress_first, args=(GRAPHIQUES,), daemon=True).start()
    yield


def build_middleware() -> list[Middleware]:
    """Le premier enveloppe les autres : les en-têtes couvrent aussi le document réécrit."""
    return [
        Middleware(SecurityHeaders),
        Middleware(CompressedStatic),
        Middleware(FrenchDocument, is_page=_is_page, has_charts=_has_charts),
    ]


def _is_page(chemin: str) -> bool:
    return chemin.strip("/") in list_adresses()


def _has_charts(chemin: str) -> bool:
    """Les pages qui s'ouvrent sur des graphiques."""
    adresse = chemin.strip("/")
    return any(p.adresse == adresse and (p.theme_id or p.groupe == "Piloter") for p in list_pages())
