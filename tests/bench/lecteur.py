"""Un lecteur sans navigateur : une vraie session de l'application, par le WebSocket de Streamlit."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
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

from tests.browser.conftest import RACINE, free_port, start_server

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
    # Les morceaux de page que Streamlit sait rejouer seuls, dans l'ordre où ils paraissent.
    fragments: tuple[str, ...] = ()


class Lecteur:
    """Une session ouverte ; chaque `demander` rejoue la page, comme un clic."""

    def __init__(self, base: str) -> None:
        self._adresse = base.replace("http", "ws", 1) + "/_stcore/stream"
        self._pile = AsyncExitStack()

    async def __aenter__(self) -> Lecteur:
        connexion = websockets.connect(
            self._adresse,
            subprotocols=["streamlit"],  # type: ignore[list-item]
            max_size=None,
            open_timeout=DELAI,
            # Une machine chargée répond tard aux pings ; DELAI borne déjà l'attente.
            ping_interval=None,
        )
        self._fil = await self._pile.enter_async_context(connexion)
        return self

    async def __aexit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pile.aclose()

    async def demander(self, page: str, parametres: str = "", fragment: str = "") -> Geste:
        """Demande une page (ou un seul de ses morceaux) et attend que le serveur dise qu'il a fini."""
        demande, fragments = BackMsg(), dict[str, None]()
        demande.rerun_script.fragment_id = fragment
        demande.rerun_script.page_name = page
        demande.rerun_script.query_string = parametres
        debut, octets, messages, incident = time.perf_counter(), 0, 0, False
        await self._fil.send(demande.SerializeToString())
        async for recu in self._fil:
            octets, messages = octets + len(recu), messages + 1
            message = ForwardMsg.FromString(recu)  # type: ignore[arg-type]
            incident |= INCIDENT in recu  # type: ignore[operator]
            if message.WhichOneof("type") == "delta" and message.delta.fragment_id:
                fragments[message.delta.fragment_id] = None
            if message.WhichOneof("type") == "script_finished":
                break
        return Geste(1000 * (time.perf_counter() - debut), octets, messages, incident, tuple(fragments))


@dataclass(frozen=True, slots=True)
class Serveur:
    """Le serveur mesuré : son adresse, ce qu'il consomme (lu dans /proc ; 0 ailleurs que sous Linux)."""

    base: str
    pids: tuple[int, ...]

    def read_cpu_ms(self) -> float:
        """Le temps de processeur consommé depuis le début, par tous ses processus."""
        lus = (_read_proc(pid, "stat").rpartition(")")[2].split() for pid in self.pids)
        return sum(1000 * (int(champs[11]) + int(champs[12])) / TICS for champs in lus if champs)

    def wait_calme(self, secondes: float = 60.0) -> None:
        """Attend la fin de la mise en chauffe : une seconde où le serveur ne fait presque rien."""
        fin = time.monotonic() + secondes
        avant = -1000.0
        while (fait := self.read_cpu_ms()) - avant > CALME_MS and time.monotonic() < fin:
            avant = fait
            time.sleep(1)

    def read_memoire_mo(self) -> float:
        """La mémoire occupée par le plus gros de ses processus."""
        lignes = (ligne for pid in self.pids for ligne in _read_proc(pid, "status").splitlines())
        return max((int(x.split()[1]) / 1024 for x in lignes if x.startswith("VmRSS")), default=0.0)


@contextmanager
def open_serveur(entrepot: str, dossier: Path) -> Iterator[Serveur]:
    """Un serveur neuf sur cet entrepôt ; arrêté en sortant."""
    processus, base = start_server(entrepot, dossier / "serveur.log")
    try:
        # Un entrepôt illisible donne de courtes pages d'excuses : rien de bon à mesurer.
        urlopen(f"{base}/readyz", timeout=DELAI).close()
        yield Serveur(base, (processus.pid,))
    finally:
        processus.terminate()
        processus.wait(timeout=30)


@contextmanager
def open_plusieurs(entrepot: str, dossier: Path, nombre: int) -> Iterator[Serveur]:
    """`servir --processus N` derrière haproxy, tel que `docs/repartiteurs/` le règle ; N vaut deux.

    Un lecteur garde un seul WebSocket : haproxy le donne au processus le moins chargé, et il y reste.
    """
    if nombre != 2 or shutil.which("haproxy") is None:
        raise SystemExit("La mesure à plusieurs processus en demande deux, et haproxy installé.")
    public, premier = free_port(), free_port()
    reglages = {"8500": public, "8501": premier, "8502": premier + 1}
    texte = (RACINE / "docs/repartiteurs/haproxy.cfg").read_text(encoding="utf-8")
    for ancien, neuf in reglages.items():
        texte = texte.replace(f"127.0.0.1:{ancien}", f"127.0.0.1:{neuf}")
    (dossier / "haproxy.cfg").write_text(texte, encoding="utf-8")
    servir = [sys.executable, "-m", "barometre", "servir", "--processus", "2", "--port", str(premier)]
    reglages_serveur = {"BAROMETRE_ENTREPOT": entrepot, "OPENBLAS_NUM_THREADS": "1"}
    lances = [
        subprocess.Popen(servir, cwd=RACINE, env={**os.environ, **reglages_serveur}),
        subprocess.Popen(["haproxy", "-db", "-f", str(dossier / "haproxy.cfg")]),
    ]
    try:
        for port in (premier, premier + 1, public):
            _wait_pret(f"http://127.0.0.1:{port}/readyz")
        enfants = Path(f"/proc/{lances[0].pid}/task/{lances[0].pid}/children").read_text(encoding="utf-8")
        yield Serveur(f"http://127.0.0.1:{public}", tuple(map(int, enfants.split())))
    finally:
        for processus in lances:
            processus.terminate()
        for processus in lances:
            processus.wait(timeout=30)


def _wait_pret(adresse: str) -> None:
    fin = time.monotonic() + DELAI
    while time.monotonic() < fin:
        try:
            urlopen(adresse, timeout=5).close()
            return
        except OSError:
            time.sleep(0.3)
    raise SystemExit(f"{adresse} ne répond pas.")


def _read_proc(pid: int, nom: str) -> str:
    fichier = Path(f"/proc/{pid}/{nom}")
    return fichier.read_text(encoding="utf-8") if fichier.exists() else ""
