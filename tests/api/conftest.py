"""L'API sur un entrepôt factice, sans serveur."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from barometre.access import Gate
from barometre.api.application import build_api
from barometre.assemblage import memoire
from barometre.assemblage.depot import VersionAbsente
from barometre.warehouse.repository import open_repository
from tests.fakes import build_entrepot_factice


@pytest.fixture(scope="session")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    depot = open_repository(build_entrepot_factice(tmp_path_factory.mktemp("entrepot")))
    memoire.forget()
    yield Gate(depot)
    depot.close()


def run_boucle(attendu: Coroutine[Any, Any, Any]) -> Any:
    """Dans un fil à lui : celui des essais peut déjà porter la boucle d'un navigateur."""
    with ThreadPoolExecutor(1) as fil:
        return fil.submit(asyncio.run, attendu).result()


def open_sur(gate: Gate) -> Callable[[str], Gate]:
    """Une seule version est gardée : une autre est refusée, comme en service."""

    def ouvrir(version: str) -> Gate:
        if version not in ("", gate.version_id):
            raise VersionAbsente(version)
        return gate

    return ouvrir


@pytest.fixture
def api(gate: Gate) -> FastAPI:
    return build_api(open_sur(gate), par_minute=100_000)


@pytest.fixture
def client(api: FastAPI) -> TestClient:
    return TestClient(api)
