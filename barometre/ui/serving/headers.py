"""Les en-têtes de sécurité de toute réponse : rien n'est chargé d'un autre hôte."""

from __future__ import annotations

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
    "frame-ancestors": "'self'",
}
# streamlit-folium écrit le script de la carte dans sa page : elle seule (un cadre à part) y a droit. Elle
# n'appelle toujours aucun autre hôte, et tout texte y est échappé (barometre.maps.textes).
FOLIUM = "/component/streamlit_folium.st_folium/"
DIRECTIVES_FOLIUM = DIRECTIVES | {"script-src": "'self' 'unsafe-inline' 'unsafe-eval'"}


def _join(directives: dict[str, str]) -> str:
    return "; ".join(f"{nom} {valeur}" for nom, valeur in directives.items())


CSP = "Content-Security-Policy"
CSP_FOLIUM = _join(DIRECTIVES_FOLIUM)
EN_TETES: dict[str, str] = {
    CSP: _join(DIRECTIVES),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# Deux ans : le navigateur n'essaie plus jamais ce service en clair (recommandation de l'ANSSI).
HSTS = {"Strict-Transport-Security": "max-age=63072000"}


class SecurityHeaders:
    """Ajoute les en-têtes à chaque réponse, sans toucher à son contenu ; `https` : jamais en clair."""

    def __init__(self, app: ASGIApp, *, https: bool = False) -> None:
        self.app = app
        self.en_tetes = EN_TETES | HSTS if https else EN_TETES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Une réponse HTTP passe par `envoyer` ; le reste (WebSocket) passe tout droit."""

        async def envoyer(message: Message) -> None:
            if message["type"] == "http.response.start":
                en_tetes = MutableHeaders(scope=message)
                for nom, valeur in self.en_tetes.items():
                    en_tetes[nom] = valeur
                if scope["path"].startswith(FOLIUM):
                    en_tetes[CSP] = CSP_FOLIUM
            await send(message)

        await self.app(scope, receive, envoyer if scope["type"] == "http" else send)
