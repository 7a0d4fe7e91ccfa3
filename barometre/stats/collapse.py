"""Regroupe les modalités trop rares d'une marge avec leur voisine déclarée (CONCEPTION §4.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from barometre.domain.formats import format_au_plus, format_compte
from barometre.stats.margins import CalibrationError

# CONCEPTION §4.1 : une modalité de moins de 5 répondants est regroupée.
MINIMUM_RESPONDENTS = 5

REPORT_COLUMNS = ["column", "level", "merged_into", "respondents", "population", "phrase"]

# {marge: {modalité: voisine, ou voisines par ordre de préférence}}
Merges = Mapping[str, Mapping[Any, Any]]


def collapse_levels(
    sample: pd.DataFrame,
    margins: Mapping[str, pd.Series],
    merges: Merges,
    minimum: int = MINIMUM_RESPONDENTS,
) -> tuple[pd.DataFrame, dict[str, pd.Series], pd.DataFrame]:
    """Échantillon et marges regroupés, et une ligne de rapport par regroupement.

    La modalité la plus rare rejoint sa première voisine déclarée qui n'est pas déjà dans son groupe, et
    ainsi de suite tant qu'un groupe compte moins de `minimum` répondants. Une modalité rare sans voisine
    déclarée est refusée : rien n'est regroupé en silence.
    """
    regroupe, cibles = sample.copy(), dict(margins)
    lignes: list[dict[str, Any]] = []
    for colonne, marge in margins.items():
        groupes = _read_groups(sample[colonne], marge, colonne, merges.get(colonne, {}))
        lignes += groupes.merge_all(minimum)
        if groupes.target:
            regroupe[colonne] = sample[colonne].astype(object).map(groupes.rename)
            cibles[colonne] = pd.Series(groupes.population)
    return regroupe, cibles, pd.DataFrame(lignes, columns=REPORT_COLUMNS)


@dataclass(slots=True)
class _Groups:
    """Les groupes d'une marge : répondants, population, voisines ; `target` dit où chacun est allé."""

    column: str
    respondents: dict[Any, int]
    population: dict[Any, float]
    neighbours: dict[Any, list[Any]]
    target: dict[Any, Any] = field(default_factory=dict)

    def rename(self, level: Any) -> Any:
        """Le groupe d'une modalité ; une modalité inconnue ou manquante reste telle quelle."""
        return self.target.get(level, level)

    def merge_all(self, minimum: int) -> list[dict[str, Any]]:
        """Regroupe jusqu'à ce que tous aient assez de répondants ; une ligne de rapport par étape."""
        rapport = []
        while (rare := self._find_thin(minimum)) is not None:
            rapport.append(self._merge(rare, self._find_neighbour(rare)))
        return rapport

    def _find_thin(self, minimum: int) -> Any:
        """Le groupe le plus rare sous le minimum, dans l'ordre de la marge ; None s'il n'y en a pas."""
        rares = [m for m, n in self.population.items() if n > 0 and self.respondents.get(m, 0) < minimum]
        return min(rares, key=lambda m: self.respondents.get(m, 0), default=None)

    def _find_neighbour(self, level: Any) -> Any:
        for declaree in self.neighbours.get(level, []):
            voisine = self.rename(declaree)
            if voisine != level and voisine in self.population:
                return voisine
        raise CalibrationError(
            f"La modalité « {level} » de la marge « {self.column} » compte "
            f"{format_compte(self.respondents.get(level, 0), 'répondant')} pour "
            f"{format_au_plus(self.population[level])} unités dans la population, "
            "et aucun regroupement n'est déclaré pour elle."
        )

    def _merge(self, level: Any, into: Any) -> dict[str, Any]:
        repondants, population = self.respondents.pop(level, 0), self.population.pop(level)
        self.respondents[into] = self.respondents.get(into, 0) + repondants
        self.population[into] += population
        self.neighbours[into] = self.neighbours.get(into, []) + self.neighbours.get(level, [])
        self.target = {m: into if cible == level else cible for m, cible in self.target.items()}
        self.target[level] = into
        phrase = (
            f"Marge « {self.column} » : la modalité « {level} » "
            f"({format_compte(repondants, 'répondant')} pour {format_au_plus(population)} unités) "
            f"est regroupée avec « {into} »."
        )
        valeurs = [self.column, level, into, repondants, population, phrase]
        return dict(zip(REPORT_COLUMNS, valeurs, strict=True))


def _read_groups(values: pd.Series, margin: pd.Series, column: str, neighbours: Mapping[Any, Any]) -> _Groups:
    return _Groups(
        column=column,
        respondents={m: int(n) for m, n in values.value_counts().items()},
        population={m: float(n) for m, n in margin.items()},
        neighbours={m: _as_list(v) for m, v in neighbours.items()},
    )


def _as_list(neighbours: Any) -> list[Any]:
    est_liste = isinstance(neighbours, Sequence) and not isinstance(neighbours, str)
    return list(neighbours) if est_liste else [neighbours]
