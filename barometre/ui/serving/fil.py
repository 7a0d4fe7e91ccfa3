"""Le WebSocket des pages : ses messages partent par paquets, et se compressent mieux pour moins.

Streamlit envoie une page en vingt à cinquante messages, un par tour de boucle ; chacun coûtait un appel au
système, pendant lequel aucune autre page n'avance. uvicorn compresse au niveau 6 dans une fenêtre de 4 ko :
le niveau 3 dans 16 ko prend deux fois moins de temps et donne moins d'octets, pour 128 ko par lecteur.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

# s : le temps que des messages qui se suivent s'attendent. Un lecteur n'y voit rien.
ATTENTE = 0.003
# Octets en attente au-delà desquels rien n'attend plus.
PLEIN = 32 * 1024
COMPRESSION = ServerPerMessageDeflateFactory(
    server_max_window_bits=14, client_max_window_bits=12, compress_settings={"level": 3, "memLevel": 7}
)


class Groupe:
    """Un transport dont les écritures qui se suivent partent ensemble, dans leur ordre."""

    def __init__(self, transport: asyncio.Transport, boucle: asyncio.AbstractEventLoop) -> None:
        self._transport, self._boucle = transport, boucle
        self._attente = bytearray()
        self._depart: asyncio.TimerHandle | None = None

    def __getattr__(self, nom: str) -> Any:
        return getattr(self._transport, nom)

    def write(self, octets: bytes) -> None:
        """Ce qui attend part au plus tard `ATTENTE` après le premier."""
        self._attente += octets
        if len(self._attente) >= PLEIN:
            self.write_now()
        elif self._depart is None:
            self._depart = self._boucle.call_later(ATTENTE, self.write_now)

    def write_now(self) -> None:
        """Tout part maintenant."""
        if self._depart is not None:
            self._depart.cancel()
            self._depart = None
        if self._attente and not self._transport.is_closing():
            self._transport.write(bytes(self._attente))
        self._attente.clear()

    def close(self) -> None:
        """Rien de ce qui attendait n'est perdu."""
        self.write_now()
        self._transport.close()


class FilGroupe(WebSocketsSansIOProtocol):
    """Le protocole d'uvicorn, sur un transport qui groupe (`uvicorn --ws`, ou `servir`)."""

    def __init__(self, *options: Any, **nommees: Any) -> None:
        super().__init__(*options, **nommees)
        if self.config.ws_per_message_deflate:
            self.conn.available_extensions = [COMPRESSION]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Après la poignée de main HTTP, sur le même transport."""
        groupe = Groupe(cast("asyncio.Transport", transport), self.loop)
        super().connection_made(cast("asyncio.Transport", groupe))
