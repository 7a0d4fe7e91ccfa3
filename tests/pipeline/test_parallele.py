"""Les processus du calcul meurent avec le leur : un import tué ne laisse pas l'entrepôt verrouillé."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from barometre.warehouse.entrepot import ConstructionEnCours
from barometre.warehouse.versions import open_entrepot

# Un import dont le calcul dure, verrou tenu : chaque enfant annonce sa naissance, d'une seule écriture (sous
# PYTHONUNBUFFERED, `print` en fait deux, et deux enfants s'entremêlent).
IMPORT = """
import os, sys, time
from barometre.pipeline.parallele import {fonction}
from barometre.warehouse.versions import open_entrepot

def travail(*_):
    os.write(1, "né\\n".encode())
    time.sleep(600)

with open_entrepot(sys.argv[1]).lock(), {appel} as faits:
    list(faits) if hasattr(faits, "__next__") else faits()
"""
APPELS = {"start_apart": "start_apart(travail, 2)", "start_parallel": "start_parallel(travail, [1, 2], 2)"}


@pytest.mark.parametrize("fonction", APPELS)
def test_un_import_tue_rend_le_verrou(tmp_path: Path, fonction: str) -> None:
    """Son enfant attendait toujours qu'on lise son résultat, le verrou hérité en main."""
    programme = IMPORT.format(fonction=fonction, appel=APPELS[fonction])
    lance = subprocess.Popen([sys.executable, "-c", programme, str(tmp_path)], stdout=subprocess.PIPE)
    assert lance.stdout is not None
    assert lance.stdout.readline().strip() == "né".encode()
    lance.kill()
    lance.wait()
    lance.stdout.close()
    fin = time.monotonic() + 120
    while time.monotonic() < fin:
        with suppress(ConstructionEnCours), open_entrepot(str(tmp_path)).lock():
            return
        time.sleep(0.2)
    pytest.fail("le verrou est resté pris")
