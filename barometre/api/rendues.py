"""Les réponses déjà rendues : la même adresse, sur la même version, rend les mêmes octets.

Vingt demandes par seconde reprendraient sinon, chacune, la vérification du contrat et l'écriture du JSON,
dans le processus qui sert aussi les pages.
"""

from __future__ import annotations

from asyncio import Lock, Semaphore
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from cachetools import LRUCache
from fastapi import Response

# Une page de cinquante valeurs fait 30 ko ; un fichier entier, plus rare, ne chasserait que trop de réponses.
OCTETS, OCTETS_UNE = 16_000_000, 500_000
# Les clés et les en-têtes comptent : mille réponses vides ne sont pas gratuites.
OCTETS_AUTOUR = 1_000
# Deux vues neuves à la fois : les suivantes attendent, plutôt que les lecteurs des pages.
SIMULTANEES = 2


@dataclass(frozen=True, slots=True)
class Rendue:
    """Une réponse réussie : ses octets, et les en-têtes qui ne dépendent que d'elle."""

    corps: bytes
    en_tetes: dict[str, str]

    @property
    def octets(self) -> int:
        """Ce qu'elle occupe, à peu près."""
        return len(self.corps) + OCTETS_AUTOUR

    def build_reponse(self) -> Response:
        """La réponse, à neuf : la suite de la chaîne y ajoute ses en-têtes."""
        return Response(self.corps, headers=self.en_tetes)


class Rendues:
    """Les dernières lues restent, dans la limite des octets ; rien n'est écrit."""

    def __init__(self, octets: int = OCTETS) -> None:
        self._gardees: LRUCache[str, Rendue] = LRUCache(octets, getsizeof=lambda rendue: rendue.octets)
        # Qui attend une réponse tient son tour : il disparaît avec le dernier d'entre eux.
        self._tours: WeakValueDictionary[str, Lock] = WeakValueDictionary()
        self._places = Semaphore(SIMULTANEES)

    async def find(self, etag: str, rendre: Callable[[], Awaitable[Any]]) -> Response:
        """La réponse gardée, sinon faite : une seule fois pour tous ceux qui l'attendent, deux à la fois.

        Sans cela, vingt demandes de la même vue neuve la font vingt fois, et prennent les fils des pages.
        """
        tour = self._tours.setdefault(etag, Lock())
        async with tour:
            if gardee := self._gardees.get(etag):
                return gardee.build_reponse()
            async with self._places:
                reponse = await rendre()
                return await self._keep(etag, reponse) if reponse.status_code == 200 else reponse

    async def _keep(self, etag: str, reponse: Any) -> Response:
        """Lit la réponse jusqu'au bout, la garde si elle n'est pas trop grande, et la rend."""
        corps = b"".join([morceau async for morceau in reponse.body_iterator])
        rendue = Rendue(corps, dict(reponse.headers))
        if len(corps) <= OCTETS_UNE:
            self._gardees[etag] = rendue
        return rendue.build_reponse()
