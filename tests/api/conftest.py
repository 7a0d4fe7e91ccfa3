"""L'API sur un entrepôt factice, sans serveur."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from barometre.access import Gate
from barometre.api.application import build_api
from barometre.assemblage import memoire
from barometre.warehouse.repository import open_repository
from tests.fakes import build_entrepot_factice


@pytest.fixture(scope="session")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    depot = open_repository(build_entrepot_factice(tmp_path_factory.mktemp("entrepot")))
    memoire.forget()
    yield Gate(depot)
    depot.close()


@pytest.fixture
def api(gate: Gate) -> FastAPI:
    return build_api(lambda: gate, par_minute=100_000)


@pytest.fixture
def client(api: FastAPI) -> TestClient:
    return TestClient(api)
