"""HEAD : les en-têtes de la même lecture, sans son corps (RFC 9110, §9.3.2)."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class SansCorps:
    """Qui demande HEAD reçoit l'étiquette et la date d'une réponse sans la prendre ; FastAPI le refusait."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """La lecture se fait comme GET ; ses octets ne partent pas."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def envoyer(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, envoyer)
