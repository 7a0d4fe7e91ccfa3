"""Ce que le serveur répond hors de Streamlit : santé, fichiers du navigateur, en-têtes, langue."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from threading import Thread

from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from barometre.ui import cache
from barometre.ui.navigation import list_adresses
from barometre.ui.serving import routes
from barometre.ui.serving.document import FrenchDocument
from barometre.ui.serving.headers import SecurityHeaders


def build_routes() -> list[BaseRoute]:
    """Les adresses de l'application, à côté de celles de Streamlit."""
    return routes.build_routes(cache.read_active_version)


@asynccontextmanager
async def warm_up(_: object) -> AsyncGenerator[None]:
    """Au démarrage, l'index de recherche se construit à part : le premier lecteur ne l'attend pas."""
    Thread(target=cache.warm_up, daemon=True).start()
    yield


def build_middleware() -> list[Middleware]:
    """Le premier enveloppe les autres : les en-têtes couvrent aussi le document réécrit."""
    return [
        Middleware(SecurityHeaders),
        Middleware(FrenchDocument, is_page=lambda chemin: chemin.strip("/") in list_adresses()),
    ]
