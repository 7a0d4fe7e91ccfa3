"""Les en-têtes de sécurité de toute réponse : rien n'est chargé d'un autre hôte."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DIRECTIVES: dict[str, str] = {
    "default-src": "'self'",
    # Aucun script en ligne ni construit à la volée : ceux de Streamlit et les nôtres, du même hôte.
    "script-src": "'self'",
    # Streamlit pose ses styles dans des balises <style> au fil de l'affichage.
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    # « self » couvre aussi la connexion WebSocket du même hôte.
    "connect-src": "'self'",
    # Le moteur de carte travaille dans un fil à part.
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-src": "'self'",
    # Aucun site ne met nos pages dans un cadre ; l'opérateur peut en nommer (BAROMETRE_CADRES).
    "frame-ancestors": "'none'",
}
# streamlit-folium écrit le script de la carte dans sa page : elle seule (un cadre à part) y a droit. Elle
# n'appelle toujours aucun autre hôte, et tout texte y est échappé (barometre.maps.textes).
FOLIUM = "/component/streamlit_folium.st_folium/"
DIRECTIVES_FOLIUM = DIRECTIVES | {
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "frame-ancestors": "'self'",
}


def _join(directives: dict[str, str]) -> str:
    return "; ".join(f"{nom} {valeur}" for nom, valeur in directives.items())


CSP = "Content-Security-Policy"
CADRE = "X-Frame-Options"
CSP_FOLIUM = _join(DIRECTIVES_FOLIUM)
EN_TETES: dict[str, str] = {
    CSP: _join(DIRECTIVES),
    "X-Content-Type-Options": "nosniff",
    CADRE: "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# Deux ans : le navigateur n'essaie plus jamais ce service en clair (recommandation de l'ANSSI).
HSTS = {"Strict-Transport-Security": "max-age=63072000"}


class SecurityHeaders:
    """Ajoute les en-têtes à chaque réponse, sans toucher à son contenu.

    `https` : jamais en clair. `cadres` : les sites qui peuvent montrer nos pages dans un cadre.
    """

    def __init__(self, app: ASGIApp, *, https: bool = False, cadres: Sequence[str] = ()) -> None:
        self.app = app
        self.en_tetes = build_en_tetes(cadres) | (HSTS if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Une réponse HTTP passe par `envoyer` ; le reste (WebSocket) passe tout droit."""

        async def envoyer(message: Message) -> None:
            if message["type"] == "http.response.start":
                en_tetes = MutableHeaders(scope=message)
                for nom, valeur in self.en_tetes.items():
                    en_tetes[nom] = valeur
                if scope["path"].startswith(FOLIUM):
                    en_tetes[CSP] = CSP_FOLIUM
                    en_tetes[CADRE] = "SAMEORIGIN"
            await send(message)

        await self.app(scope, receive, envoyer if scope["type"] == "http" else send)


def build_en_tetes(cadres: Sequence[str] = ()) -> dict[str, str]:
    """Les en-têtes de toute réponse ; X-Frame-Options ne sait pas nommer un site, il se tait s'il y en a."""
    if not cadres:
        return EN_TETES
    directives = DIRECTIVES | {"frame-ancestors": " ".join(cadres)}
    return {nom: valeur for nom, valeur in EN_TETES.items() if nom != CADRE} | {CSP: _join(directives)}
