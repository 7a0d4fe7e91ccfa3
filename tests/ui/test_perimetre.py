"""Le champ par défaut d'un agent d'OPSN : le plus petit territoire qui contient son périmètre."""

from __future__ import annotations

import pandas as pd
import pytest

from barometre.views.piloter.perimetre import get_perimetre_territoire

REGIONS = {"departement-01": "84", "departement-38": "84", "departement-33": "75"}


@pytest.mark.parametrize(
    ("cibles", "attendu"),
    [
        (["departement-01"], "departement-01"),
        (["departement-01", "departement-38"], "region-84"),
        (["departement-01", "departement-33"], "france"),  # deux régions
        (["commune-01004"], "france"),  # des adhérentes seules ne font pas un territoire
        ([], "france"),
    ],
)
def test_le_plus_petit_territoire_qui_le_contient(cibles: list[str], attendu: str) -> None:
    liens = pd.DataFrame({"cible_id": cibles}, dtype="str")
    assert get_perimetre_territoire(liens, REGIONS) == attendu
