"""Les couleurs se lisent en gris, sur fond clair et sur fond sombre, et sans distinguer rouge et vert."""

from itertools import pairwise

import pytest

from barometre.charts.palette import ACCENT, GRIS, SEQUENTIELLE, SERIES, compute_luminance

# Matrices de Machado (2009), sévérité 1 : deutéranopie et protanopie.
DALTONISMES = {
    "deuteranopie": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "protanopie": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
}


def test_la_sequentielle_fonce_toujours() -> None:
    assert all(
        compute_luminance(clair) - compute_luminance(fonce) > 0.02 for clair, fonce in pairwise(SEQUENTIELLE)
    )


@pytest.mark.parametrize("vision", DALTONISMES)
def test_la_sequentielle_fonce_aussi_pour_un_daltonien(vision: str) -> None:
    vues = [_simuler(couleur, DALTONISMES[vision]) for couleur in SEQUENTIELLE]
    assert all(compute_luminance(clair) > compute_luminance(fonce) for clair, fonce in pairwise(vues))


@pytest.mark.parametrize("fond", ["#ffffff", "#10161d"])
@pytest.mark.parametrize("couleur", [ACCENT, GRIS, *(couleur for couleur, _ in SERIES)])
def test_trois_pour_un_sur_clair_et_sur_sombre(couleur: str, fond: str) -> None:
    """Le rapport de contraste WCAG, de 1 à 21."""
    claire, foncee = sorted((compute_luminance(couleur), compute_luminance(fond)), reverse=True)
    assert (claire + 0.05) / (foncee + 0.05) >= 3


def test_une_serie_a_son_trace() -> None:
    assert len({trait for _, trait in SERIES}) == len(SERIES)


def _simuler(couleur: str, matrice: tuple[tuple[float, ...], ...]) -> str:
    canaux = [int(couleur[i : i + 2], 16) for i in (1, 3, 5)]
    vus = (sum(m * c for m, c in zip(ligne, canaux, strict=True)) for ligne in matrice)
    return "#" + "".join(f"{round(min(max(v, 0), 255)):02x}" for v in vus)
