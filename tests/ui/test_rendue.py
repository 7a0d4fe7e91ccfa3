"""La mémoire libérée est rendue : les seuils sont fixés là où la bibliothèque le permet."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

from barometre.ui import serving
from barometre.ui.serving.rendue import SEUILS, drop_libere, set_rendue


class Glibc:
    """Ce que le module demande à la glibc, noté."""

    def __init__(self, *, accepte: bool) -> None:
        self.regles: dict[int, int] = {}
        self.rendues: list[int] = []
        self.accepte = accepte

    def mallopt(self, quoi: int, octets: int) -> int:
        self.regles[quoi] = octets
        return int(self.accepte)

    def malloc_trim(self, reserve: int) -> int:
        self.rendues.append(reserve)
        return 1


@pytest.mark.parametrize("accepte", [True, False])
def test_les_deux_seuils_sont_fixes(accepte: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fixer l'un seul laissait l'autre où les imports l'avaient monté : 750 Mo au lieu de 650."""
    glibc = Glibc(accepte=accepte)
    monkeypatch.setattr(ctypes, "CDLL", lambda _: glibc)
    assert set_rendue() is accepte
    if accepte:
        assert glibc.regles == SEUILS
        assert set(SEUILS) == {-1, -3}


def test_ailleurs_que_sur_la_glibc_rien_ne_casse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    assert set_rendue() is False
    drop_libere()


def test_la_chauffe_finie_rend_avant_de_figer(monkeypatch: pytest.MonkeyPatch) -> None:
    glibc, gestes = Glibc(accepte=True), list[str]()
    monkeypatch.setattr(ctypes, "CDLL", lambda _: glibc)
    monkeypatch.setattr(serving.chauffe, "warm_up", lambda: gestes.append("chauffe"))
    monkeypatch.setattr(serving.gc, "freeze", lambda: gestes.append(f"fige, rendu {len(glibc.rendues)} fois"))
    monkeypatch.setattr(serving.gc, "set_threshold", lambda *_: None)
    serving._warm_and_settle()
    assert gestes == ["chauffe", "fige, rendu 1 fois"]


def test_arrow_ne_garde_pas_de_reserve() -> None:
    programme = "import barometre, pyarrow; print(pyarrow.default_memory_pool().backend_name)"
    sortie = subprocess.run([sys.executable, "-c", programme], check=True, capture_output=True, text=True)
    assert sortie.stdout.strip() == "system"
