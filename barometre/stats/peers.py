"""Les pairs d'une collectivité : les plus semblables (distance de Gower pondérée) et l'échelle.

Sur des variables de structure seulement (population, densité, couverture…), jamais sur des réponses. Une
population se compare par son logarithme : c'est l'appelant qui le prend.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

K_DEFAUT = 30
# Répondants qu'il faut à un échelon pour qu'on s'y compare.
MINIMUM = 10
IDENTIFIANTS: tuple[str, ...] = ("unit", "collectivite_id", "id")

Reels = NDArray[np.float64]
Poids = Mapping[str, float] | Sequence[float] | None


class PairsError(ValueError):
    """Une demande de pairs impossible ; le message dit pourquoi."""


def nearest(
    frame: pd.DataFrame,
    target: str,
    variables: Sequence[str],
    weights: Poids = None,
    k: int = K_DEFAUT,
) -> pd.DataFrame:
    """Les `k` unités les plus proches : unit, distance, et la part de chaque variable dans la distance.

    L'étendue d'un nombre est celle du `frame` donné ; si une colonne `type` existe, seules les unités du type
    de la cible sont retenues. Une valeur absente retire la variable de la paire. Les égalités se départagent
    par l'identifiant. Les parts somment à 1 ; à distance nulle elles sont toutes nulles.
    """
    if k < 1:
        raise PairsError("Il faut demander au moins un pair.")
    unites, rang = find_target(frame, target)
    poids = read_weights(variables, weights)
    ecarts, presents = gower_parts(frame, rang, variables)
    contributions = ecarts * poids[:, None]
    distance = _divide(contributions.sum(axis=0), poids @ presents)
    candidats = np.isfinite(distance)
    candidats[rang] = False
    if "type" in frame:
        candidats &= (frame["type"] == frame["type"].iloc[rang]).to_numpy(dtype=bool)
    ordre = _closest(distance, unites, np.flatnonzero(candidats), k)
    parts = _divide(contributions[:, ordre], contributions[:, ordre].sum(axis=0), vide=0.0)
    tableau = pd.DataFrame({"unit": unites[ordre], "distance": distance[ordre]})
    return tableau.assign(**dict(zip(variables, parts, strict=True)))


def find_target(frame: pd.DataFrame, target: str) -> tuple[NDArray[np.object_], int]:
    """Les identifiants (colonne unit, collectivite_id ou id, sinon l'index) et le rang de la cible."""
    colonne = next((c for c in IDENTIFIANTS if c in frame), None)
    unites = (frame[colonne] if colonne else frame.index.to_series()).to_numpy(dtype=object)
    rangs = np.flatnonzero(unites == target)
    if len(rangs) == 0:
        raise PairsError(f"« {target} » n'est pas dans la liste des collectivités à comparer.")
    if len(rangs) > 1:
        raise PairsError(f"« {target} » figure {len(rangs)} fois dans la liste des collectivités à comparer.")
    return unites, int(rangs[0])


def read_weights(variables: Sequence[str], weights: Poids) -> Reels:
    """Les poids des variables, dans leur ordre ; 1 chacun par défaut."""
    if len(variables) == 0:
        raise PairsError("Il faut au moins une variable pour comparer des collectivités.")
    if isinstance(weights, Mapping):
        inconnues = [v for v in weights if v not in variables]
        if inconnues:
            raise PairsError(f"Un poids est donné à une variable inconnue : « {inconnues[0]} ».")
        weights = [weights.get(v, 0.0) for v in variables]
    poids = np.ones(len(variables)) if weights is None else np.asarray(weights, dtype=float)
    if len(poids) != len(variables):
        raise PairsError(f"{len(variables)} variables pour {len(poids)} poids.")
    if not np.isfinite(poids).all() or (poids < 0).any() or poids.sum() == 0:
        raise PairsError("Les poids sont des nombres positifs, et l'un au moins n'est pas nul.")
    return poids


def gower_parts(frame: pd.DataFrame, rang: int, variables: Sequence[str]) -> tuple[Reels, Reels]:
    """L'écart (0 à 1) de chaque variable entre la cible et chaque unité, et 1 si la paire est comparable."""
    absentes = [v for v in variables if v not in frame]
    if absentes:
        raise PairsError(f"La variable « {absentes[0]} » n'existe pas.")
    ecarts = np.stack([_gap(frame[v], rang) for v in variables])
    presents = np.isfinite(ecarts).astype(float)
    return np.nan_to_num(ecarts), presents


def _gap(colonne: pd.Series, rang: int) -> Reels:
    if not pd.api.types.is_numeric_dtype(colonne) or pd.api.types.is_bool_dtype(colonne):
        if pd.isna(colonne.iloc[rang]):
            return np.full(len(colonne), np.nan)
        differe = (colonne != colonne.iloc[rang]).fillna(False).to_numpy(dtype=float)
        return np.where(colonne.isna(), np.nan, differe)
    valeurs = colonne.to_numpy(dtype=float, na_value=np.nan)
    connues = valeurs[np.isfinite(valeurs)]
    etendue = np.ptp(connues) if len(connues) else 0.0
    ecart: Reels = np.abs(valeurs - valeurs[rang])
    # Une variable constante ne distingue personne : son écart est nul.
    return np.where(np.isfinite(ecart), ecart / etendue if etendue > 0 else 0.0, np.nan)


def _divide(haut: Reels, bas: Reels, vide: float = np.nan) -> Reels:
    return np.divide(haut, bas, out=np.full_like(haut, vide), where=bas > 0)


def _closest(
    distance: Reels, unites: NDArray[np.object_], candidats: NDArray[np.int64], k: int
) -> NDArray[np.int64]:
    """Les `k` candidats les plus proches ; à distance égale, l'ordre des identifiants."""
    if len(candidats) > k:
        seuil = np.partition(distance[candidats], k - 1)[k - 1]
        candidats = candidats[distance[candidats] <= seuil]
    ordre = sorted(candidats, key=lambda i: (distance[i], str(unites[i])))[:k]
    return np.array(ordre, dtype=np.int64)


def widen(steps: Sequence[tuple[str, int]], minimum: int = MINIMUM) -> str:
    """Le premier échelon qui a assez de répondants, du plus proche au plus large ; aucun : le plus large.

    `steps` : (territoire, nombre de répondants) : departement-974, region-04, zone-outre_mer, france.
    """
    return next((echelon for echelon, n in steps if n >= minimum), steps[-1][0])
