"""Comparer un groupe à des unités comparables : même répartition par strate, écart par strate, pondéré.

La valeur p est celle de Cochran-Mantel-Haenszel (`cochran`) : juste même quand une strate est unanime, où la
variance estimée des deux parts est nulle. Publiée, elle ne lit que la somme brouillée.

Une association n'est pas une preuve : les bénéficiaires d'un programme ont pu être choisis parce qu'ils
étaient déjà en avance, ou en retard.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from barometre.stats import contrasts
from barometre.stats.cochran import check_cochran, check_perturbed, compute_mantel
from barometre.stats.intervals import normal_quantile
from barometre.stats.perturbation import Perturbation
from barometre.stats.publication import publish_counts

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
    `perturbation` : les clés des unités, dans leur ordre ; chaque part bouge alors de d réponses parmi n,
    celle des comparables encore de ce que la standardisation ajoute, au plus, à une réponse ; l'erreur type
    ne lit plus que ces parts (`stats.publication`), et la valeur p que la somme de Cochran brouillée.
    """
    groupe = treated.to_numpy(dtype=bool)
    n1, oui1 = _count(answers, strata, groupe)
    n0, oui0 = _count(answers, strata, ~groupe)
    gardees = (n1 >= STRATE_MINIMALE) & (n0 >= STRATE_MINIMALE)
    n1, oui1, n0, oui0 = (np.where(gardees, t, 0.0) for t in (n1, oui1, n0, oui0))
    exacte = _compare(n1, oui1, n0, oui0)
    if perturbation is None:
        return _build_frame(answers.columns, exacte, check_cochran(n1, oui1, n0, oui0))
    groupes, y = csr_array(np.vstack([groupe, ~groupe]).astype(float)), answers.to_numpy(dtype=float)
    publiee = _publish(exacte, perturbation, groupes, y, answers.columns)
    somme = compute_mantel(n1, oui1, n0, oui0)
    p_value = check_perturbed(somme, perturbation, groupes, y, answers.columns)
    return _build_frame(answers.columns, publiee, p_value)


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Une valeur par chiffre : effectifs, parts, variances des deux parts.

    `part_0` pèse chaque strate comme les bénéficiaires ; `effective` : Σ(n₁ₕ/n₁)²/n₀ₕ, et `reach` le plus
    grand écart à 1 du poids que cela donne à une réponse de comparable.
    """

    n_1: Tableau
    n_0: Tableau
    part_1: Tableau
    part_0: Tableau
    variance: Tableau
    effective: Tableau
    reach: Tableau


def _compare(n1: Tableau, oui1: Tableau, n0: Tableau, oui0: Tableau) -> Comparison:
    total_1, total_0 = n1.sum(axis=0), n0.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        poids = n1 / total_1
        variance = poids**2 * (_smooth_variance(oui1, n1) + _smooth_variance(oui0, n0))
        ecarts = np.where(n0 > 0, np.abs(poids * total_0 / n0 - 1), 0.0)
        return Comparison(
            total_1,
            total_0,
            _sum(poids * oui1 / n1),
            _sum(poids * oui0 / n0),
            _sum(variance),
            _sum(poids**2 / np.where(n0 > 0, n0, np.nan)),
            np.nan_to_num(ecarts).max(axis=0),
        )


def _publish(
    exacte: Comparison, perturbation: Perturbation, groupes: csr_array, y: Tableau, chiffres: pd.Index
) -> Comparison:
    """Les parts brouillées, et la variance que l'on en attend : p(1 − p)·Σ poids², sans une strate à part."""
    exacte = _publish_counts(exacte, perturbation, y, groupes)
    d = perturbation.draw_share(groupes, y, chiffres)
    e = perturbation.draw_gap(groupes, y, chiffres)[1] * exacte.reach
    with np.errstate(invalid="ignore", divide="ignore"):
        part_1 = np.clip(exacte.part_1 + d[0] / exacte.n_1, 0.0, 1.0)
        part_0 = np.clip(exacte.part_0 + (d[1] + e) / exacte.n_0, 0.0, 1.0)
        v_1, v_0 = perturbation.measure_variance(groupes, y)
        v_0 = v_0 + perturbation.gap_law.variance * exacte.reach**2
        bruit = v_1 / exacte.n_1**2 + v_0 / exacte.n_0**2
        lisses = ((p * n + 0.5) / (n + 1) for p, n in ((part_1, exacte.n_1), (part_0, exacte.n_0)))
        pq_1, pq_0 = (p * (1 - p) for p in lisses)
        variance = pq_1 / exacte.n_1 + pq_0 * exacte.effective + bruit
    return replace(exacte, part_1=part_1, part_0=part_0, variance=variance)


def _publish_counts(
    exacte: Comparison, perturbation: Perturbation, y: Tableau, groups: csr_array
) -> Comparison:
    """Les effectifs brouillés des deux groupes : à une question sous condition, ils comptent des « oui »."""
    n = np.vstack([exacte.n_1, exacte.n_0])
    repondu = np.asarray(groups @ np.isfinite(y).astype(float))
    bruit = publish_counts(perturbation, repondu, y, groups) - repondu
    n_1, n_0 = np.where(n > 0, np.maximum(n + bruit, 1.0), 0.0)
    return replace(exacte, n_1=n_1, n_0=n_0)


def adjust_p_values(p_values: pd.Series) -> pd.Series:
    """Benjamini-Hochberg sur les valeurs connues."""
    return pd.Series(contrasts.adjust_p_values(p_values), index=p_values.index)


def _count(answers: pd.DataFrame, strata: pd.Series, groupe: NDArray[np.bool_]) -> tuple[Tableau, Tableau]:
    """Strate × chiffre : réponses et « oui » d'un groupe."""
    codes, strates = pd.factorize(strata)
    cellules = np.eye(len(strates))[:, codes] * groupe
    y = answers.to_numpy(dtype=float)
    return cellules @ np.isfinite(y).astype(float), cellules @ np.nan_to_num(y)


def _build_frame(items: pd.Index, c: Comparison, p_value: Tableau) -> pd.DataFrame:
    difference, se = c.part_1 - c.part_0, np.sqrt(c.variance)
    seuil = normal_quantile(NIVEAU)
    return pd.DataFrame(
        {
            "item": items.astype("str"),
            "n_1": c.n_1.astype(int), "n_0": c.n_0.astype(int),
            "p_1": np.nan_to_num(c.part_1), "p_0": np.nan_to_num(c.part_0),
            "difference": np.nan_to_num(difference), "se": se,
            "bas": difference - seuil * se, "haut": difference + seuil * se,
            "p_value": p_value,
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
