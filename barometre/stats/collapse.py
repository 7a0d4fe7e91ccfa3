"""Regroupe les modalités trop rares d'une marge avec leur voisine déclarée (CONCEPTION §4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from barometre.stats.margins import CalibrationError, format_number

# CONCEPTION §4.1 : une modalité de moins de 5 répondants est regroupée.
MINIMUM_RESPONDENTS = 5

REPORT_COLUMNS = ["column", "level", "merged_into", "respondents", "population", "phrase"]


def collapse_levels(
    sample: pd.DataFrame,
    margins: Mapping[str, pd.Series],
    merges: Mapping[str, Mapping[Any, Any]],
    minimum: int = MINIMUM_RESPONDENTS,
) -> tuple[pd.DataFrame, dict[str, pd.Series], pd.DataFrame]:
    """Échantillon et marges regroupés, et une ligne de rapport par regroupement.

    `merges` donne, par marge, la voisine de chaque modalité : {« region »: {« 94 »: « 93 »}}. Une voisine
    encore trop rare est regroupée à son tour ; une modalité rare sans voisine déclarée est refusée.
    """
    regroupe, cibles = sample.copy(), dict(margins)
    lignes: list[dict[str, Any]] = []
    for colonne, marge in margins.items():
        voisines = merges.get(colonne, {})
        fusion, rapport = _merge_margin(sample[colonne], marge, colonne, voisines, minimum)
        if rapport:
            regroupe[colonne] = _recode(sample[colonne], fusion)
            cibles[colonne] = marge.groupby(
                marge.index.map(lambda m, f=fusion: f.get(m, m)), sort=False
            ).sum()
            lignes += rapport
    return regroupe, cibles, pd.DataFrame(lignes, columns=REPORT_COLUMNS)


def _recode(values: pd.Series, merged: Mapping[Any, Any]) -> pd.Series:
    """Remplace les modalités regroupées ; les autres, et les manquantes, restent."""
    return values.astype(object).map(lambda v: merged.get(v, v)).astype(object)


def _merge_margin(
    values: pd.Series, margin: pd.Series, column: str, neighbours: Mapping[Any, Any], minimum: int
) -> tuple[dict[Any, Any], list[dict[str, Any]]]:
    repondants = {m: int(n) for m, n in values.value_counts().items()}
    population = {m: float(n) for m, n in margin.items()}
    fusion: dict[Any, Any] = {}
    rapport: list[dict[str, Any]] = []
    while (rare := _find_thin(population, repondants, minimum)) is not None:
        voisine = _find_neighbour(rare, column, neighbours, fusion, population, repondants)
        rapport.append(_report(column, rare, voisine, repondants.get(rare, 0), population[rare]))
        repondants[voisine] = repondants.get(voisine, 0) + repondants.pop(rare, 0)
        population[voisine] += population.pop(rare)
        fusion = {m: voisine if cible == rare else cible for m, cible in fusion.items()} | {rare: voisine}
    return fusion, rapport


def _find_thin(population: Mapping[Any, float], respondents: Mapping[Any, int], minimum: int) -> Any:
    """La modalité la plus rare sous le minimum, dans l'ordre de la marge ; None s'il n'y en a pas."""
    rares = [m for m, n in population.items() if n > 0 and respondents.get(m, 0) < minimum]
    return min(rares, key=lambda m: respondents.get(m, 0), default=None)


def _find_neighbour(
    level: Any,
    column: str,
    neighbours: Mapping[Any, Any],
    merged: Mapping[Any, Any],
    population: Mapping[Any, float],
    respondents: Mapping[Any, int],
) -> Any:
    voisine = neighbours.get(level)
    voisine = merged.get(voisine, voisine)
    if voisine == level:
        # La voisine déclarée a déjà été regroupée ici : on suit la voisine de cette voisine.
        suivantes = (neighbours.get(m) for m, cible in merged.items() if cible == level)
        voisine = next((v for v in suivantes if v in population and v != level), None)
    if voisine not in population:
        raise CalibrationError(
            f"La modalité « {level} » de la marge « {column} » compte {respondents.get(level, 0)} répondant(s) "
            f"pour {format_number(population[level])} unités dans la population, et aucun regroupement "
            f"n'est déclaré pour elle."
        )
    return voisine


def _report(column: str, level: Any, into: Any, respondents: int, population: float) -> dict[str, Any]:
    phrase = (
        f"Marge « {column} » : la modalité « {level} » ({respondents} répondant(s) "
        f"pour {format_number(population)} unités) est regroupée avec « {into} »."
    )
    return dict(zip(REPORT_COLUMNS, [column, level, into, respondents, population, phrase], strict=True))
