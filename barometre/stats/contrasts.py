"""Comparer des groupes : des contrastes avec leur covariance, jamais des intervalles qui se touchent.

Niveaux de 95 et 99,8 % (deux et trois écarts-types, Spiegelhalter 2005) ; correction de
Benjamini-Hochberg (1995) à l'intérieur d'un appel, donc d'un thème.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy
from scipy import special

from barometre.stats import intervals
from barometre.stats.change import get_sign, has_enough, pooled_p_value, student_p_value
from barometre.stats.design import Design
from barometre.stats.domains import sum_domains
from barometre.stats.estimation import read_answers, read_groups, read_membership
from barometre.stats.strata import DesignError
from barometre.stats.sums import Sums

Tableau = npt.NDArray[np.float64]

# Spiegelhalter (2005) : alerte à 95 %, alarme à 99,8 %.
LEVELS: dict[str, float] = {"95": 0.95, "998": 0.998}
# `scipy.stats` n'est chargé qu'au premier appel : il prend une demi-seconde, et peu de pages en ont besoin.


def estimate_contrasts(
    design: Design, answers: pd.DataFrame, groups: pd.Series, reference: Any = None
) -> pd.DataFrame:
    """Chaque groupe contre le reste des répondants, ou contre le groupe `reference`.

    Une ligne par chiffre × groupe : difference = p − p_reference, se, intervalles et position (1 au-dessus,
    0 comparable, −1 en dessous) à 95 et 99,8 %, p_value et sa correction de Benjamini-Hochberg.
    """
    etiquettes, appartenance = read_groups(design, groups)
    colonne = etiquettes.columns[0]
    dedans = appartenance.toarray() > 0
    if reference is None:
        dehors = dedans.any(axis=1)[:, None] & ~dedans
    else:
        rangs = np.flatnonzero((etiquettes[colonne] == reference).to_numpy())
        if rangs.size == 0:
            raise DesignError(f"Le groupe de référence « {reference} » n'a aucun répondant.")
        dehors = np.repeat(dedans[:, rangs], dedans.shape[1], axis=1)
        autres = np.arange(dedans.shape[1]) != rangs[0]
        dedans, dehors, etiquettes = dedans[:, autres], dehors[:, autres], etiquettes[autres]
    tableau = _compare(design, answers, dehors, dedans)
    rang = tableau.pop("pair").to_numpy()
    tableau.insert(1, colonne, etiquettes[colonne].take(rang).to_numpy())
    return tableau


def compare_domains(
    design: Design, answers: pd.DataFrame, first: npt.ArrayLike, second: npt.ArrayLike
) -> pd.DataFrame:
    """p(second) − p(first) : par exemple non couvertes, puis couvertes. Une ligne par chiffre."""
    masques = [np.asarray(m, dtype=bool).reshape(-1, 1) for m in (first, second)]
    return _compare(design, answers, *masques).drop(columns="pair")


def _compare(
    design: Design, answers: pd.DataFrame, first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    """Colonne k de `second` contre colonne k de `first`.

    D'un plan à clés, la variance de l'écart est la somme de celles qui se publient : la covariance que le
    calage laisse entre les deux groupes dépendrait de chaque réponse.
    """
    valeurs = read_answers(design, answers, "proportion")
    a, b = (
        sum_domains(design, valeurs, read_membership(design, m), answers.columns, with_variance=False)
        for m in (first, second)
    )
    if design.perturbation is not None:
        return _build_frame(answers.columns, a, b, a.variance + b.variance + a.noise + b.noise)
    repondu, y = np.isfinite(valeurs), np.nan_to_num(valeurs)
    variance = np.empty_like(a.estimate)
    for k in range(first.shape[1]):
        u = _linearise(design, repondu & second[:, [k]], y) - _linearise(design, repondu & first[:, [k]], y)
        variance[k] = design.variance(u)
    return _build_frame(answers.columns, a, b, variance)


def _linearise(design: Design, domain: npt.NDArray[np.bool_], y: Tableau) -> Tableau:
    """u = 1_D·(y − p)/W_D, par colonne."""
    w = np.where(domain, design.weights[:, None], 0.0)
    total = np.where(domain.any(axis=0), w.sum(axis=0), 1.0)
    p = (w * y).sum(axis=0) / total
    return np.where(domain, (y - p) / total, 0.0)


def _build_frame(items: pd.Index[Any], a: Sums, b: Sums, variance: Tableau) -> pd.DataFrame:
    difference, se, df = b.estimate - a.estimate, np.sqrt(variance), np.minimum(a.df, b.df)
    assez = has_enough(a.n_published, a.total) & has_enough(b.n_published, b.total)
    assez &= (df > 0) & np.isfinite(se)
    p_value = pooled_p_value(a.estimate, a.n_noisy, b.estimate, b.n_noisy)
    p_value[assez] = student_p_value(difference[assez], se[assez], df[assez])
    colonnes: dict[str, Any] = {
        "n": b.n_published,
        "n_reference": a.n_published,
        "p": b.estimate,
        "p_reference": a.estimate,
        "difference": difference,
        "se": se,
        "df": df,
    }
    for nom, niveau in LEVELS.items():
        bas, haut = intervals.newcombe_effective(a.estimate, a.n_noisy, b.estimate, b.n_noisy, niveau)
        bas[assez], haut[assez] = intervals.student(difference[assez], se[assez], df[assez], niveau)
        position = get_sign(bas, haut, p_value, niveau)
        colonnes |= {f"low_{nom}": bas, f"high_{nom}": haut, f"class_{nom}": position}
    tableau = pd.DataFrame(
        {
            "item": np.repeat(items, difference.shape[0]),
            "pair": np.tile(np.arange(len(difference)), len(items)),
        }
        | {nom: valeurs.T.ravel() for nom, valeurs in colonnes.items()}
    )
    tableau["p_value"] = p_value.T.ravel()
    tableau["p_bh"] = adjust_p_values(tableau["p_value"])
    return tableau


def adjust_p_values(p_values: npt.ArrayLike) -> Tableau:
    """Benjamini-Hochberg (1995) ; les p manquantes restent manquantes et ne comptent pas."""
    p = np.asarray(p_values, dtype=float)
    connues = np.flatnonzero(np.isfinite(p))
    ordre = connues[np.argsort(p[connues], kind="stable")]
    rang = np.arange(1, ordre.size + 1)
    corrige = np.full(p.shape, np.nan)
    # De la plus grande p à la plus petite, par un minimum courant : `scipy.stats.false_discovery_control`
    # (un essai les compare), sans la seconde que prend `scipy.stats` à charger à chaque import d'un fichier.
    corrige[ordre] = np.minimum(np.minimum.accumulate((ordre.size / rang * p[ordre])[::-1])[::-1], 1)
    return corrige


def combine_intervals(
    first: Tableau, second: Tableau, correlation: npt.ArrayLike = 0.0
) -> tuple[Tableau, Tableau, Tableau, Tableau]:
    """L'écart de deux chiffres dont on n'a que l'intervalle à 95 % : écart, bas, haut, valeur p.

    `first`, `second` : valeur, borne basse, borne haute en colonnes (MOVER, Donner et Zou 2012) ;
    `correlation` : celle des deux estimations, 0 si leurs échantillons sont distincts.
    """
    (p, bas_1, haut_1), (q, bas_2, haut_2) = first.T, second.T
    ecart, rho = q - p, np.asarray(correlation, dtype=float)
    bas = ecart - _combine(q - bas_2, haut_1 - p, rho)
    haut = ecart + _combine(haut_2 - q, p - bas_1, rho)
    demi = np.where(ecart > 0, ecart - bas, haut - ecart)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = intervals.normal_quantile(LEVELS["95"]) * np.abs(ecart) / demi
    return ecart, bas, haut, np.asarray(2 * special.ndtr(-np.nan_to_num(z)))


def _combine(a: Tableau, b: Tableau, correlation: Tableau) -> Tableau:
    return np.asarray(np.sqrt(np.maximum(a**2 + b**2 - 2 * correlation * a * b, 0.0)))


def get_funnel_limits(reference: float, n: npt.ArrayLike, level: float = 0.95) -> pd.DataFrame:
    """Limites d'un graphique en entonnoir autour de `reference`, pour des groupes de taille n.

    count_* : quantiles binomiaux exacts ; exact_* : les mêmes en parts, interpolés (Spiegelhalter 2005,
    annexe A.1.1) ; normal_* : approximation normale, non bornée ; score_* : Wilson.
    """
    binom = scipy.stats.binom
    tailles = np.atleast_1d(np.asarray(n, dtype=float))
    alpha, z = 1 - level, intervals.normal_quantile(level)
    demi = z * np.sqrt(reference * (1 - reference) / tailles)
    score = intervals.wilson_effective(np.full_like(tailles, reference), tailles, level)
    return pd.DataFrame(
        {
            "n": tailles,
            "count_low": binom.ppf(alpha / 2, tailles, reference),
            "count_high": binom.ppf(1 - alpha / 2, tailles, reference),
            "exact_low": _interpolate_quantile(alpha / 2, tailles, reference),
            "exact_high": _interpolate_quantile(1 - alpha / 2, tailles, reference),
            "normal_low": reference - demi,
            "normal_high": reference + demi,
            "score_low": score[0],
            "score_high": score[1],
        }
    )


def _interpolate_quantile(p: float, n: Tableau, reference: float) -> Tableau:
    """Le quantile binomial en part, sans l'escalier d'un compte entier."""
    binom = scipy.stats.binom
    rang = binom.ppf(p, n, reference)
    exces = (binom.cdf(rang, n, reference) - p) / binom.pmf(rang, n, reference)
    return np.asarray(np.maximum((rang - exces) / n, 0.0))
