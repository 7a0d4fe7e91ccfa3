"""servir : une phrase quand le port est pris, jamais une trace."""

from __future__ import annotations

import socket

import pytest

from barometre.cli import main


def test_un_port_deja_pris_est_dit(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", 0))
        occupant.listen()
        port = occupant.getsockname()[1]
        assert main(["servir", "--port", str(port)]) == 1
    erreur = capsys.readouterr().err
    assert f"Le port {port}" in erreur
    assert f"--port {port + 1}" in erreur
