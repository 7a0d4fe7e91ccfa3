"""Lit et vérifie ce qu'un calage reçoit : un échantillon, des marges, des poids de départ.

Tout refus est une `CalibrationError` dont la phrase nomme la cause.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometre.domain.formats import format_au_plus, format_compte

Tableau = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
# Une marge : {modalité: population} ; un nombre seul est le total d'une variable numérique.
Margins = Mapping[str, Any]

# Deux marges comptent la même population : leurs totaux ne diffèrent que d'arrondis.
TOTAL_TOLERANCE = 1e-6


class CalibrationError(ValueError):
    """Un calage refusé. Pour des bornes irréalisables, `feasible_bounds` en propose de réalisables."""

    def __init__(
        self,
        message: str,
        *,
        bounds: tuple[float, float] | None = None,
        feasible_bounds: tuple[float, float] | None = None,
    ) -> None:
        super().__init__(message)
        self.bounds = bounds
        self.feasible_bounds = feasible_bounds


@dataclass(frozen=True, slots=True)
class Margin:
    """Une marge de catégories ; `codes` donne le rang de la modalité de chaque répondant."""

    column: str
    levels: tuple[Any, ...]
    codes: Codes
    targets: Tableau


@dataclass(frozen=True, slots=True)
class NumericMargin:
    """Une variable numérique et son total dans la population."""

    column: str
    values: Tableau
    target: float


@dataclass(frozen=True, slots=True)
class Problem:
    """Un calage prêt à résoudre : marges vérifiées et poids de départ positifs."""

    index: pd.Index[Any]
    margins: tuple[Margin, ...]
    numeric: tuple[NumericMargin, ...]
    base: Tableau


def read_problem(sample: pd.DataFrame, margins: Margins, base_weights: Any = None) -> Problem:
    """Vérifie tout ce qui peut l'être avant de caler."""
    _check_sample(sample, margins)
    categories: list[Margin] = []
    numeric: list[NumericMargin] = []
    for colonne, cible in margins.items():
        if np.isscalar(cible):
            numeric.append(_read_numeric(sample, colonne, cible))
        else:
            categories.append(_read_margin(sample[colonne], colonne, cible))
    _check_totals(categories)
    base = _read_base(sample, base_weights, categories)
    return Problem(sample.index, tuple(categories), tuple(numeric), base)


def _check_sample(sample: pd.DataFrame, margins: Margins) -> None:
    if len(sample) == 0:
        raise CalibrationError("L'échantillon est vide : il n'y a aucun répondant à caler.")
    if not sample.index.is_unique:
        double = sample.index[sample.index.duplicated()][0]
        raise CalibrationError(f"L'échantillon contient deux fois le répondant « {double} ».")
    if not margins:
        raise CalibrationError("Aucune marge n'est donnée : il en faut au moins une.")
    for colonne in margins:
        if colonne not in sample.columns:
            raise CalibrationError(f"La marge « {colonne} » n'est pas une colonne de l'échantillon.")


def _to_numbers(values: pd.Series) -> Tableau:
    """Des nombres, NaN pour ce qui n'en est pas."""
    try:
        return np.asarray(values.array, dtype=float)
    except (TypeError, ValueError):
        return pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def _read_targets(column: str, target: Any) -> tuple[list[Any], Tableau]:
    cible = target if isinstance(target, pd.Series) else pd.Series(target)
    modalites = cible.index.tolist()
    valeurs = _to_numbers(cible)
    if not cible.index.is_unique:
        double = cible.index[cible.index.duplicated()][0]
        raise CalibrationError(f"La marge « {column} » donne deux fois la modalité « {double} ».")
    for rang in np.flatnonzero(~(np.isfinite(valeurs) & (valeurs >= 0))):
        raise CalibrationError(
            f"La marge « {column} » donne à la modalité « {modalites[rang]} » une population "
            f"qui n'est pas un nombre positif : {cible.iloc[rang]}."
        )
    if not valeurs.sum() > 0:
        raise CalibrationError(f"La marge « {column} » a une population totale nulle.")
    return modalites, valeurs


def _get_codes(values: pd.Series, levels: Sequence[Any]) -> Codes:
    """Rang de chaque valeur parmi `levels`, −1 si elle n'y est pas. (`get_indexer` : cinq fois plus lent.)"""
    codes, uniques = pd.factorize(values)
    rangs = {modalite: rang for rang, modalite in enumerate(levels)}
    table = np.array([*(rangs.get(valeur, -1) for valeur in uniques.tolist()), -1], dtype=np.intp)
    return table[codes]


