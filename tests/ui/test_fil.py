"""Le WebSocket des pages : tout arrive, dans l'ordre, compressé, en moins d'écritures que de messages."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
import uvicorn
import websockets
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from barometre.ui.serving import fil
from barometre.ui.serving.fil import PLEIN, FilGroupe, Groupe
from tests.browser.conftest import free_port

Resultat = TypeVar("Resultat")
MESSAGES = [f"{i} ".encode() * (1 + 37 * i) for i in range(60)]


def _run(travail: Coroutine[Any, Any, Resultat]) -> Resultat:
    """À part : un essai du navigateur laisse une boucle ouverte dans le fil principal."""
    with ThreadPoolExecutor(1) as a_part:
        return a_part.submit(asyncio.run, travail).result()


class Transport:
    """Un transport qui note ce qu'on lui écrit."""

    def __init__(self) -> None:
        self.ecritures: list[bytes] = []
        self.ferme = False

    def write(self, octets: bytes) -> None:
        self.ecritures.append(octets)

    def is_closing(self) -> bool:
        return self.ferme

    def close(self) -> None:
        self.ferme = True


def test_ce_qui_se_suit_part_ensemble_dans_son_ordre() -> None:
    async def ecrire() -> list[bytes]:
        transport = Transport()
        groupe = Groupe(transport, asyncio.get_running_loop())  # type: ignore[arg-type]
        for lettre in (b"a", b"b", b"c"):
            groupe.write(lettre)
            await asyncio.sleep(0)
        avant = list(transport.ecritures)
        while not transport.ecritures:
            await asyncio.sleep(0.001)
        groupe.write(b"d")
        groupe.close()
        groupe.write(b"perdu")
        groupe.write_now()
        return [*avant, *transport.ecritures]

    assert _run(ecrire()) == [b"abc", b"d"]


def test_un_gros_message_n_attend_pas() -> None:
    async def ecrire() -> list[bytes]:
        transport = Transport()
        groupe = Groupe(transport, asyncio.get_running_loop())  # type: ignore[arg-type]
        groupe.write(b"petit ")
        groupe.write(b"x" * PLEIN)
        return transport.ecritures

    assert _run(ecrire()) == [b"petit " + b"x" * PLEIN]


@pytest.mark.parametrize("compresse", [True, False])
def test_un_vrai_serveur_rend_tous_les_messages(compresse: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    ecritures: list[int] = []
    partir = Groupe.write_now

    def compter(groupe: Groupe) -> None:
        ecritures.append(len(groupe._attente))
        partir(groupe)

    monkeypatch.setattr(fil.Groupe, "write_now", compter)
    recus, extensions = _run(_converse(compresse))
    assert recus == MESSAGES
    assert bool(extensions) is compresse
    assert 0 < len([octets for octets in ecritures if octets]) < len(MESSAGES) / 2
    assert (sum(ecritures) < sum(map(len, MESSAGES)) / 3) is compresse


async def _converse(compresse: bool) -> tuple[list[bytes], list[Any]]:
    """Un client envoie un mot à un vrai serveur, et lit tout ce qu'il rend."""

    async def rendre(prise: WebSocket) -> None:
        await prise.accept()
        await prise.receive_text()
        for message in MESSAGES:
            await prise.send_bytes(message)
            await asyncio.sleep(0)
        await prise.close()

    application, port = Starlette(routes=[WebSocketRoute("/", rendre)]), free_port()
    reglages = uvicorn.Config(
        application, port=port, ws=FilGroupe, ws_per_message_deflate=compresse, log_level="warning"
    )
    serveur = uvicorn.Server(reglages)
    tache = asyncio.create_task(serveur.serve())
    while not serveur.started:
        await asyncio.sleep(0.01)
    async with websockets.connect(f"ws://127.0.0.1:{port}/") as client:
        await client.send("bonjour")
        recus = [message if isinstance(message, bytes) else b"" async for message in client]
        extensions = list(client.protocol.extensions)
    serveur.should_exit = True
    await tache
    return recus, extensions
