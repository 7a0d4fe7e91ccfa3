"""Jusqu'où la participation peut fausser un chiffre (CONCEPTION §4.7).

Références : Schouten, Cobben et Bethlehem (2009) et Schouten, Shlomo et Skinner (2011) pour la
représentativité.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from barometre.stats.design import Design
from barometre.stats.estimation import estimate_proportions
from barometre.stats.strata import DesignError

Tableau = npt.NDArray[np.float64]

# Pénalité qui rend finie la régression quand une modalité n'a aucun répondant.
RIDGE = 1e-6
LOGISTIC_ITERATIONS = 50


def describe_response(
    frame: pd.DataFrame, responded: npt.ArrayLike, variables: Sequence[str]
) -> pd.DataFrame:
    """Taux, CV des propensités (variable vide) et indicateur partiel de chaque variable.

    CV = S(ρ)/ρ̄, ρ par régression logistique sur toutes les variables : le biais d'une moyenne vaut au
    plus CV fois l'écart-type (Schouten et al. 2011). noise = (k − 1)(1 − ρ̄)/n : ce que vaut CV² en moyenne
    quand tous répondent également, k coefficients et n répondants (`remove_noise`). partial = dispersion de
    ρ entre les modalités de la variable, rapportée à ρ̄ (indicateur partiel inconditionnel). R = 1 − 2S(ρ)
    n'est pas rendu : il tend vers 1 quand personne ne répond.
    """
    repondu = np.asarray(responded, dtype=float)
    _check_response(frame, repondu, variables)
    propension = compute_propensities(frame, repondu, variables)
    taux, ecart = float(propension.mean()), float(propension.std())
    bruit = (_count_coefficients(frame, variables) - 1) * (1 - taux) / float(repondu.sum())
    lignes: list[dict[str, Any]] = [
        {"variable": "", "rate": taux, "cv": ecart / taux, "noise": bruit, "partial": np.nan}
    ]
    for nom in variables:
        lignes.append({"variable": nom, "partial": _spread_between(frame[nom], propension) / taux})
    return pd.DataFrame(lignes)


def remove_noise(response: pd.Series) -> float:
    """Le CV d'une ligne de `describe_response`, plancher de bruit ôté : √max(CV² − bruit, 0)."""
    return float(np.sqrt(max(response["cv"] ** 2 - response["noise"], 0.0)))


def compute_propensities(frame: pd.DataFrame, responded: npt.ArrayLike, variables: Sequence[str]) -> Tableau:
    """Probabilité de répondre de chaque unité du cadre : régression logistique, effets principaux."""
    y = np.asarray(responded, dtype=float)
    cellule, tableau = _group_cells(frame, variables)
    n = np.bincount(cellule).astype(float)
    oui = np.asarray(np.bincount(cellule, weights=y), dtype=float)
    x = np.hstack([np.ones((len(tableau), 1)), *(_get_dummies(tableau[nom]) for nom in tableau)])
    return _fit_logistic(x, oui, n)[cellule]


def _count_coefficients(frame: pd.DataFrame, variables: Sequence[str]) -> int:
    """Le nombre de coefficients libres : un type que disent déjà les strates n'en est pas un de plus."""
    _, tableau = _group_cells(frame, variables)
    x = np.hstack([np.ones((len(tableau), 1)), *(_get_dummies(tableau[nom]) for nom in tableau)])
    return int(np.linalg.matrix_rank(x))


def _group_cells(frame: pd.DataFrame, variables: Sequence[str]) -> tuple[npt.NDArray[np.intp], pd.DataFrame]:
    groupes = (
        frame[list(variables)].reset_index(drop=True).groupby(list(variables), observed=True, dropna=False)
    )
    return np.asarray(groupes.ngroup(), dtype=np.intp), groupes.size().index.to_frame(index=False)


def _get_dummies(values: pd.Series) -> Tableau:
    codes, modalites = pd.factorize(values, use_na_sentinel=False)
    return np.asarray(np.eye(len(modalites))[codes][:, 1:])


def _fit_logistic(x: Tableau, yes: Tableau, n: Tableau) -> Tableau:
    """Newton sur les cellules, légèrement pénalisé (le terme constant ne l'est pas)."""
    penalite = np.full(x.shape[1], RIDGE)
    penalite[0] = 0.0
    beta = np.zeros(x.shape[1])
    beta[0] = special.logit(yes.sum() / n.sum())
    for _ in range(LOGISTIC_ITERATIONS):
        rho = special.expit(x @ beta)
        gradient = x.T @ (yes - n * rho) - penalite * beta
        pas = np.linalg.solve((x * (n * rho * (1 - rho))[:, None]).T @ x + np.diag(penalite), gradient)
        beta += np.clip(pas, -2.0, 2.0)
        if np.abs(pas).max() < 1e-9:
            break
    return np.asarray(special.expit(x @ beta))


def _spread_between(values: pd.Series, propensity: Tableau) -> float:
    moyennes = pd.Series(propensity, index=values.index).groupby(values, observed=True).transform("mean")
    return float(np.sqrt(np.nanmean((moyennes - propensity.mean()) ** 2)))


def _check_response(frame: pd.DataFrame, responded: Tableau, variables: Sequence[str]) -> None:
    if len(frame) == 0 or responded.shape != (len(frame),):
        raise DesignError(
            f"Il faut une réponse (1 ou 0) par unité du cadre : {responded.size} pour {len(frame)}."
        )
    if not np.isin(responded, (0, 1)).all() or not 0 < responded.mean() < 1:
        raise DesignError(
            "La participation doit valoir 1 ou 0, et ne pas être la même pour toutes les unités."
        )
    for nom in variables:
        if nom not in frame.columns:
            raise DesignError(f"La variable « {nom} » n'est pas dans le cadre.")


def compare_with_frame(design: Design, facts: pd.DataFrame, truth: pd.Series) -> pd.DataFrame:
    """Un fait connu de tout le cadre, estimé sur les répondants pondérés, face à sa vraie valeur.

    Une ligne par fait : raw, p, low, high, truth, raw_gap, gap (redressé − vrai), within (vrai dans
    l'intervalle). L'écart mesure ce que les poids n'ont pas corrigé.
    """
    tableau = estimate_proportions(design, facts)
    tableau["truth"] = tableau["item"].map(truth)
    if tableau["truth"].isna().any():
        manquant = tableau.loc[tableau["truth"].isna(), "item"].iloc[0]
        raise DesignError(f"La vraie valeur du fait « {manquant} » n'est pas donnée.")
    tableau["raw_gap"] = tableau["raw"] - tableau["truth"]
    tableau["gap"] = tableau["p"] - tableau["truth"]
    tableau["within"] = tableau["truth"].between(tableau["low"], tableau["high"])
    return tableau[["item", "n", "raw", "p", "se", "low", "high", "truth", "raw_gap", "gap", "within"]]
