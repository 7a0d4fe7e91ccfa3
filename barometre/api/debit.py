"""Le débit : assez pour un programme sage, trop peu pour ralentir les lecteurs des pages."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from barometre.api.problemes import build_probleme

PAR_MINUTE = 120
Suite = Callable[[Request], Awaitable[Response]]


class Debit:
    """Une fenêtre glissante par adresse de réseau. La mémoire est celle du processus : rien n'est écrit."""

    def __init__(self, par_minute: int = PAR_MINUTE) -> None:
        self._permis = RateLimitItemPerMinute(par_minute)
        self._compteur = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, requete: Request, suite: Suite) -> Response:
        """429, avec le temps à attendre, au-delà du débit permis."""
        qui = requete.client.host if requete.client else "inconnu"
        if self._compteur.hit(self._permis, qui):
            return await suite(requete)
        reprise = self._compteur.get_window_stats(self._permis, qui).reset_time
        attente = max(1, math.ceil(reprise - time.time()))
        phrase = f"Plus de {self._permis.amount} demandes en une minute : reprenez dans {attente} s."
        return build_probleme(429, phrase, {"Retry-After": str(attente)})
