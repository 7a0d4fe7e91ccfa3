"""Le terrain de « Ma collectivité », écrit une fois pour toute la séance."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from barometre.views.collectivite.structure import Structure, build_structure
from barometre.warehouse.repository import Repository
from tests.views.terrain_pairs import build_terrain, open_gate


@pytest.fixture(scope="session")
def terrain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    depot = build_terrain(tmp_path_factory.mktemp("terrain"))
    yield depot
    depot.close()


@pytest.fixture(scope="session")
def structure(terrain: Repository) -> Structure:
    return build_structure(open_gate(terrain))
