"""Les mêmes calculs écrits avec pandas, comme on les écrirait sans y penser : le point de comparaison."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtr


def rake(sample: pd.DataFrame, margins: dict[str, pd.Series], tolerance: float = 1e-10) -> pd.Series:
    """Ajustement proportionnel par groupby."""
    poids = pd.Series(1.0, index=sample.index)
    ecart = np.inf
    while ecart > tolerance:
        ecart = 0.0
        for nom, cible in margins.items():
            rapport = cible / poids.groupby(sample[nom]).sum()
            ecart = max(ecart, (rapport - 1).abs().max())
            poids = poids * sample[nom].map(rapport)
    return poids


def calibrate(sample: pd.DataFrame, margins: dict[str, pd.Series]) -> pd.Series:
    """Calage exponentiel par Newton sur la matrice complète des modalités."""
    x = pd.get_dummies(sample[list(margins)], dtype=float).to_numpy()
    cible = np.concatenate([margins[nom].sort_index().to_numpy() for nom in margins])
    d = np.full(len(sample), next(iter(margins.values())).sum() / len(sample))
    lam = np.zeros(x.shape[1])
    for _ in range(50):
        w = d * np.exp(x @ lam)
        ecart = cible - x.T @ w
        if np.abs(ecart / cible).max() < 1e-10:
            break
        lam += np.linalg.lstsq((x * w[:, None]).T @ x, ecart, rcond=None)[0]
    return pd.Series(w, index=sample.index)


def estimate(
    sample: pd.DataFrame, weights: pd.Series, answers: pd.DataFrame, groups: pd.Series
) -> pd.DataFrame:
    """Une proportion à la fois : résidus de calage, variance stratifiée, intervalle logit."""
    x = pd.get_dummies(sample, dtype=float).to_numpy()
    lignes = []
    for item in answers:
        for groupe in groups.unique():
            dedans = (groups == groupe) & answers[item].notna()
            w = weights.where(dedans, 0.0)
            p = (w * answers[item].fillna(0)).sum() / w.sum()
            u = ((answers[item].fillna(0) - p) * dedans / w.sum()).to_numpy()
            e = pd.Series(weights.to_numpy() * (u - x @ np.linalg.lstsq(x, u, rcond=None)[0]), sample.index)
            par_strate = e.groupby(sample["strate"])
            n = par_strate.transform("size")
            se = np.sqrt((n / (n - 1) * (e - par_strate.transform("mean")) ** 2).sum())
            demi = 1.96 * se / (p * (1 - p))
            logit = np.log(p / (1 - p))
            lignes.append(
                (item, groupe, p, se, 1 / (1 + np.exp(demi - logit)), 1 / (1 + np.exp(-demi - logit)))
            )
    return pd.DataFrame(lignes, columns=["item", "groupe", "p", "se", "low", "high"])


def compare_groupes(answers: pd.DataFrame, treated: pd.Series, strata: pd.Series) -> pd.DataFrame:
    """L'écart à strate égale, de variance celle des parts observées : nulle si une strate est unanime."""
    y = answers.to_numpy(dtype=float)
    comptes = []
    for groupe in (treated.to_numpy(), ~treated.to_numpy()):
        membres = pd.get_dummies(strata).to_numpy(dtype=float).T * groupe
        comptes.append((membres @ np.isfinite(y), membres @ np.nan_to_num(y)))
    (n1, oui1), (n0, oui0) = comptes
    n1, n0 = (np.where((n1 > 0) & (n0 > 0), n, np.nan) for n in (n1, n0))
    p1, p0, poids = oui1 / n1, oui0 / n0, n1 / np.maximum(np.nansum(n1, axis=0), 1)
    ecart = np.nansum(poids * (p1 - p0), axis=0)
    se = np.sqrt(np.nansum(poids**2 * (p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0), axis=0))
    return pd.DataFrame(
        {
            "item": answers.columns, "n_1": np.nansum(n1, axis=0), "n_0": np.nansum(n0, axis=0),
            "difference": ecart, "bas": ecart - 1.96 * se, "haut": ecart + 1.96 * se,
            "p_value": 2 * ndtr(-np.abs(np.divide(ecart, se, out=np.full_like(se, np.nan), where=se > 0))),
        }
    )  # fmt: skip
