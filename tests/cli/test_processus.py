"""servir --processus : un processus mort est relancé, un processus qui ne démarre pas est dit."""

from __future__ import annotations

import subprocess
import sys

import pytest

from barometre.cli import main, processus
from barometre.cli.erreurs import Refus


def _python(programme: str) -> processus.Processus:
    return subprocess.Popen([sys.executable, "-c", programme])


@pytest.fixture(autouse=True)
def secret_de_la_seance(monkeypatch: pytest.MonkeyPatch) -> None:
    # Le répartiteur pose un secret partagé dans l'environnement : il ne sort pas de l'essai.
    monkeypatch.setenv(processus.SECRET, "secret-d-essai")


def test_un_processus_qui_ne_demarre_pas_arrete_tout_avec_une_phrase() -> None:
    lances: list[processus.Processus] = []

    def start(_adresse: str, port: int) -> processus.Processus:
        lances.append(_python("raise SystemExit(3)" if port == 8002 else "import time; time.sleep(600)"))
        return lances[-1]

    with pytest.raises(Refus, match=r"port 8002 .* \(code 3\)"):
        processus.run_processus("127.0.0.1", range(8001, 8003), start)
    assert all(un.poll() is not None for un in lances)


def test_un_processus_tue_est_relance_sur_son_port(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(processus, "VIE_MINIMALE", 0.0)
    monkeypatch.setattr(processus, "PAUSE", 0.05)
    ports: list[int] = []

    def start(_adresse: str, port: int) -> processus.Processus:
        ports.append(port)
        if len(ports) == 4:
            raise KeyboardInterrupt
        return _python("import time; time.sleep(600)" if port == 8001 else "")

    with pytest.raises(KeyboardInterrupt):
        processus.run_processus("127.0.0.1", range(8001, 8003), start)
    assert ports == [8001, 8002, 8002, 8002]
    assert "Le processus du port 8002 s'est arrêté (code 0) : il redémarre." in capsys.readouterr().out


@pytest.mark.parametrize("nombre", ["0", "17"])
def test_un_nombre_de_processus_hors_bornes_est_refuse(
    nombre: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["servir", "--processus", nombre]) == 1
    assert "de 1 à 16" in capsys.readouterr().err
