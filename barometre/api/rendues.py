"""Les réponses déjà rendues : la même adresse, sur la même version, rend les mêmes octets.

Vingt demandes par seconde reprendraient sinon, chacune, la vérification du contrat, l'écriture du JSON et sa
compression, dans le processus qui sert aussi les pages.
"""

from __future__ import annotations

import gzip
from asyncio import Lock, Semaphore
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from weakref import WeakValueDictionary

from cachetools import LRUCache
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope

# Une page de cinquante valeurs fait 30 ko ; un fichier entier, plus rare, ne chasserait que trop de réponses.
OCTETS, OCTETS_UNE = 16_000_000, 500_000
# Les clés et les en-têtes comptent : mille réponses vides ne sont pas gratuites.
OCTETS_AUTOUR = 1_000
# Le niveau 9, d'origine, gagne un centième de la taille et prend le double de processeur.
OCTETS_COMPRESSES, NIVEAU_GZIP = 1_000, 6
# Deux vues neuves à la fois : les suivantes attendent, plutôt que les lecteurs des pages.
SIMULTANEES = 2


@dataclass(frozen=True, slots=True)
class Rendue:
    """Une réponse : ses octets, ceux de sa forme compressée (vide si elle ne gagne rien), ses en-têtes."""

    statut: int
    corps: bytes
    en_tetes: dict[str, str]
    comprime: bytes = b""

    @property
    def octets(self) -> int:
        """Ce qu'elle occupe, à peu près."""
        return len(self.corps) + len(self.comprime) + OCTETS_AUTOUR

    def build_reponse(self, acceptees: str = "") -> Response:
        """La réponse ; `acceptees` : l'en-tête Accept-Encoding de qui la demande."""
        reponse = Response(self.corps, self.statut, self.en_tetes)
        if self.comprime and "gzip" in acceptees:
            reponse = Response(self.comprime, self.statut, self.en_tetes)
            reponse.headers["content-length"] = str(len(self.comprime))
            reponse.headers["content-encoding"] = "gzip"
            reponse.headers.add_vary_header("Accept-Encoding")
        return reponse


class Rendues:
    """Les dernières lues restent, dans la limite des octets ; rien n'est écrit."""

    def __init__(self, octets: int = OCTETS) -> None:
        self._gardees: LRUCache[str, Rendue] = LRUCache(octets, getsizeof=lambda rendue: rendue.octets)
        # Qui attend une réponse tient son tour : il disparaît avec le dernier d'entre eux.
        self._tours: WeakValueDictionary[str, Lock] = WeakValueDictionary()
        self._places = Semaphore(SIMULTANEES)

    async def find(self, etag: str, rendre: Callable[[], Awaitable[Rendue]]) -> Rendue:
        """La réponse gardée, sinon faite : une seule fois pour tous ceux qui l'attendent, deux à la fois.

        Sans cela, vingt demandes de la même vue neuve la font vingt fois, et prennent les fils des pages.
        """
        if gardee := self._gardees.get(etag):
            return gardee
        tour = self._tours.setdefault(etag, Lock())
        async with tour:
            if gardee := self._gardees.get(etag):
                return gardee
            async with self._places:
                return await self._keep(etag, await rendre())

    async def _keep(self, etag: str, rendue: Rendue) -> Rendue:
        """Garde une réponse réussie si elle n'est pas trop grande, compressée une fois pour toutes."""
        if rendue.statut != 200 or len(rendue.corps) > OCTETS_UNE:
            return rendue
        if len(rendue.corps) >= OCTETS_COMPRESSES:
            comprime = await run_in_threadpool(gzip.compress, rendue.corps, NIVEAU_GZIP, mtime=0)
            rendue = Rendue(rendue.statut, rendue.corps, rendue.en_tetes, comprime)
        self._gardees[etag] = rendue
        return rendue


async def render(app: ASGIApp, scope: Scope, receive: Receive, en_tetes: dict[str, str]) -> Rendue:
    """La réponse de `app`, lue jusqu'au bout ; `en_tetes` s'ajoutent à une réponse réussie."""
    statut, lus, morceaux = 500, MutableHeaders(), bytearray()

    async def recueillir(message: Message) -> None:
        nonlocal statut, lus
        if message["type"] == "http.response.start":
            statut, lus = message["status"], MutableHeaders(raw=list(message["headers"]))
        elif message["type"] == "http.response.body":
            morceaux.extend(message.get("body", b""))

    await app(scope, receive, recueillir)
    if statut == 200:
        lus.update(en_tetes)
    return Rendue(statut, bytes(morceaux), dict(lus.items()))
