"""Plusieurs processus du même service, sur des ports qui se suivent, derrière un répartiteur à témoin.

L'état d'une visite vit dans la mémoire d'un processus : `uvicorn --workers` ou SO_REUSEPORT la perdraient à
la demande suivante. Chacun a donc son port, et le répartiteur (`docs/repartiteurs/`) y garde le visiteur.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import NoReturn

from barometre.cli.erreurs import Refus

# Le secret des témoins de Streamlit : un visiteur renvoyé vers un autre processus y reste reconnu.
SECRET = "STREAMLIT_SERVER_COOKIE_SECRET"
# Celui des jetons : l'image ou le fichier qu'une page remet se demande à n'importe lequel. En production, il
# est à donner (`list_defauts`) : un secret tiré ici ne vaudrait pas sur une autre machine.
SECRET_JETONS, PRODUCTION = "BAROMETRE_SECRET", "BAROMETRE_PRODUCTION"
PAUSE = 0.5  # s, entre deux regards sur les processus
# Un processus qui meurt plus tôt (s) mourrait de nouveau : mieux vaut le dire que le relancer sans fin.
VIE_MINIMALE = 10.0
ARRET = 20.0  # s laissées à un processus pour finir

Processus = subprocess.Popen[bytes]


def run_processus(
    adresse: str, ports: range, start: Callable[[str, int], Processus] | None = None
) -> NoReturn:
    """Tient un processus par port, relance celui qui meurt ; s'arrête avec tous sur Ctrl+C ou SIGTERM."""
    signal.signal(signal.SIGTERM, _stop)
    demarrer = start or _start
    os.environ.setdefault(SECRET, secrets.token_hex(32))
    if os.environ.get(PRODUCTION) != "1":
        os.environ.setdefault(SECRET_JETONS, secrets.token_hex(32))
    vivants = {port: (demarrer(adresse, port), time.monotonic()) for port in ports}
    try:
        while True:
            time.sleep(PAUSE)
            for port, (processus, depuis) in vivants.items():
                if processus.poll() is not None:
                    _check_vie(port, processus, time.monotonic() - depuis)
                    vivants[port] = (demarrer(adresse, port), time.monotonic())
    finally:
        _stop_all([processus for processus, _ in vivants.values()])


def _start(adresse: str, port: int) -> Processus:
    return subprocess.Popen(
        [sys.executable, "-m", "barometre", "servir", "--adresse", adresse, "--port", str(port)]
    )


def _check_vie(port: int, processus: Processus, vecu: float) -> None:
    if vecu < VIE_MINIMALE:
        raise Refus(
            f"Le processus du port {port} s'arrête aussitôt démarré (code {processus.returncode}) : "
            "lisez ci-dessus pourquoi, puis relancez."
        )
    print(
        f"Le processus du port {port} s'est arrêté (code {processus.returncode}) : il redémarre.", flush=True
    )


def _stop_all(processus: list[Processus]) -> None:
    for un in processus:
        un.terminate()
    for un in processus:
        try:
            un.wait(timeout=ARRET)
        except subprocess.TimeoutExpired:
            un.kill()


def _stop(_numero: int, _cadre: object) -> None:
    raise KeyboardInterrupt
