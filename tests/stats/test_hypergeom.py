"""La loi hypergéométrique du serveur, comparée à celle de scipy."""

from __future__ import annotations

import subprocess
import sys

import pytest
from scipy import stats

from barometre.stats.hypergeom import compute_cdf


@pytest.mark.parametrize(
    ("found", "total", "marked", "drawn"),
    [(3, 20, 7, 10), (0, 20, 7, 10), (7, 20, 7, 10), (1, 10, 8, 5), (2800, 70_000, 6000, 35_000),
     (2930, 70_000, 6000, 35_000), (40, 2000, 100, 1000)],
)  # fmt: skip
def test_la_meme_que_scipy(found: int, total: int, marked: int, drawn: int) -> None:
    attendu = stats.hypergeom.cdf(found, total, marked, drawn)
    assert compute_cdf(found, total, marked, drawn) == pytest.approx(attendu, rel=1e-7, abs=1e-300)


def test_le_serveur_ne_charge_pas_scipy_stats() -> None:
    """Quarante mégaoctets par processus ; une seule ligne de trop les ramenait."""
    programme = "import app, sys; print('scipy.stats' in sys.modules)"
    sortie = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", programme], capture_output=True, text=True, check=True
    )
    assert sortie.stdout.split()[-1] == "False"
