"""Le débit : assez pour un programme sage, trop peu pour ralentir les lecteurs des pages."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.types import ASGIApp, Receive, Scope, Send

from barometre.api.problemes import build_probleme

PAR_MINUTE = 120
# Toutes les combien de secondes on oublie les demandes de plus d'une minute.
RANGEMENT = 10.0
Suite = Callable[[Request], Awaitable[Response]]


class Compteur(MemoryStorage):
    """La mémoire de `limits`, rangée de temps en temps : la sienne ouvre un fil à chaque demande.

    Ces fils prenaient un cinquième du processeur d'une réponse gardée ; et une adresse vue une fois restait
    en mémoire, vide, tant que le serveur vivait.
    """

    def __init__(self) -> None:
        super().__init__()
        self._rangee = 0.0
        # Le nom que la bibliothèque donne, pour elle seule, à ce qu'elle appelle à chaque demande.
        setattr(self, "_MemoryStorage__schedule_expiry", self._tidy)  # noqa: B010

    def _tidy(self) -> None:
        if time.monotonic() - self._rangee < RANGEMENT:
            return
        self._rangee = time.monotonic()
        getattr(self, "_MemoryStorage__expire_events")()  # noqa: B009
        for adresse in [adresse for adresse, demandes in list(self.events.items()) if not demandes]:
            self.events.pop(adresse, None)


class Debit:
    """Une fenêtre glissante par adresse de réseau. La mémoire est celle du processus : rien n'est écrit."""

    def __init__(self, par_minute: int = PAR_MINUTE) -> None:
        self._permis = RateLimitItemPerMinute(par_minute)
        self._compteur = MovingWindowRateLimiter(Compteur())

    async def __call__(self, requete: Request, suite: Suite) -> Response:
        """429, avec le temps à attendre, au-delà du débit permis."""
        return self.find_refus(requete) or await suite(requete)

    def find_refus(self, requete: Request) -> Response | None:
        """La réponse à une demande de trop ; rien si elle est permise."""
        qui = requete.client.host if requete.client else "inconnu"
        if self._compteur.hit(self._permis, qui):
            return None
        reprise = self._compteur.get_window_stats(self._permis, qui).reset_time
        attente = max(1, math.ceil(reprise - time.time()))
        phrase = f"Plus de {self._permis.amount} demandes en une minute : reprenez dans {attente} s."
        return build_probleme(429, phrase, {"Retry-After": str(attente)})


class DebitBorne:
    """Le débit de tout ce qui est derrière."""

    def __init__(self, app: ASGIApp, par_minute: int = PAR_MINUTE) -> None:
        self.app = app
        self._debit = Debit(par_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """429 au-delà ; ce qui n'est pas une demande passe."""
        refus = self._debit.find_refus(Request(scope)) if scope["type"] == "http" else None
        await (refus or self.app)(scope, receive, send)
