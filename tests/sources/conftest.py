"""Le petit référentiel des tests, et des fichiers de cinq lignes écrits à la main."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from barometre.sources.contexte import Contexte
from barometre.sources.territoires import Territoires
from tests import mini

Ecrire = Callable[..., Path]


@pytest.fixture
def contexte() -> Contexte:
    """Le référentiel d'essai, à la période 2024."""
    collectivites = mini.build_collectivites()
    territoires = Territoires(collectivites, mini.build_codes_anciens())
    return Contexte(territoires, collectivites, "2024", mini.build_opsn())


@pytest.fixture
def ecrire(tmp_path: Path) -> Ecrire:
    """Écrit un fichier d'essai, compressé si son nom finit par .gz."""

    def ecrire_fichier(texte: str, nom: str = "source.csv") -> Path:
        chemin = tmp_path / nom
        octets = texte.encode("utf-8")
        chemin.write_bytes(gzip.compress(octets) if nom.endswith(".gz") else octets)
        return chemin

    return ecrire_fichier
