"""`/metriques` : de quoi surveiller ce processus, au format de Prometheus, pour l'exploitant seul.

Aucun chiffre du baromètre, aucune adresse ni personne : des durées, des comptes et des octets, par famille
d'adresses. La liste des familles est fermée : une adresse inventée ne crée pas de compteur.
"""

from __future__ import annotations

from collections.abc import Callable
from hmac import compare_digest
from time import perf_counter

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from barometre.ui.serving.fermeture import ADRESSE_FERMEE

CHEMIN = "/metriques"
AUTRE = "page"
FAMILLES = frozenset(
    ("_stcore", "api", "component", "connexion", "contours", "fichiers", "figures", "healthz", "images",
     "media", "readyz", "ressources", "static", "vendor")
)  # fmt: skip
# Une page se veut lisible en 1,2 s, un geste en 60 ms : les bornes entourent ces deux promesses (secondes).
DUREES = (0.005, 0.015, 0.03, 0.06, 0.12, 0.25, 0.5, 1.2, 2.5, 5.0, 10.0)


class Metriques:
    """Les compteurs d'un processus, dans un registre à eux : rien d'une bibliothèque ne s'y ajoute."""

    def __init__(self, count_octets: Callable[[], float]) -> None:
        self.registre = CollectorRegistry()
        self._demandes = Counter(
            "barometre_demandes", "Demandes HTTP servies", ("famille", "statut"), registry=self.registre
        )
        self._durees = Histogram(
            "barometre_demande_secondes", "Durée d'une demande HTTP", ("famille",), registry=self.registre,
            buckets=DUREES,
        )  # fmt: skip
        self.lecteurs = Gauge("barometre_lecteurs", "Pages ouvertes sur ce processus", registry=self.registre)
        octets = Gauge("barometre_vues_octets", "Octets des vues gardées", registry=self.registre)
        octets.set_function(count_octets)
        ProcessCollector(registry=self.registre)
        GCCollector(registry=self.registre)

    def record(self, famille: str, statut: int, secondes: float) -> None:
        """Compte une demande servie."""
        self._demandes.labels(famille, str(statut)).inc()
        self._durees.labels(famille).observe(secondes)

    def write(self) -> bytes:
        """L'état des compteurs, au format texte de Prometheus."""
        return generate_latest(self.registre)


class Measures:
    """Chronomètre chaque demande et compte les pages ouvertes, sans toucher à leur contenu."""

    def __init__(self, app: ASGIApp, metriques: Metriques) -> None:
        self.app, self.metriques = app, metriques

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Une page tient une connexion WebSocket ; tout le reste est une demande."""
        if scope["type"] == "websocket":
            with self.metriques.lecteurs.track_inprogress():
                await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._time(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _time(self, scope: Scope, receive: Receive, send: Send) -> None:
        debut, statuts = perf_counter(), []

        async def noter(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuts.append(int(message["status"]))
            await send(message)

        try:
            await self.app(scope, receive, noter)
        finally:
            # Rien n'est parti : le serveur répondra 500.
            self.metriques.record(
                get_famille(scope["path"]), statuts[0] if statuts else 500, perf_counter() - debut
            )


def get_famille(chemin: str) -> str:
    """« /api/v1/valeurs » → « api » ; une page, et toute adresse que personne n'a déclarée → « page »."""
    premier = chemin.strip("/").partition("/")[0]
    return premier if premier in FAMILLES else AUTRE


def build_route(metriques: Metriques, jeton: str) -> Route:
    """L'adresse, pour qui présente le jeton de l'exploitant ; sans jeton réglé, 404 à tous."""

    def servir(requete: Request) -> Response:
        presente = requete.headers.get("authorization", "").removeprefix("Bearer ")
        if not jeton or not compare_digest(presente.encode(), jeton.encode()):
            return PlainTextResponse(ADRESSE_FERMEE, 404)
        return Response(metriques.write(), headers={"content-type": CONTENT_TYPE_LATEST})

    return Route(CHEMIN, servir, methods=["GET"])
