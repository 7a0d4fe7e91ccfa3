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
from scipy import special
from scipy.sparse import csr_array

from barometre.stats import contrasts
from barometre.stats.cochran import check_cochran
from barometre.stats.intervals import normal_quantile
from barometre.stats.perturbation import Perturbation

# En dessous, un écart ne dit rien et le secret ne tient pas.
EFFECTIF_MINIMAL = 30
# Une strate où l'un des deux groupes manque ne compare rien : elle est laissée de côté.
STRATE_MINIMALE = 1
NIVEAU = 0.95

Tableau = NDArray[np.float64]


def compare_standardised(
    answers: pd.DataFrame, treated: pd.Series, strata: pd.Series, perturbation: Perturbation | None = None
) -> pd.DataFrame:
    """Une ligne par chiffre : part chez les bénéficiaires, chez les comparables, écart et intervalle.

    `answers` : unité × chiffre (1, 0, NaN) ; `treated` : booléen ; `strata` : strate. Les comparables ont
    le poids qui leur donne la répartition par strate des bénéficiaires (standardisation directe).
    `perturbation` : les clés des unités, dans leur ordre ; chaque part bouge alors de d réponses parmi n.
    """
    groupe = treated.to_numpy(dtype=bool)
    n1, oui1 = _count(answers, strata, groupe)
    n0, oui0 = _count(answers, strata, ~groupe)
    gardees = (n1 >= STRATE_MINIMALE) & (n0 >= STRATE_MINIMALE)
    n1, oui1, n0, oui0 = (np.where(gardees, t, 0.0) for t in (n1, oui1, n0, oui0))
    bruit = None if perturbation is None else _draw(perturbation, answers, groupe)
    return _build_frame(answers.columns, n1, oui1, n0, oui0, bruit=bruit)


def _draw(
    perturbation: Perturbation, answers: pd.DataFrame, groupe: NDArray[np.bool_]
) -> tuple[Tableau, float]:
    """Le bruit des bénéficiaires et des comparables, par chiffre, et sa variance."""
    groupes = csr_array(np.vstack([groupe, ~groupe]).astype(float))
    d = perturbation.draw(groupes, answers.to_numpy(dtype=float), answers.columns)
    return d.astype(float), perturbation.law.variance


def adjust_p_values(p_values: pd.Series) -> pd.Series:
    """Benjamini-Hochberg sur les valeurs connues."""
    return pd.Series(contrasts.adjust_p_values(p_values), index=p_values.index)


def _count(answers: pd.DataFrame, strata: pd.Series, groupe: NDArray[np.bool_]) -> tuple[Tableau, Tableau]:
    """Strate × chiffre : réponses et « oui » d'un groupe."""
    codes, strates = pd.factorize(strata)
    cellules = np.eye(len(strates))[:, codes] * groupe
    y = answers.to_numpy(dtype=float)
    return cellules @ np.isfinite(y).astype(float), cellules @ np.nan_to_num(y)


def _build_frame(
    items: pd.Index,
    n1: Tableau,
    oui1: Tableau,
    n0: Tableau,
    oui0: Tableau,
    *,
    bruit: tuple[Tableau, float] | None,
) -> pd.DataFrame:
    d, v = bruit if bruit is not None else (np.zeros((2, len(items))), 0.0)
    total_1, total_0 = n1.sum(axis=0), n0.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        poids = n1 / n1.sum(axis=0)
        p1, p0 = oui1 / n1, oui0 / n0
        variance = poids**2 * (_smooth_variance(oui1, n1) + _smooth_variance(oui0, n0))
        se = np.sqrt(_sum(variance) + v / total_1**2 + v / total_0**2)
        part_1 = np.clip(_sum(poids * p1) + d[0] / total_1, 0.0, 1.0)
        part_0 = np.clip(_sum(poids * p0) + d[1] / total_0, 0.0, 1.0)
        difference = part_1 - part_0
    seuil = normal_quantile(NIVEAU)
    return pd.DataFrame(
        {
            "item": items.astype("str"),
            "n_1": total_1.astype(int), "n_0": total_0.astype(int),
            "p_1": np.nan_to_num(part_1), "p_0": np.nan_to_num(part_0),
            "difference": np.nan_to_num(difference), "se": se,
            "bas": difference - seuil * se, "haut": difference + seuil * se,
            "p_value": _test(check_cochran(n1, oui1, n0, oui0), difference, se, brouille=v > 0),
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


def _test(p_value: Tableau, difference: Tableau, se: Tableau, *, brouille: bool) -> Tableau:
    """La p de Cochran ; pour un écart brouillé, la plus prudente des deux : le bruit compte aussi."""
    if not brouille:
        return p_value
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.abs(difference) / np.where(se > 0, se, np.nan)
    return np.asarray(np.fmax(p_value, 2 * special.ndtr(-z)))
