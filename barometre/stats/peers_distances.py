"""Les autres distances entre collectivités, pour comparer la méthode : euclidienne, de Mahalanobis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from barometre.stats.peers import PairsError, Poids, Reels, find_target, gower_parts, read_weights

Methode = Literal["gower", "euclide", "euclide_0_1", "mahalanobis"]


def distances(
    frame: pd.DataFrame,
    target: str,
    variables: Sequence[str],
    *,
    method: Methode = "gower",
    weights: Poids = None,
) -> pd.Series:
    """La distance de chaque unité à la cible (elle-même comprise, à 0), par identifiant.

    euclide : √Σ w·z², z centré et réduit sur le `frame` ; euclide_0_1 : la même divisée par la plus grande
    distance entre deux unités ; mahalanobis : avec la covariance du `frame`, sans poids.
    """
    unites, rang = find_target(frame, target)
    if method == "gower":
        poids = read_weights(variables, weights)
        ecarts, presents = gower_parts(frame, rang, variables)
        valeurs = (poids @ ecarts) / (poids @ presents)
    elif method == "mahalanobis":
        valeurs = _mahalanobis(_read_numbers(frame, variables), rang)
    else:
        points = _standardise(_read_numbers(frame, variables)) * np.sqrt(read_weights(variables, weights))
        valeurs = np.sqrt(((points - points[rang]) ** 2).sum(axis=1))
        if method == "euclide_0_1":
            valeurs = valeurs / _diameter(points)
    return pd.Series(valeurs, index=unites, name="distance")


def _read_numbers(frame: pd.DataFrame, variables: Sequence[str]) -> Reels:
    absentes = [v for v in variables if v not in frame]
    if absentes:
        raise PairsError(f"La variable « {absentes[0]} » n'existe pas.")
    textes = [v for v in variables if not pd.api.types.is_numeric_dtype(frame[v])]
    if textes:
        raise PairsError(f"« {textes[0]} » n'est pas un nombre : seule la distance de Gower la compare.")
    valeurs = frame[list(variables)].to_numpy(dtype=float)
    if not np.isfinite(valeurs).all():
        raise PairsError("Une valeur manque : seule la distance de Gower s'en accommode.")
    return valeurs


def _standardise(valeurs: Reels) -> Reels:
    ecart_type = valeurs.std(axis=0, ddof=1)
    if not (ecart_type > 0).all():
        raise PairsError("Une variable a la même valeur partout : elle ne mesure aucune distance.")
    reduites: Reels = (valeurs - valeurs.mean(axis=0)) / ecart_type
    return reduites


def _mahalanobis(valeurs: Reels, rang: int) -> Reels:
    ecarts = valeurs - valeurs[rang]
    covariance = np.atleast_2d(np.cov(valeurs, rowvar=False))
    try:
        produit = np.linalg.solve(covariance, ecarts.T).T
    except np.linalg.LinAlgError as erreur:
        raise PairsError("Deux variables disent la même chose : la distance n'est pas définie.") from erreur
    return np.sqrt((ecarts * produit).sum(axis=1))


def _diameter(points: Reels) -> float:
    """La plus grande distance entre deux points, ligne à ligne pour borner la mémoire."""
    return float(np.sqrt(max(((points - p) ** 2).sum(axis=1).max() for p in points)))
