"""Un accord ne montre pas un groupe nommé trop petit, quel que soit le bruit de son effectif."""

from __future__ import annotations

import numpy as np
import pytest

from barometre.catalogue import load_catalogue
from barometre.domain.secret import SEUIL
from barometre.pipeline.croisements import _is_safe


def _comptes(premier: int, second: int) -> dict[str, int]:
    return {"oui_oui": premier, "mesure_seule": 0, "declare_seul": second, "non_non": 0}


@pytest.mark.parametrize(
    ("brouilles", "exacts", "montre"),
    [
        ((31, SEUIL), (31, SEUIL), True),
        ((31, SEUIL), (31, SEUIL - 1), False),
        ((31, SEUIL - 1), (31, SEUIL), False),
        ((SEUIL, 31), (SEUIL - 1, 31), False),
    ],
)
def test_les_deux_effectifs_font_le_seuil(
    brouilles: tuple[int, int], exacts: tuple[int, int], montre: bool
) -> None:
    indicateur = load_catalogue().indicateurs["site_internet"]
    assert _is_safe(indicateur, _comptes(*brouilles), np.array(exacts)) is montre
