"""Comparer deux cellules publiées, dont on n'a plus que l'estimation et l'intervalle.

L'intervalle de la différence suit Newcombe (1998), dit MOVER : les bornes de chacune, combinées. Les deux
groupes sont disjoints ; la covariance que le calage laisse entre eux est négligée.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from barometre.stats.contrasts import adjust_p_values
from barometre.stats.intervals import normal_quantile

LEVEL = 0.95


def contrast_cells(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """`first` − `second` (colonnes p, low, high), ligne à ligne.

    Rend difference, low, high, p_value, p_bh, class.

    class : 1 ou −1 quand la différence est démontrée à 95 % après Benjamini-Hochberg, sinon 0.
    """
    p1, l1, u1 = (_read(first, c) for c in ("p", "low", "high"))
    p2, l2, u2 = (_read(second, c) for c in ("p", "low", "high"))
    difference = p1 - p2
    bas = difference - np.hypot(p1 - l1, u2 - p2)
    haut = difference + np.hypot(u1 - p1, p2 - l2)
    p_value = _p_value(difference, bas, haut)
    corrigees = adjust_p_values(p_value)
    exclut_zero = (bas > 0) | (haut < 0)
    classe = np.where(exclut_zero & (corrigees < 1 - LEVEL), np.sign(difference), 0).astype(int)
    return pd.DataFrame(
        {"difference": difference, "low": bas, "high": haut, "p_value": p_value, "p_bh": corrigees,
         "class": classe},
        index=first.index,
    )  # fmt: skip


def _p_value(
    difference: npt.NDArray[np.float64], bas: npt.NDArray[np.float64], haut: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Du côté de zéro, la demi-largeur de l'intervalle vaut z·erreur type."""
    demi = np.where(difference >= 0, difference - bas, haut - difference)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.abs(difference) * normal_quantile(LEVEL) / demi
    p: Any = 2 * special.ndtr(-z)
    return np.where(difference == 0, 1.0, p)


def _read(cadre: pd.DataFrame, colonne: str) -> npt.NDArray[np.float64]:
    return cadre[colonne].to_numpy(dtype=float)
