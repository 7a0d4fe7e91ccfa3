"""La vraie démonstration, construite une fois, et lue comme la lit un visiteur."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from barometre.pipeline.construire import construire
from barometre.warehouse.repository import Repository, open_repository


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> str:
    """L'entrepôt de démonstration."""
    adresse = str(tmp_path_factory.mktemp("demonstration") / "entrepot")
    construire(adresse=adresse)
    return adresse


@pytest.fixture(scope="session")
def depot(demonstration: str) -> Iterator[Repository]:
    """Le dépôt, dont la porte ne montre au public qu'une partie."""
    lu = open_repository(demonstration)
    yield lu
    lu.close()
