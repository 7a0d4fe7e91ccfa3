"""Les mêmes calculs écrits avec pandas, comme on les écrirait sans y penser : le point de comparaison."""

from __future__ import annotations

import numpy as np
import pandas as pd


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
