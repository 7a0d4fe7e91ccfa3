"""Deux répliques sur un entrepôt : ce que l'une met en service, l'autre le sert à l'affichage suivant."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from barometre.assemblage import depot
from barometre.assemblage.depot import POINTEUR_SECONDES
from barometre.domain.portee import PUBLIC
from tests.fakes import build_entrepot_factice

TOTAUX = {"territoire_id": "france", "type": "", "strate": "", "couverture": ""}
RACINE = Path(__file__).resolve().parents[2]
AUTRE = "import sys, pathlib, tests.fakes as f; f.build_entrepot_factice(pathlib.Path(sys.argv[1]))"


@pytest.fixture
def avant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """La version en service d'un entrepôt factice, dans un processus qui n'a encore rien lu."""
    monkeypatch.setenv("BAROMETRE_ENTREPOT", build_entrepot_factice(tmp_path))
    depot.forget()
    yield depot.get_version_id()
    depot.forget()


def test_une_version_mise_en_service_par_un_autre_processus_est_servie(tmp_path: Path, avant: str) -> None:
    subprocess.run([sys.executable, "-c", AUTRE, str(tmp_path)], cwd=RACINE, check=True)
    time.sleep(POINTEUR_SECONDES + 0.1)
    apres = depot.get_version_id()
    assert apres > avant
    assert depot.get_version(apres).version_id == apres
    # Un lien vers l'ancienne s'ouvre encore : elle est gardée.
    assert depot.is_gardee(avant)


def test_les_chiffres_ranges_suivent_la_version_en_service(tmp_path: Path, avant: str) -> None:
    """Une commande ne les range pas ; un processus qui sert des pages range aussi la version suivante."""
    assert not depot.build_gate(PUBLIC, avant)._avance.has(["france"])
    depot.prepare_chiffres(avant)
    lues = depot.build_gate(PUBLIC, avant).list_agregats(**TOTAUX)
    assert len(lues)
    build_entrepot_factice(tmp_path, simulee=False)
    time.sleep(POINTEUR_SECONDES + 0.1)
    apres = depot.get_version_id()
    portes = [depot.build_gate(PUBLIC, version) for version in (avant, apres)]
    assert apres > avant
    assert all(porte._avance.has(["france"]) for porte in portes)
    assert [porte.version_id for porte in portes] == [avant, apres]
    assert portes[0]._avance is not portes[1]._avance
    depot.forget()
    assert not depot.build_gate(PUBLIC, apres)._avance.has(["france"])
