"""Le WebSocket des pages : ses messages partent par paquets, et se compressent mieux pour moins.

Streamlit envoie une page en vingt à cinquante messages, un par tour de boucle ; chacun coûtait un appel au
système, pendant lequel aucune autre page n'avance. uvicorn compresse au niveau 6 dans une fenêtre de 4 ko :
le niveau 3 dans 16 ko prend deux fois moins de temps et donne moins d'octets, pour 128 ko par lecteur. Un
long message est le même pour tous ceux qui ouvrent une vue : il ne se compresse qu'une fois, et mieux.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, cast

from cachetools import LRUCache
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.typing import ExtensionParameter

# s : le temps que des messages qui se suivent s'attendent. Un lecteur n'y voit rien.
ATTENTE = 0.003
# Octets en attente au-delà desquels rien n'attend plus.
PLEIN = 32 * 1024
# Octets dès lesquels un message se compresse à part, et niveau ; octets compressés gardés en tout.
LONG, NIVEAU, GARDES = 4 * 1024, 6, 8 * 1024**2
FIN = b"\x00\x00\xff\xff"


class Deflate(PerMessageDeflate):
    """La compression d'un lecteur, dont les longs messages sont ceux de tous (RFC 7692, § 7.2.3.2).

    Compressé seul, un message ne renvoie à aucun autre : tout lecteur sait le lire. Le suivant repart de
    rien, puisque les distances d'avant ne sont plus les bonnes.
    """

    gardes: LRUCache[tuple[int, bytes], bytes] = LRUCache(GARDES, getsizeof=len)

    def encode(self, frame: Frame) -> Frame:
        """Les autres se compressent comme toujours, dans la suite de ceux d'avant."""
        long = frame.opcode is Opcode.BINARY and frame.fin and len(frame.data) >= LONG
        if not long or self.local_no_context_takeover:
            return super().encode(frame)
        octets = self._compress_once(bytes(frame.data))
        self.encoder = zlib.compressobj(wbits=-self.local_max_window_bits, **self.compress_settings)
        return Frame(frame.opcode, octets, True, True, frame.rsv2, frame.rsv3)

    def _compress_once(self, clair: bytes) -> bytes:
        cle = (self.local_max_window_bits, sha256(clair).digest())
        if (garde := self.gardes.get(cle)) is not None:
            return garde
        seul = zlib.compressobj(NIVEAU, wbits=-self.local_max_window_bits)
        octets = (seul.compress(clair) + seul.flush(zlib.Z_SYNC_FLUSH)).removesuffix(FIN)
        if len(octets) <= GARDES:
            self.gardes[cle] = octets
        return octets


class Fabrique(ServerPerMessageDeflateFactory):
    """Ce que le lecteur et le serveur conviennent, tenu par un `Deflate`."""

    def process_request_params(
        self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[Any]
    ) -> tuple[list[ExtensionParameter], Deflate]:
        """La réponse au navigateur, et sa compression."""
        reponse, convenue = super().process_request_params(params, accepted_extensions)
        return reponse, Deflate(
            convenue.remote_no_context_takeover, convenue.local_no_context_takeover,
            convenue.remote_max_window_bits, convenue.local_max_window_bits, convenue.compress_settings,
        )  # fmt: skip


COMPRESSION = Fabrique(
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
