"""Les scripts et les styles, envoyés compressés : 4,7 Mo de graphiques en font 1,4, la carte 0,3 pour 1,1.

Streamlit envoie les siens tels quels et compresse les nôtres à chaque demande, pendant que tous attendent.
Aucun ne change tant que le serveur tourne : chacun est compressé une fois, à part, et gardé. Sa police
(170 Ko), il la demande avant d'avoir lu la charte, qui en nomme une autre : la nôtre, du même dessin et que
la page a déjà demandée (29 Ko), répond à sa place. De ses icônes (375 Ko), celles qu'il nomme (52).
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

from barometre.ui.serving.routes import ICONES, NODE_MODULES, POLICE, UN_JOUR, VENDOR

STREAMLIT = "/static/"
PAQUETS = "/vendor/"
JAVASCRIPT = "text/javascript; charset=utf-8"
TYPES = {".js": JAVASCRIPT, ".mjs": JAVASCRIPT, ".css": "text/css; charset=utf-8"}
# Au-delà de 6, le temps double pour un pour cent.
NIVEAU = 6
EN_TETES = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
SA_POLICE, SES_ICONES = "/static/media/SourceSansVF-Upright.", "/static/media/MaterialSymbols-Rounded."
# Le nom d'un fichier de Streamlit porte son empreinte ; celui d'un paquet, non.
DUREES = {STREAMLIT: "public, immutable, max-age=31536000", PAQUETS: f"public, max-age={UN_JOUR}"}


class CompressedStatic:
    """Répond aux demandes de ces fichiers ; tout le reste passe tel quel."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """La compression a lieu hors de la boucle : elle ne fait attendre personne d'autre."""
        scope = _replace_police(scope)
        adresse = _find(scope)
        if not adresse:
            await self.app(scope, receive, send)
            return
        contenu = await run_in_threadpool(compress, adresse)
        duree = next(d for prefixe, d in DUREES.items() if adresse.startswith(prefixe))
        en_tetes = EN_TETES | {"Cache-Control": duree}
        reponse = Response(contenu, media_type=TYPES[Path(adresse).suffix], headers=en_tetes)
        await reponse(scope, receive, send)


def compress_first(adresses: Iterable[str]) -> None:
    """Compresse d'avance les plus gros."""
    for adresse in adresses:
        compress(adresse)


@cache
def compress(adresse: str) -> bytes:
    """Les octets compressés d'un fichier de la liste."""
    return gzip.compress(list_files()[adresse].read_bytes(), NIVEAU, mtime=0)


@cache
def list_files() -> dict[str, Path]:
    """Les fichiers servis, par adresse : une liste fermée, qu'aucune demande ne peut élargir."""
    racines = {STREAMLIT: Path(get_static_dir()) / "static"}
    racines |= {f"{PAQUETS}{adresse}/": NODE_MODULES / dossier for adresse, dossier in VENDOR.items()}
    return {
        prefixe + fichier.relative_to(racine).as_posix(): fichier
        for prefixe, racine in racines.items()
        for fichier in racine.rglob("*")
        if fichier.suffix in TYPES
    }


def _replace_police(scope: Scope) -> Scope:
    """La demande d'une police de Streamlit devient celle de la nôtre, si elle est là ; les autres passent."""
    police = _find_police(scope["path"]) if scope["type"] == "http" else ""
    dossier, _, nom = police.rpartition("/")
    if not police or not (NODE_MODULES / VENDOR[dossier] / nom).is_file():
        return scope
    adresse = f"{PAQUETS}{police}"
    return {**scope, "path": adresse, "raw_path": adresse.encode()}


def _find_police(chemin: str) -> str:
    """La nôtre, sous /vendor. Les icônes gardent leur nom, qui porte l'empreinte de la police entière."""
    if chemin.startswith(SES_ICONES):
        return ICONES + chemin.rpartition("/")[2]
    return POLICE if chemin.startswith(SA_POLICE) else ""


def _find(scope: Scope) -> str:
    if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(tuple(DUREES)):
        return ""
    en_tetes = Headers(scope=scope)
    accepte = "gzip" in en_tetes.get("accept-encoding", "") and "range" not in en_tetes
    return scope["path"] if accepte and scope["path"] in list_files() else ""
