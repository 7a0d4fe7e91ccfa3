"""Un lecteur sans navigateur : une vraie session de l'application, par le WebSocket de Streamlit."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from urllib.request import urlopen

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.conftest import start_server

DELAI = 120  # s : au-delà, le serveur ne répond plus et la mesure s'arrête
TICS = 100  # par seconde, dans /proc
CALME_MS = 50  # de processeur en une seconde
INCIDENT = "L’incident **".encode()


@dataclass(frozen=True, slots=True)
class Geste:
    """Ce que le serveur a fait d'une page demandée."""

    duree_ms: float
    octets: int
    messages: int
    incident: bool


class Lecteur:
    """Une session ouverte ; chaque `demander` rejoue la page, comme un clic."""

    def __init__(self, base: str) -> None:
        self._adresse = base.replace("http", "ws", 1) + "/_stcore/stream"
        self._pile = AsyncExitStack()

    async def __aenter__(self) -> Lecteur:
        connexion = websockets.connect(self._adresse, subprotocols=["streamlit"], max_size=None)  # type: ignore[list-item]
        self._fil = await self._pile.enter_async_context(connexion)
        return self

    async def __aexit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pile.aclose()

    async def demander(self, page: str, parametres: str = "") -> Geste:
        """Demande une page et attend que le serveur dise qu'il a fini."""
        demande = BackMsg()
        demande.rerun_script.page_name = page
        demande.rerun_script.query_string = parametres
        debut, octets, messages, incident = time.perf_counter(), 0, 0, False
        await self._fil.send(demande.SerializeToString())
        async for recu in self._fil:
            octets, messages = octets + len(recu), messages + 1
            message = ForwardMsg.FromString(recu)  # type: ignore[arg-type]
            incident |= INCIDENT in recu  # type: ignore[operator]
            if message.WhichOneof("type") == "script_finished":
                break
        return Geste(1000 * (time.perf_counter() - debut), octets, messages, incident)


@dataclass(frozen=True, slots=True)
class Serveur:
    """Le serveur mesuré : son adresse, ce qu'il consomme (lu dans /proc ; 0 ailleurs que sous Linux)."""

    base: str
    pid: int

    def read_cpu_ms(self) -> float:
        """Le temps de processeur consommé depuis le début."""
        champs = _read_proc(self.pid, "stat").rpartition(")")[2].split()
        return 1000 * (int(champs[11]) + int(champs[12])) / TICS if champs else 0.0

    def wait_calme(self, secondes: float = 60.0) -> None:
        """Attend la fin de la mise en chauffe : une seconde où le serveur ne fait presque rien."""
        fin = time.monotonic() + secondes
        avant = -1000.0
        while (fait := self.read_cpu_ms()) - avant > CALME_MS and time.monotonic() < fin:
            avant = fait
            time.sleep(1)

    def read_memoire_mo(self) -> float:
        """La mémoire occupée."""
        lignes = _read_proc(self.pid, "status").splitlines()
        return next((int(x.split()[1]) / 1024 for x in lignes if x.startswith("VmRSS")), 0.0)


@contextmanager
def open_serveur(entrepot: str, dossier: Path) -> Iterator[Serveur]:
    """Un serveur neuf sur cet entrepôt ; arrêté en sortant."""
    processus, base = start_server(entrepot, dossier / "serveur.log")
    try:
        # Un entrepôt illisible donne de courtes pages d'excuses : rien de bon à mesurer.
        urlopen(f"{base}/readyz", timeout=DELAI).close()
        yield Serveur(base, processus.pid)
    finally:
        processus.terminate()
        processus.wait(timeout=30)


def _read_proc(pid: int, nom: str) -> str:
    fichier = Path(f"/proc/{pid}/{nom}")
    return fichier.read_text(encoding="utf-8") if fichier.exists() else ""
