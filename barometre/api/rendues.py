"""Les réponses déjà rendues : la même adresse, sur la même version, rend les mêmes octets.

Vingt demandes par seconde reprendraient sinon, chacune, la vérification du contrat et l'écriture du JSON,
dans le processus qui sert aussi les pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Any

from cachetools import LRUCache
from fastapi import Response

# Une page de cinquante valeurs fait 30 ko ; un fichier entier, plus rare, ne chasserait que trop de réponses.
OCTETS, OCTETS_UNE = 16_000_000, 500_000
# Les clés et les en-têtes comptent : mille réponses vides ne sont pas gratuites.
OCTETS_AUTOUR = 1_000


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
        self._verrou = Lock()

    def get(self, etag: str) -> Rendue | None:
        """La réponse de cette étiquette (une version et une adresse), si elle est gardée."""
        with self._verrou:
            return self._gardees.get(etag)

    async def keep(self, etag: str, reponse: Any) -> Response:
        """Lit la réponse jusqu'au bout, la garde si elle n'est pas trop grande, et la rend."""
        corps = b"".join([morceau async for morceau in reponse.body_iterator])
        rendue = Rendue(corps, dict(reponse.headers))
        if len(corps) <= OCTETS_UNE:
            with self._verrou:
                self._gardees[etag] = rendue
        return rendue.build_reponse()
