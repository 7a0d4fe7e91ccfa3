"""Ce que le service ne répond pas : les adresses de Streamlit dont il n'a pas l'usage, les hôtes inventés."""

from __future__ import annotations

from ipaddress import ip_address
from socket import gethostname
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ADRESSE_FERMEE = "Cette adresse n'existe pas."
HOTE_REFUSE = "Ce nom d'hôte n'est pas celui du service."
# Les compteurs du serveur, sa description de lui-même aux robots (en anglais), la liste de ses fichiers.
FERMEES = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check", "/manifest.json")
# Ses autres adresses, que le navigateur demande : leurs refus, en anglais, deviennent notre phrase.
DE_STREAMLIT = ("/_stcore/", "/media/", "/component/", "/static/", "/app/", "/favicon")
REFUSEE = "Cette demande n'est pas admise ici."
PREMIER_REFUS = 400
INTROUVABLE = 404
# Un composant est une page à lui, dans un cadre de la nôtre.
COMPOSANTS = "/component/"


class ClosedPaths:
    """404 pour ces adresses, et pour tout fichier `.html` qui n'est pas celui d'un composant."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Seules les demandes HTTP ont une adresse à fermer."""
        ferme = scope["type"] == "http" and is_ferme(scope["path"])
        suite = PlainTextResponse(ADRESSE_FERMEE, 404) if ferme else self.app
        await suite(scope, receive, send)


class FrenchRefusals:
    """Une adresse de Streamlit qui refuse le dit en français ; ses réponses utiles passent telles quelles."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Le refus est connu dès le premier message : le corps anglais ne part pas."""
        if scope["type"] != "http" or not scope["path"].startswith(DE_STREAMLIT):
            await self.app(scope, receive, send)
            return
        refus: list[PlainTextResponse] = []

        async def filtrer(message: Message) -> None:
            if message["type"] == "http.response.start" and (statut := get_refus(scope["path"], message)):
                refus.append(PlainTextResponse(ADRESSE_FERMEE if statut == INTROUVABLE else REFUSEE, statut))
            if not refus:
                await send(message)

        await self.app(scope, receive, filtrer)
        if refus:
            await refus[0](scope, receive, send)


def get_refus(chemin: str, message: Message) -> int:
    """Le code d'un refus, ou 0 ; à une adresse qu'il ne connaît pas, Streamlit rend son document anglais."""
    statut: int = message["status"]
    document = Headers(raw=message["headers"]).get("content-type", "").startswith("text/html")
    if statut < PREMIER_REFUS and document and not chemin.startswith(COMPOSANTS):
        return INTROUVABLE
    return statut if statut >= PREMIER_REFUS else 0


def is_ferme(chemin: str) -> bool:
    """Vrai si cette adresse ne doit rien rendre."""
    if chemin.rstrip("/").lower().endswith((".html", ".htm")):
        return not chemin.startswith(COMPOSANTS)
    return chemin.startswith(FERMEES)


class LocalHosts:
    """400 pour un hôte que personne n'a nommé ; sans réglage, seuls valent cette machine et ses adresses IP.

    Un site malveillant peut faire pointer son nom sur ce service (« DNS rebinding ») et le lire par le
    navigateur d'un agent ; il ne peut pas le faire d'une adresse IP.
    """

    def __init__(self, app: ASGIApp, adresse: str = "") -> None:
        self.app = app
        self.noms = {"localhost", gethostname().lower(), (urlsplit(adresse).hostname or "localhost").lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Une connexion WebSocket d'un autre hôte est refusée comme une page."""
        if scope["type"] in ("http", "websocket") and not self._is_admis(scope):
            await PlainTextResponse(HOTE_REFUSE, 400)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _is_admis(self, scope: Scope) -> bool:
        hote = next((valeur.decode("latin-1") for nom, valeur in scope["headers"] if nom == b"host"), "")
        try:
            nom = (urlsplit(f"//{hote}").hostname or "").lower()
        except ValueError:
            return False
        return nom in self.noms or _is_ip(nom)


def _is_ip(nom: str) -> bool:
    try:
        ip_address(nom)
    except ValueError:
        return False
    return True