def _read_margin(values: pd.Series, column: str, target: Any) -> Margin:
    modalites, populations = _read_targets(column, target)
    codes = _get_codes(values, modalites)
    if codes.min() < 0:
        _refuse_unknown(values, column, codes)
    presents = np.bincount(codes, minlength=len(modalites)) > 0
    if presents.all() and (populations > 0).all():
        return Margin(column, tuple(modalites), codes, populations)
    _check_levels(column, modalites, populations, presents)
    # Il ne reste d'absentes que des modalités sans population : elles ne contraignent rien.
    gardees = tuple(modalite for modalite, present in zip(modalites, presents, strict=True) if present)
    return Margin(column, gardees, (np.cumsum(presents) - 1)[codes], populations[presents])


def _refuse_unknown(values: pd.Series, column: str, codes: Codes) -> None:
    inconnue = values.iloc[int(np.flatnonzero(codes < 0)[0])]
    if pd.isna(inconnue):
        manquants = int(values.isna().sum())
        raise CalibrationError(
            f"La variable « {column} » manque pour {format_compte(manquants, 'répondant')} : "
            "elle doit être connue de tous."
        )
    raise CalibrationError(
        f"La modalité « {inconnue} » de la variable « {column} » est dans l'échantillon "
        f"mais pas dans la marge."
    )


def _check_levels(
    column: str, levels: Sequence[Any], targets: Tableau, present: npt.NDArray[np.bool_]
) -> None:
    for rang in map(int, np.flatnonzero(~present & (targets > 0))):
        raise CalibrationError(
            f"La modalité « {levels[rang]} » de la marge « {column} » compte "
            f"{format_au_plus(targets[rang])} unités dans la population et aucun répondant : "
            f"il faut la regrouper avec une voisine."
        )
    for rang in map(int, np.flatnonzero(present & (targets == 0))):
        raise CalibrationError(
            f"La modalité « {levels[rang]} » de la marge « {column} » a une population nulle "
            f"alors que des répondants y sont."
        )


def _read_numeric(sample: pd.DataFrame, column: str, target: Any) -> NumericMargin:
    valeurs = _to_numbers(sample[column])
    if not np.isfinite(valeurs).all():
        raise CalibrationError(
            f"La variable numérique « {column} » manque ou n'est pas un nombre "
            f"pour {format_compte((~np.isfinite(valeurs)).sum(), 'répondant')}."
        )
    if not np.isfinite(target):
        raise CalibrationError(f"Le total de la variable « {column} » n'est pas un nombre.")
    return NumericMargin(column, valeurs, float(target))


def _check_totals(margins: Sequence[Margin]) -> None:
    for marge in margins[1:]:
        premier, second = margins[0].targets.sum(), marge.targets.sum()
        if abs(premier - second) > TOTAL_TOLERANCE * max(premier, second):
            raise CalibrationError(
                f"Les totaux de deux marges se contredisent : « {margins[0].column} » compte "
                f"{format_au_plus(premier)} unités et « {marge.column} » en compte {format_au_plus(second)}."
            )


def _read_base(sample: pd.DataFrame, base_weights: Any, margins: Sequence[Margin]) -> Tableau:
    """Poids de départ ; à défaut, le même pour tous : N/n."""
    n = len(sample)
    if base_weights is None:
        return np.full(n, (margins[0].targets.sum() if margins else n) / n)
    if isinstance(base_weights, pd.Series) and not base_weights.index.equals(sample.index):
        base_weights = _align_weights(base_weights, sample.index)
    base = np.asarray(base_weights, dtype=float)
    if base.shape != (n,):
        raise CalibrationError(f"Il faut un poids de départ par répondant : {base.size} donnés pour {n}.")
    if not (np.isfinite(base) & (base > 0)).all():
        raise CalibrationError("Un poids de départ n'est pas un nombre strictement positif.")
    return base


def _align_weights(base_weights: pd.Series, index: pd.Index[Any]) -> pd.Series:
    if not base_weights.index.is_unique or not index.isin(base_weights.index).all():
        raise CalibrationError(
            "Les poids de départ ne portent pas sur les mêmes répondants que l'échantillon."
        )
    return base_weights.reindex(index)
