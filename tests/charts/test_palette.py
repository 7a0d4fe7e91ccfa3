"""Les couleurs des traits se lisent sur fond clair et sur fond sombre, et une série a aussi son tracé."""

import pytest

from barometre.charts.palette import ACCENT, GRIS, SERIES


@pytest.mark.parametrize("fond", ["#ffffff", "#10161d"])
@pytest.mark.parametrize("couleur", [ACCENT, GRIS, *(couleur for couleur, _ in SERIES)])
def test_trois_pour_un_sur_clair_et_sur_sombre(couleur: str, fond: str) -> None:
    """Le rapport de contraste WCAG, de 1 à 21."""
    claire, foncee = sorted((_compute_luminance(couleur), _compute_luminance(fond)), reverse=True)
    assert (claire + 0.05) / (foncee + 0.05) >= 3


def test_une_serie_a_son_trace() -> None:
    assert len({trait for _, trait in SERIES}) == len(SERIES)


def _compute_luminance(couleur: str) -> float:
    """Luminance relative WCAG d'une couleur `#rrggbb`."""
    canaux = (int(couleur[i : i + 2], 16) / 255 for i in (1, 3, 5))
    rouge, vert, bleu = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in canaux)
    return 0.2126 * rouge + 0.7152 * vert + 0.0722 * bleu
