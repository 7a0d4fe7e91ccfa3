"""Le WebSocket des pages : tout arrive, dans l'ordre, compressé, en moins d'écritures que de messages."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
import uvicorn
import websockets
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory, PerMessageDeflate
from websockets.frames import Frame, Opcode

from barometre.ui.serving import fil
from barometre.ui.serving.fil import COMPRESSION, GARDES, LONG, PLEIN, Deflate, FilGroupe, Groupe
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


@pytest.fixture
def gardes(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Ce qui est gardé, vide au départ."""
    vide = type(Deflate.gardes)(GARDES, getsizeof=len)
    monkeypatch.setattr(Deflate, "gardes", vide)
    return vide


def _open(**options: Any) -> tuple[Deflate, PerMessageDeflate]:
    """La compression du serveur et la lecture du navigateur, d'accord l'une avec l'autre."""
    navigateur = ClientPerMessageDeflateFactory(client_max_window_bits=True, **options)
    reponse, serveur = COMPRESSION.process_request_params(navigateur.get_request_params(), [])
    return serveur, navigateur.process_response_params(reponse, [])


def _pass(serveur: Deflate, navigateur: PerMessageDeflate, message: bytes) -> tuple[bytes, int]:
    envoye = serveur.encode(Frame(Opcode.BINARY, message))
    return bytes(navigateur.decode(envoye).data), len(envoye.data)


def _write_long(rang: int, taille: int) -> bytes:
    return b"".join(f"{rang}-{i * 7919 % 10007} ".encode() for i in range(taille // 6))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([0, 5, 700, LONG, 3 * LONG, 9 * LONG]))))
def test_tout_se_relit_que_les_messages_soient_longs_ou_courts(suite: list[tuple[int, int]]) -> None:
    """Les longs, gardés ou non, se mêlent aux courts dans n'importe quel ordre."""
    serveur, navigateur = _open()
    for rang, taille in suite:
        message = _write_long(rang, taille)
        assert _pass(serveur, navigateur, message)[0] == message


def test_un_long_message_se_compresse_une_fois_pour_tous(gardes: Any) -> None:
    message, ecrits = _write_long(1, 8 * LONG), list[int]()
    for _ in range(3):
        serveur, navigateur = _open()
        assert _pass(serveur, navigateur, b"bonjour")[0] == b"bonjour"
        relu, octets = _pass(serveur, navigateur, message)
        assert relu == message
        ecrits.append(octets)
        assert _pass(serveur, navigateur, b"bonjour")[0] == b"bonjour"
    assert len(gardes) == 1
    assert len(set(ecrits)) == 1
    assert ecrits[0] < len(message) / 2


def test_un_lecteur_a_petite_fenetre_a_son_propre_message(gardes: Any) -> None:
    message = _write_long(2, 8 * LONG)
    for bits in (10, 14):
        serveur, navigateur = _open(server_max_window_bits=bits)
        assert _pass(serveur, navigateur, message)[0] == message
    assert len(gardes) == 2


def test_un_lecteur_sans_suite_ne_recoit_rien_de_garde(gardes: Any) -> None:
    serveur, navigateur = _open(server_no_context_takeover=True)
    message = _write_long(3, 2 * LONG)
    assert _pass(serveur, navigateur, message)[0] == message
    assert not len(gardes)


def test_ce_qui_est_garde_a_une_borne(gardes: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fil, "GARDES", 4_000)
    monkeypatch.setattr(Deflate, "gardes", type(gardes)(4_000, getsizeof=len))
    serveur, navigateur = _open()
    for rang in range(20):
        message = _write_long(rang, LONG + 100)
        assert _pass(serveur, navigateur, message)[0] == message
        assert Deflate.gardes.currsize <= 4_000
    grand = bytes(i * i % 251 for i in range(60_000)) + _write_long(99, 9 * LONG)
    assert _pass(serveur, navigateur, grand)[0] == grand
