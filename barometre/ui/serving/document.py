"""Le document HTML de Streamlit, dit en français : langue, titre, message sans JavaScript, nos fichiers.

Streamlit sert un seul document, écrit en anglais, et répond 200 à toute adresse : une adresse inconnue
reçoit ici 404 (le même document, pour que le lecteur voie où il est).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from barometre.api.application import RACINE as RACINE_API
from barometre.ui.serving.routes import POLICE

TITRE = "Baromètre Collectivités & Numérique"
SANS_JAVASCRIPT = (
    "<p>Cette application a besoin de JavaScript pour s’afficher. "
    "Vous pouvez l’activer dans les réglages de votre navigateur.</p>"
)
TETE = (
    f"<title>{TITRE.replace('&', '&amp;')}</title>"
    '<meta name="description" content="Où en sont les collectivités dans leur transformation numérique ?" />'
    # Demandée avec la page : arrivée après le texte, elle en change les lignes et toute la page se décale.
    f'<link rel="preload" as="font" type="font/woff2" crossorigin href="./vendor/{POLICE}" />'
    '<link rel="stylesheet" href="./ressources/style.css" />'
    '<script type="module" src="./ressources/francais.js"></script>'
    '<script type="module" src="./ressources/presentation.js"></script>'
)
# Les adresses qui ne rendent jamais le document.
PREFIXES_SERVIS = (
    *("/_stcore", "/media", "/component", "/static", "/vendor", "/ressources", "/app"),
    *("/connexion", "/deconnexion"),
    # L'API a ses étiquettes, sa compression et ses refus : prise pour une page, elle perdait les trois.
    f"{RACINE_API}/",
)
EN_TETES_PERIMES = ("content-length", "etag", "last-modified")

_REMPLACEMENTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r'<html lang="en"'), '<html lang="fr"'),
    # Notre police remplace celle que Streamlit annonce d'avance : d'abord, la nôtre est dans l'en-tête.
    (re.compile(r'<link\s+rel="preload"[^>]*?as="font"[^>]*?/>', re.S), ""),
    (re.compile(r"<title>.*?</title>", re.S), TETE.replace("\\", r"\\")),
    (re.compile(r"<noscript>.*?</noscript>", re.S), f"<noscript>{SANS_JAVASCRIPT}</noscript>"),
    (re.compile(r'href="\./favicon\.png"'), 'href="./ressources/icone.svg" type="image/svg+xml"'),
    # Un script en ligne serait refusé par notre politique ; celui-ci ne sert qu'aux robots de pré-rendu.
    (re.compile(r"<script>\s*window\.prerenderReady = false\s*</script>", re.S), ""),
)


def build_document(html: str, avance: str = "") -> str:
    """Le document de Streamlit, après nos remplacements ; `avance` : ce qui est demandé tôt, en balises."""
    for motif, texte in _REMPLACEMENTS:
        html = motif.sub(texte, html)
    return html.replace("</head>", f"{avance}</head>")


class FrenchDocument:
    """Réécrit le document, et lui seul ; les autres réponses passent telles quelles."""

    def __init__(
        self,
        app: ASGIApp,
        is_page: Callable[[str], bool],
        build_avance: Callable[[str, str], str] | None = None,
        build_apercu: Callable[[Request], str] | None = None,
    ) -> None:
        self.app = app
        self.is_page = is_page
        self.build_avance = build_avance
        self.build_apercu = build_apercu

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Le document doit arriver entier et non compressé pour être réécrit."""
        if not _is_document(scope):
            await self.app(scope, receive, send)
            return
        _forget_conditions(scope)
        is_known = self.is_page(scope["path"])
        tete = await self._build_tete(scope, is_known=is_known)
        redacteur = _Rewriter(send, is_known=is_known, avance=tete)
        await self.app(scope, receive, redacteur)

    async def _build_tete(self, scope: Scope, *, is_known: bool) -> str:
        """Ce qui est demandé tôt, puis l'aperçu du lien, qui lit les données : dans un fil à part."""
        requete = scope["query_string"].decode("latin-1")
        avance = self.build_avance(scope["path"], requete) if self.build_avance else ""
        if self.build_apercu is None or not is_known:
            return avance
        return avance + await run_in_threadpool(self.build_apercu, Request(scope))


class _Rewriter:
    """Retient le début de la réponse tant que le corps n'est pas entier."""

    def __init__(self, send: Send, *, is_known: bool, avance: str) -> None:
        self.send = send
        self.is_known = is_known
        self.avance = avance
        self.debut: Message | None = None
        self.corps = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_html(message):
            self.debut = message
        elif self.debut is not None and message["type"] == "http.response.body":
            self.corps += message.get("body", b"")
            if not message.get("more_body"):
                await self._send_document(self.debut)
        else:
            await self.send(message)

    async def _send_document(self, debut: Message) -> None:
        document = build_document(self.corps.decode(), self.avance)
        corps = document.encode() if self.corps else b""
        en_tetes = MutableHeaders(raw=[h for h in debut["headers"] if h[0].decode() not in EN_TETES_PERIMES])
        en_tetes["content-length"] = str(len(corps))
        en_tetes["content-language"] = "fr"
        en_tetes["vary"] = "Sec-Fetch-Dest"
        en_tetes["cache-control"] = "no-cache"
        statut = debut["status"] if self.is_known or debut["status"] != 200 else 404
        await self.send({**debut, "status": statut, "headers": en_tetes.raw})
        await self.send({"type": "http.response.body", "body": corps})


def _is_document(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    chemin = scope["path"]
    return "." not in chemin.rsplit("/", 1)[-1] and not chemin.startswith(PREFIXES_SERVIS)


def _is_html(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type", "").startswith("text/html")


def _forget_conditions(scope: Scope) -> None:
    # Ni compression ni « non modifié » : le navigateur pourrait garder le document anglais.
    ecartes = {b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"}
    scope["headers"] = [h for h in scope["headers"] if h[0] not in ecartes]
