"""Les fichiers de Streamlit, envoyés compressés : 4,7 Mo de graphiques en font 1,4.

Streamlit les envoie tels quels, pour ne pas les compresser à chaque demande. Ils ne changent jamais (leur
nom porte leur empreinte) : chacun est compressé une fois, à la première demande, et gardé.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.file_util import get_static_dir

PREFIXE = "/static/"
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
# Au-delà de 6, le temps double pour un pour cent.
NIVEAU = 6
EN_TETES = {
    "Content-Encoding": "gzip",
    "Vary": "Accept-Encoding",
    "Cache-Control": "public, immutable, max-age=31536000",
}


class CompressedStatic:
    """Répond aux demandes de ces fichiers ; tout le reste passe tel quel."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """La compression a lieu hors de la boucle : elle ne fait attendre personne d'autre."""
        nom = _find(scope)
        if not nom:
            await self.app(scope, receive, send)
            return
        contenu = await run_in_threadpool(compress, nom)
        reponse = Response(contenu, media_type=TYPES[Path(nom).suffix], headers=EN_TETES)
        await reponse(scope, receive, send)


def compress_first(noms: Iterable[str]) -> None:
    """Compresse d'avance les plus gros."""
    for nom in noms:
        compress(nom)


@cache
def compress(nom: str) -> bytes:
    """Les octets compressés d'un fichier de la liste."""
    return gzip.compress(list_files()[nom].read_bytes(), NIVEAU, mtime=0)


@cache
def list_files() -> dict[str, Path]:
    """Les fichiers servis, par nom : une liste fermée, qu'aucune adresse ne peut élargir."""
    racine = Path(get_static_dir()) / "static"
    fichiers = (f for f in racine.rglob("*") if f.suffix in TYPES)
    return {f.relative_to(racine).as_posix(): f for f in fichiers}


def _find(scope: Scope) -> str:
    if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(PREFIXE):
        return ""
    en_tetes = Headers(scope=scope)
    nom = scope["path"].removeprefix(PREFIXE)
    accepte = "gzip" in en_tetes.get("accept-encoding", "") and "range" not in en_tetes
    return nom if accepte and nom in list_files() else ""
