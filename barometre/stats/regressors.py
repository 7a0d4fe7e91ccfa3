"""Variables de calage → une base orthonormée dans la métrique des poids de départ."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometre.domain.formats import format_compte
from barometre.stats.strata import DesignError

Tableau = npt.NDArray[np.float64]

# Une direction dont la part est sous ce seuil est une combinaison des autres (marges liées).
RANK_TOLERANCE = 1e-10


def build_regressors(variables: pd.DataFrame, base: Tableau) -> tuple[Tableau, Tableau]:
    """(Qn, Qd) : le résidu de u, régressé dans la métrique d, est u − Qd·(Qn'u)."""
    x = np.hstack([_read_variable(variables[nom], str(nom)) for nom in variables.columns])
    racine = np.sqrt(base / base.mean())
    xs = x * racine[:, None]
    norme = np.linalg.norm(xs, axis=0)
    xs = xs[:, norme > 0] / norme[norme > 0]
    valeurs, vecteurs = np.linalg.eigh(xs.T @ xs)
    gardes = valeurs > RANK_TOLERANCE * valeurs[-1]
    q = xs @ (vecteurs[:, gardes] / np.sqrt(valeurs[gardes]))
    return q * racine[:, None], q / racine[:, None]


def _read_variable(values: pd.Series, name: str) -> Tableau:
    """Un nombre reste un nombre ; tout le reste, et un nombre à deux valeurs, est une catégorie."""
    if values.isna().any():
        raise DesignError(
            f"La variable de calage « {name} » manque pour {format_compte(values.isna().sum(), 'répondant')}."
        )
    if _is_number(values):
        return values.to_numpy(dtype=float)[:, None]
    codes, modalites = pd.factorize(values)
    return np.asarray(np.eye(len(modalites))[codes])


def _is_number(values: pd.Series) -> bool:
    dtype: Any = values.dtype
    if not pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype):
        return False
    return bool(values.nunique() > 2)
