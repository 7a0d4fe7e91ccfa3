"""Chaque réponse a l’étiquette de sa version : qui l’a déjà n’en reçoit pas le corps, un autre la gardée."""

from __future__ import annotations

from collections.abc import Callable

from cachetools import TTLCache
from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from barometre.access import Gate
from barometre.api.problemes import build_indisponible
from barometre.api.rendues import Rendues, render
from barometre.api.reponses import (
    build_en_tetes,
    build_etag,
    build_inchangee,
    is_connue,
    is_inchangee,
    read_demandee,
)
from barometre.assemblage.depot import POINTEUR_SECONDES
from barometre.warehouse.engine import EntrepotError

# La liste des versions change sans que celle en service change : ni étiquette, ni réponse gardée.
SANS_VERSION = frozenset({"/openapi.json", "/", "/versions"})
VERSIONS_SUIVIES = 8


class Etiquette:
    """304 pour qui a déjà la réponse de cette version ; `ETag`, et la réponse gardée, sinon."""

    def __init__(self, app: ASGIApp, open_gate: Callable[[str], Gate], racine: str) -> None:
        self.app = app
        self._open_gate, self._racine = open_gate, racine
        self._rendues = Rendues()
        # Le pointeur de la version se relit dans un fil : deux fois par seconde, et non à chaque demande.
        self._portes: TTLCache[str, Gate] = TTLCache(VERSIONS_SUIVIES, ttl=POINTEUR_SECONDES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sans la classe de base de Starlette : ses fils et ses files coûtaient plus que la réponse."""
        if scope["type"] != "http" or scope["method"] != "GET" or self._is_sans_version(scope):
            await self.app(scope, receive, send)
            return
        requete = Request(scope, receive)
        try:
            gate = await self._find_porte(read_demandee(requete))
            reponse = await self._answer(requete, gate, build_etag(gate, requete))
        except EntrepotError as erreur:  # hors de l'application : ses gardes ne la voient pas
            reponse = build_indisponible(erreur)
        await reponse(scope, receive, send)

    async def _answer(self, requete: Request, gate: Gate, etag: str) -> Response:
        """304 à qui l'a déjà ; un refus reste un refus, quoi qu'il dise avoir."""
        if is_connue(requete, etag):
            return build_inchangee(gate, etag)
        en_tetes = build_en_tetes(gate, etag)
        rendue = await self._rendues.find(
            etag, lambda: render(self.app, requete.scope, requete.receive, en_tetes)
        )
        if rendue.statut == 200 and is_inchangee(requete, gate):
            return build_inchangee(gate, etag)
        return rendue.build_reponse(requete.headers.get("accept-encoding", ""))

    def _is_sans_version(self, scope: Scope) -> bool:
        return str(scope["path"]).removeprefix(self._racine) in SANS_VERSION

    async def _find_porte(self, demandee: str) -> Gate:
        porte = self._portes.get(demandee)
        if porte is None:
            porte = await run_in_threadpool(self._open_gate, demandee)
            self._portes[demandee] = porte
        return porte
