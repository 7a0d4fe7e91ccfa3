"""Les répartiteurs fournis, essayés là où ils sont installés : une visite garde son processus, ou change."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
import websockets

from tests.bench.lecteur import Lecteur
from tests.fakes import build_entrepot_factice

RACINE = Path(__file__).resolve().parents[2]
CONFIGURATIONS = RACINE / "docs" / "repartiteurs"
COMMANDES: dict[str, Callable[[Path], list[str]]] = {
    "haproxy": lambda fichier: ["haproxy", "-db", "-f", str(fichier)],
    "nginx": lambda fichier: [
        "nginx", "-p", str(fichier.parent), "-c", str(fichier), "-g", "daemon off;", "-e", "stderr"
    ],
}  # fmt: skip
FICHIERS = {"haproxy": "haproxy.cfg", "nginx": "nginx.conf"}
DELAI = 120  # s, pour que deux serveurs démarrent sur une machine occupée


class Visiteur(Lecteur):
    """Un lecteur qui présente le témoin du répartiteur."""

    def __init__(self, base: str, temoin: str) -> None:
        super().__init__(base)
        self._temoin = temoin

    async def __aenter__(self) -> Visiteur:
        self._pile = AsyncExitStack()
        entetes = {"Cookie": self._temoin}
        connexion = websockets.connect(
            self._adresse, subprotocols=["streamlit"], max_size=None, additional_headers=entetes
        )  # type: ignore[list-item]
        self._fil = await self._pile.enter_async_context(connexion)
        return self


@dataclass(frozen=True, slots=True)
class Service:
    """Deux processus derrière un répartiteur."""

    base: str
    processus: dict[str, subprocess.Popen[bytes]]


@pytest.fixture(scope="module")
def entrepot(tmp_path_factory: pytest.TempPathFactory) -> str:
    return build_entrepot_factice(tmp_path_factory.mktemp("entrepot"))


@pytest.fixture(params=sorted(COMMANDES))
def service(request: pytest.FixtureRequest, entrepot: str, tmp_path: Path) -> Iterator[Service]:
    nom = str(request.param)
    if shutil.which(nom) is None:
        pytest.skip(f"{nom} n'est pas installé : sa configuration n'est pas essayée.")
    public, *ports = _free_ports(3)
    texte = (CONFIGURATIONS / FICHIERS[nom]).read_text(encoding="utf-8")
    for ancien, neuf in zip((8500, 8501, 8502), (public, *ports), strict=True):
        texte = texte.replace(f"127.0.0.1:{ancien}", f"127.0.0.1:{neuf}")
    fichier = tmp_path / FICHIERS[nom]
    fichier.write_text(texte, encoding="utf-8")
    environnement = {"BAROMETRE_ENTREPOT": entrepot, "STREAMLIT_SERVER_COOKIE_SECRET": "secret-d-essai"}
    with (
        _run(_serve(ports[0]), environnement) as p1,
        _run(_serve(ports[1]), environnement) as p2,
        _run(COMMANDES[nom](fichier), {}),
    ):
        for port in (*ports, public):
            _wait(f"http://127.0.0.1:{port}/readyz")
        yield Service(f"http://127.0.0.1:{public}", {"p1": p1, "p2": p2})


def test_une_visite_garde_son_processus_et_change_s_il_meurt(service: Service) -> None:
    temoin = _open(f"{service.base}/inclusion", "")
    nom = temoin.partition("=")[2]
    assert nom in service.processus
    # Le témoin suffit : le répartiteur n'en repose pas un autre.
    assert _open(f"{service.base}/readyz", temoin) == ""
    premiere = _count(service.base, temoin)
    assert premiere > 5
    service.processus[nom].send_signal(signal.SIGKILL)
    service.processus[nom].wait()
    _wait(f"{service.base}/readyz", temoin)
    assert _count(service.base, temoin) == premiere  # la même vue, par l'autre processus


def _count(base: str, temoin: str) -> int:
    """Dans un fil à lui : Playwright, passé avant dans ce processus, y laisse une boucle qui tourne."""
    with ThreadPoolExecutor(1) as fil:
        return fil.submit(asyncio.run, _ask(base, temoin)).result()


async def _ask(base: str, temoin: str) -> int:
    """Combien de messages font la page d'un thème, ouverte à une sélection."""
    async with Visiteur(base, temoin) as lecteur:
        geste = await lecteur.demander("inclusion", "type=commune")
    assert not geste.incident
    return geste.messages


def _open(adresse: str, temoin: str) -> str:
    """Le témoin que pose la réponse (« processus=p1 »), ou rien."""
    with urlopen(Request(adresse, headers={"Cookie": temoin}), timeout=30) as reponse:
        assert reponse.status == 200
        poses = SimpleCookie(reponse.headers.get("Set-Cookie", ""))
    return f"processus={poses['processus'].value}" if "processus" in poses else ""


def _serve(port: int) -> list[str]:
    return [sys.executable, "-m", "barometre", "servir", "--port", str(port)]


@contextmanager
def _run(commande: list[str], environnement: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    processus = subprocess.Popen(commande, cwd=RACINE, env={**os.environ, **environnement})
    try:
        yield processus
    finally:
        processus.terminate()
        processus.wait(timeout=30)


def _wait(adresse: str, temoin: str = "") -> None:
    fin = time.monotonic() + DELAI
    while time.monotonic() < fin:
        try:
            urlopen(Request(adresse, headers={"Cookie": temoin}), timeout=5).close()
            return
        except (URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"{adresse} ne répond pas.")


def _free_ports(nombre: int) -> list[int]:
    prises = [socket.socket() for _ in range(nombre)]
    for prise in prises:
        prise.bind(("127.0.0.1", 0))
    ports = [int(prise.getsockname()[1]) for prise in prises]
    for prise in prises:
        prise.close()
    return ports
