"""Un service et un fournisseur faussaire, neufs à chaque essai."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.access.oidc.terrain import Terrain


@pytest.fixture
def terrain(tmp_path: Path) -> Terrain:
    return Terrain(tmp_path)
