"""La suppression de cellules, pour comparaison : ce qu'il faut cacher pour qu'un total ne rende rien.

Sur le tableau région × type d'une vague (marges publiées) : une cellule sous le seuil se cache, et toute
ligne ou colonne qui en cache une en cache au moins deux. C'est une condition nécessaire : la vraie
suppression coûte au moins autant, et laisse exact tout autre compte : qui connaît les autres lit la dernière.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp


def measure_suppression(cadre: pd.DataFrame, seuil: int) -> pd.DataFrame:
    """Part de Σn cachée : sous le seuil seul (bruit à clés), plus proche voisine (avant), optimale."""
    n = pd.crosstab(cadre["region"], cadre["type"]).to_numpy()
    primaires = (n > 0) & (n < seuil)
    lignes = {
        "bruit à clés (seuil seul)": primaires,
        "gloutonne : la plus petite voisine": hide_greedily(n, primaires),
        "optimale (programme en nombres entiers)": hide_optimally(n, primaires),
    }
    total = n.sum()
    return pd.DataFrame(
        {
            nom: {
                "part de Σn cachée": round(float(n[c].sum() / total), 4),
                "cellules cachées": int((c & (n > 0)).sum()),
                "cellules d'au moins 50 cachées": int((c & (n >= 50)).sum()),
            }
            for nom, c in lignes.items()
        }
    ).T


def hide_greedily(n: np.ndarray, primary: np.ndarray) -> np.ndarray:
    """Tant qu'une ligne ou une colonne n'en cache qu'une, y cacher la plus petite des autres."""
    cachees = primary.copy()
    while True:
        seules = [(axe, i) for axe in (1, 0) for i in np.flatnonzero(cachees.sum(axis=axe) == 1)]
        for axe, i in seules:
            vue, effectif = (cachees[i], n[i]) if axe else (cachees[:, i], n[:, i])
            libres = np.flatnonzero(~vue & (effectif > 0))
            if libres.size:
                vue[libres[effectif[libres].argmin()]] = True
                break
        else:
            return cachees


def hide_optimally(n: np.ndarray, primary: np.ndarray) -> np.ndarray:
    """Le moins de réponses cachées : 2·x_ij ≤ Σ_j x_ij et 2·x_ij ≤ Σ_i x_ij, x ∈ {0, 1} (HiGHS)."""
    r, c = n.shape
    contraintes = []
    for i, j in np.ndindex(r, c):
        for tranche in (np.s_[i, :], np.s_[:, j]):
            ligne = np.zeros((r, c))
            ligne[tranche] = (n[tranche] > 0).astype(float)
            if ligne.sum() < 2:
                continue
            ligne[i, j] -= 2.0
            contraintes.append(ligne.ravel())
    bornes = Bounds(primary.ravel().astype(float), (n > 0).ravel().astype(float))
    trouve = milp(
        n.ravel(), constraints=LinearConstraint(np.array(contraintes), lb=0.0), bounds=bornes, integrality=1
    )
    if trouve.x is None:
        raise RuntimeError(f"Le programme de suppression n'a pas de solution : {trouve.message}")
    return np.asarray(trouve.x.round().astype(bool).reshape(r, c))
