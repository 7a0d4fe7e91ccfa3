"""Comparer un groupe à des unités comparables : même répartition par strate, écart par strate, pondéré.

La valeur p est celle de Cochran-Mantel-Haenszel (`cochran`) : marges de chaque strate fixées, donc juste même
quand une strate est unanime, où la variance estimée des deux parts est nulle.

Une association n'est pas une preuve : les bénéficiaires d'un programme ont pu être choisis parce qu'ils
étaient déjà en avance, ou en retard.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from barometre.stats import contrasts
from barometre.stats.cochran import check_cochran
from barometre.stats.intervals import normal_quantile

# En dessous, un écart ne dit rien et le secret ne tient pas.
EFFECTIF_MINIMAL = 30
# Une strate où l'un des deux groupes manque ne compare rien : elle est laissée de côté.
STRATE_MINIMALE = 1
NIVEAU = 0.95

Tableau = NDArray[np.float64]


def compare_standardised(answers: pd.DataFrame, treated: pd.Series, strata: pd.Series) -> pd.DataFrame:
    """Une ligne par chiffre : part chez les bénéficiaires, chez les comparables, écart et intervalle.

    `answers` : unité × chiffre (1, 0, NaN) ; `treated` : booléen ; `strata` : strate. Les comparables ont
    le poids qui leur donne la répartition par strate des bénéficiaires (standardisation directe).
    """
    groupe = treated.to_numpy(dtype=bool)
    n1, oui1 = _count(answers, strata, groupe)
    n0, oui0 = _count(answers, strata, ~groupe)
    gardees = (n1 >= STRATE_MINIMALE) & (n0 >= STRATE_MINIMALE)
    n1, oui1, n0, oui0 = (np.where(gardees, t, 0.0) for t in (n1, oui1, n0, oui0))
    return _build_frame(answers.columns, n1, oui1, n0, oui0)


def adjust_p_values(p_values: pd.Series) -> pd.Series:
    """Benjamini-Hochberg sur les valeurs connues."""
    return pd.Series(contrasts.adjust_p_values(p_values), index=p_values.index)


def _count(answers: pd.DataFrame, strata: pd.Series, groupe: NDArray[np.bool_]) -> tuple[Tableau, Tableau]:
    """Strate × chiffre : réponses et « oui » d'un groupe."""
    codes, strates = pd.factorize(strata)
    cellules = np.eye(len(strates))[:, codes] * groupe
    y = answers.to_numpy(dtype=float)
    return cellules @ np.isfinite(y).astype(float), cellules @ np.nan_to_num(y)


def _build_frame(items: pd.Index, n1: Tableau, oui1: Tableau, n0: Tableau, oui0: Tableau) -> pd.DataFrame:
    with np.errstate(invalid="ignore", divide="ignore"):
        poids = n1 / n1.sum(axis=0)
        p1, p0 = oui1 / n1, oui0 / n0
        difference = _sum(poids * (p1 - p0))
        se = np.sqrt(_sum(poids**2 * (_smooth_variance(oui1, n1) + _smooth_variance(oui0, n0))))
    seuil = normal_quantile(NIVEAU)
    return pd.DataFrame(
        {
            "item": items.astype("str"),
            "n_1": n1.sum(axis=0).astype(int), "n_0": n0.sum(axis=0).astype(int),
            "oui_1": oui1.sum(axis=0).astype(int), "oui_0": oui0.sum(axis=0).astype(int),
            "p_1": _sum(poids * p1), "p_0": _sum(poids * p0),
            "difference": difference, "se": se,
            "bas": difference - seuil * se, "haut": difference + seuil * se,
            "p_value": check_cochran(n1, oui1, n0, oui0),
        }
    )  # fmt: skip


def _smooth_variance(yes: Tableau, n: Tableau) -> Tableau:
    """p(1 − p)/n, une demi-réponse de plus de chaque côté : une strate unanime n'est pas sans variance."""
    p = (yes + 0.5) / (n + 1)
    return np.asarray(np.where(n > 0, p * (1 - p) / np.maximum(n, 1), 0.0))


def _sum(cellules: Tableau) -> Tableau:
    """La somme des strates gardées ; les autres n'ont pas de valeur."""
    somme: Tableau = np.nansum(cellules, axis=0)
    return somme
