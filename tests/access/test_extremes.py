"""Ce que la construction tient pour extrême est ce que la porte borne : rien ne se tire d'un chiffre tu."""

from __future__ import annotations

import pandas as pd
import pytest

from barometre.access.masque_agregats import mask_agregats
from barometre.domain.secret import SEUIL_REDRESSE, compute_borne, is_extreme
from tests.access.test_masques import cellule


@pytest.mark.parametrize("n", [30, 33, 47, 98, 99, 100, 240])
def test_la_construction_et_la_porte_bornent_les_memes_parts(n: int) -> None:
    """Le changement à structure égale se calcule avant la porte, qui tait une part extrême."""
    cas = [
        (oui, oui / n + ecart)
        for oui in range(n + 1)
        for ecart in (-0.02, 0.0, 0.02)
        if 0 <= oui / n + ecart <= 1
    ]
    lignes = [cellule(n=n, n_publie=n, n_oui=oui, brut=oui / n, redresse=part) for oui, part in cas]
    vues = mask_agregats(pd.DataFrame(lignes))
    tues = vues["egal"].isna()
    assert tues.tolist() == [is_extreme(n, oui, part) for oui, part in cas]
    assert 0 < tues.sum() < len(cas)
    assert n >= SEUIL_REDRESSE


@pytest.mark.parametrize(
    ("n", "borne"), [(0, 0.5), (7, 0.5), (8, 0.5), (10, 0.4), (30, 0.14), (33, 0.13), (400, 0.01)]
)
def test_la_borne_est_quatre_reponses_sur_l_effectif_montre(n: int, borne: float) -> None:
    """Au pour cent supérieur, et jamais plus de la moitié."""
    assert compute_borne(n) == borne
