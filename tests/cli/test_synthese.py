"""synthese --departements : chaque département une fois, dans l'ordre, à un processus ou à deux."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest

from barometre.access import Gate
from barometre.cli import main, synthese
from barometre.rapports.demande import DemandeRefusee
from barometre.warehouse.repository import Repository, open_repository
from tests.fakes import build_entrepot_factice

CREUSE = "departement-23"


@pytest.fixture(scope="module")
def depot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    depot = open_repository(build_entrepot_factice(tmp_path_factory.mktemp("entrepot")))
    yield depot
    depot.close()


def _write(_: Gate, demande: Namespace, territoire_id: str) -> Path:
    if territoire_id == CREUSE:
        raise DemandeRefusee("Creuse : aucun chiffre n'est publiable.")
    return Path(demande.sortie / territoire_id)


@pytest.mark.parametrize("processus", [1, 2])
def test_chaque_departement_une_fois_et_les_refus_a_part(
    depot: Repository,
    processus: int,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("BAROMETRE_ENTREPOT", depot.entrepot.adresse)
    monkeypatch.setattr(os, "cpu_count", lambda: processus)
    monkeypatch.setattr(synthese, "_write", _write)
    assert main(["synthese", "--departements", "-o", str(tmp_path), "--json"]) == 0
    dits = json.loads(capsys.readouterr().out)
    tous = depot.list_collectivites(type="departement", cadre=False)["collectivite_id"].tolist()
    assert [Path(chemin).name for chemin in dits["fichiers"]] == [d for d in tous if d != CREUSE]
    assert dits["refus"] == {d: "Creuse : aucun chiffre n'est publiable." for d in tous if d == CREUSE}
    assert len(tous) > 1
