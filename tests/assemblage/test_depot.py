"""Deux répliques sur un entrepôt : ce que l'une met en service, l'autre le sert à l'affichage suivant."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from barometre.assemblage import depot
from barometre.assemblage.depot import POINTEUR_SECONDES
from tests.fakes import build_entrepot_factice

RACINE = Path(__file__).resolve().parents[2]
AUTRE = "import sys, pathlib, tests.fakes as f; f.build_entrepot_factice(pathlib.Path(sys.argv[1]))"


def test_une_version_mise_en_service_par_un_autre_processus_est_servie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAROMETRE_ENTREPOT", build_entrepot_factice(tmp_path))
    depot.forget()
    avant = depot.get_version_id()
    subprocess.run([sys.executable, "-c", AUTRE, str(tmp_path)], cwd=RACINE, check=True)
    time.sleep(POINTEUR_SECONDES + 0.1)
    apres = depot.get_version_id()
    assert apres > avant
    assert depot.get_version(apres).version_id == apres
    # Un lien vers l'ancienne s'ouvre encore : elle est gardée.
    assert depot.is_gardee(avant)
    depot.forget()
