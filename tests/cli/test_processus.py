"""servir --processus : un processus mort est relancé, un processus qui ne démarre pas est dit."""

from __future__ import annotations

import os
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
    monkeypatch.setenv(processus.SECRET_JETONS, "secret-d-essai")


def test_un_processus_qui_ne_demarre_pas_arrete_tout_avec_une_phrase() -> None:
    lances: list[processus.Processus] = []

    def start(_adresse: str, port: int) -> processus.Processus:
        lances.append(_python("raise SystemExit(3)" if port == 8002 else "import time; time.sleep(600)"))
        return lances[-1]

    with pytest.raises(Refus, match=r"port 8002 .* \(code 3\)"):
        processus.run_processus("127.0.0.1", range(8001, 8003), start)
    assert all(un.poll() is not None for un in lances)


@pytest.mark.parametrize("production", ["", "1"])
def test_les_processus_partagent_le_secret_des_jetons(
    production: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sans réglage, un secret tiré au sort pour tous ; en production, c'est à l'exploitant de le donner."""
    monkeypatch.setenv(processus.PRODUCTION, production)
    monkeypatch.delenv(processus.SECRET_JETONS)
    recus: list[str | None] = []

    def start(_adresse: str, port: int) -> processus.Processus:
        recus.append(os.environ.get(processus.SECRET_JETONS))
        if port == 8002:
            raise KeyboardInterrupt
        return _python("")

    try:
        with pytest.raises(KeyboardInterrupt):
            processus.run_processus("127.0.0.1", range(8001, 8003), start)
    finally:
        os.environ.pop(processus.SECRET_JETONS, None)
    assert recus == [None, None] if production else recus[0] == recus[1] is not None


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
