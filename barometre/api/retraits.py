"""Ce qui va être retiré de l'API : annoncé douze mois avant, dans chaque réponse de l'adresse.

`Deprecation` (RFC 9745) dit depuis quand ne plus s'en servir, `Sunset` (RFC 8594) quand elle ne répondra
plus, `Link` par quoi la remplacer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Retrait:
    """Une adresse annoncée comme retirée ; `remplacante` : celle qui lui succède, vide s'il n'y en a pas."""

    annonce: date
    fin: date
    remplacante: str = ""

    @property
    def en_tetes(self) -> dict[str, str]:
        """Les en-têtes de ses réponses."""
        dits = {
            "Deprecation": f"@{int(_at(self.annonce).timestamp())}",
            "Sunset": format_datetime(_at(self.fin), usegmt=True),
        }
        suite = {"Link": f'<{self.remplacante}>; rel="successor-version"'} if self.remplacante else {}
        return dits | suite


def _at(jour: date) -> datetime:
    return datetime.combine(jour, time(), UTC)


# Chemin dans l'API (« /valeurs ») → son retrait. Aucun à ce jour.
RETRAITS: Mapping[str, Retrait] = {}


class Annonce:
    """Toute réponse d'une adresse que l'on va retirer le dit, 304 et erreurs comprises."""

    def __init__(self, app: ASGIApp, retraits: Mapping[str, Retrait], racine: str) -> None:
        self.app = app
        self._retraits, self._racine = retraits, racine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Les en-têtes du retrait s'ajoutent à ceux de la réponse."""
        retrait = self._retraits.get(str(scope.get("path", "")).removeprefix(self._racine))
        if retrait is None or scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def annoncer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(retrait.en_tetes)
            await send(message)

        await self.app(scope, receive, annoncer)
