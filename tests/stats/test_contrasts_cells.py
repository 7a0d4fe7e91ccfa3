"""Comparer deux cellules dont on n'a que l'intervalle (Newcombe, MOVER)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from barometre.stats.contrasts_cells import contrast_cells
from barometre.stats.intervals import wilson


def _cellule(oui: int, n: int) -> pd.DataFrame:
    bas, haut = wilson(oui, n)
    return pd.DataFrame({"p": [oui / n], "low": [float(bas)], "high": [float(haut)]})


def test_l_exemple_de_newcombe_1998() -> None:
    # Newcombe (1998b), méthode 10, exemple (a) : 56/70 − 48/80 = 0,2000, intervalle 0,0524 à 0,3339.
    ligne = contrast_cells(_cellule(56, 70), _cellule(48, 80)).iloc[0]
    assert ligne["difference"] == pytest.approx(0.2)
    assert ligne["low"] == pytest.approx(0.0524, abs=5e-5)
    assert ligne["high"] == pytest.approx(0.3339, abs=5e-5)
    assert ligne["class"] == 1


def test_deux_cellules_egales_ne_different_pas() -> None:
    ligne = contrast_cells(_cellule(30, 60), _cellule(30, 60)).iloc[0]
    assert ligne["p_value"] == 1
    assert ligne["class"] == 0
    assert ligne["low"] < 0 < ligne["high"]


def test_la_correction_retient_moins_que_chaque_test_seul() -> None:
    # Un écart à peine démontré seul ne l'est plus parmi vingt.
    limite, nuls = _cellule(38, 60), pd.concat([_cellule(30, 60)] * 19)
    reference = pd.concat([_cellule(26, 60)] + [_cellule(30, 60)] * 19, ignore_index=True)
    seul = contrast_cells(limite, _cellule(26, 60))["class"].iloc[0]
    parmi = contrast_cells(pd.concat([limite, nuls], ignore_index=True), reference)["class"].iloc[0]
    assert (seul, parmi) == (1, 0)


def test_echanger_les_groupes_change_le_signe() -> None:
    une, autre = _cellule(40, 50), _cellule(20, 50)
    aller, retour = contrast_cells(une, autre), contrast_cells(autre, une)
    np.testing.assert_allclose(aller["difference"], -retour["difference"])
    np.testing.assert_allclose(aller["low"], -retour["high"])
    np.testing.assert_allclose(aller["p_value"], retour["p_value"])
