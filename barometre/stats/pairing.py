"""Les unités de deux vagues mises côte à côte, dans les strates d'un seul plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from barometre.domain.formats import format_compte
from barometre.stats.design import Design
from barometre.stats.strata import DesignError

Tableau = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Pairing:
    """Rang de chaque répondant parmi les unités des deux vagues, strate de chaque unité, panel.

    `excess`, par strate : 1 − n₁n₂/(N·n₁₂) moins √((1 − f₁)(1 − f₂)), 0 sans panel ou sans population.
    """

    first: Codes
    second: Codes
    strata: Codes
    both: tuple[Codes, Codes]
    excess: Tableau

    def stack(self, first: Tableau, second: Tableau) -> Tableau:
        """Somme des deux vagues par unité."""
        somme = np.zeros((self.strata.size, first.shape[1]))
        somme[self.first] += first
        somme[self.second] += second
        return somme

    def variance(self, residuals: Tableau, present: Tableau) -> Tableau:
        """Σ_h n_h/(n_h − 1)·Σ (e − ē_h)² ; une strate d'une seule unité compte e²."""
        n = self._sum_by_stratum(present)
        somme, carres = self._sum_by_stratum(residuals), self._sum_by_stratum(residuals**2)
        seule = n <= 1
        facteur = np.where(seule, 1.0, n / np.where(seule, 1.0, n - 1))
        return np.maximum(
            (facteur * (carres - np.where(seule, 0.0, somme**2 / np.maximum(n, 1)))).sum(axis=0), 0.0
        )

    def correct_covariance(self, first: Tableau, second: Tableau, present: Tableau) -> Tableau:
        """Ce qu'il faut ajouter à la covariance des deux vagues, par colonne : Σ_h excess_h·cov_h.

        cov_h est celle qu'emploie `variance`, sur des résidus sans correction de population finie.
        """
        n = self._sum_by_stratum(present)
        produits = np.zeros_like(present)
        i, j = self.both
        produits[self.first[i]] = first[i] * second[j]
        sommes = [np.zeros_like(present), np.zeros_like(present)]
        sommes[0][self.first], sommes[1][self.second] = first, second
        s_1, s_2 = (self._sum_by_stratum(s) for s in sommes)
        facteur = np.where(n > 1, n / np.where(n > 1, n - 1, 1.0), 1.0)
        centre = np.where(n > 1, s_1 * s_2 / np.maximum(n, 1), 0.0)
        return np.asarray(self.excess @ (facteur * (self._sum_by_stratum(produits) - centre)))

    def count_strata(self, present: Tableau) -> Tableau:
        """Nombre de strates présentes, par colonne."""
        return np.asarray((self._sum_by_stratum(present) > 0).sum(axis=0))

    def _sum_by_stratum(self, values: Tableau) -> Tableau:
        un = np.ones(self.strata.size)
        indicatrice = csr_array((un, (self.strata, np.arange(self.strata.size))))
        return np.asarray(indicatrice @ values)


def build_pairing(design_1: Design, units_1: Any, design_2: Design, units_2: Any) -> Pairing:
    """Apparie par nom d'unité ; la strate d'une unité est celle de la vague la plus récente."""
    noms_1, noms_2 = _read_units(design_1, units_1), _read_units(design_2, units_2)
    tous = noms_1.append(noms_2[~noms_2.isin(noms_1)])
    rang_1, rang_2 = np.arange(len(noms_1)), tous.get_indexer(noms_2)
    strates = np.empty(len(tous), dtype=object)
    strates[rang_1] = _name_strata(design_1)
    strates[rang_2] = _name_strata(design_2)
    place = np.full(len(tous), -1)
    place[rang_2] = np.arange(len(noms_2))
    panel = place[rang_1] >= 0
    codes = pd.factorize(strates)[0].astype(np.intp)
    commun = (rang_1[panel], place[rang_1][panel])
    populations = np.empty(len(tous))
    populations[rang_1], populations[rang_2] = _list_populations(design_1), _list_populations(design_2)
    exces = _compute_excess(codes, rang_1, rang_2, rang_1[panel], populations)
    return Pairing(rang_1, rang_2, codes, commun, exces)


def _list_populations(design: Design) -> Tableau:
    return np.asarray(design.strata.populations[design.strata.codes])


def _compute_excess(
    strata: Codes, first: Codes, second: Codes, panel: Codes, populations: Tableau
) -> Tableau:
    """Par strate : la correction exacte de la covariance du panel, moins celle des résidus réduits."""
    taille = int(strata.max()) + 1
    n_1, n_2, n_12 = (
        np.bincount(strata[rangs], minlength=taille).astype(float) for rangs in (first, second, panel)
    )
    population = np.zeros(taille)
    np.maximum.at(population, strata, populations)
    exacte = 1 - n_1 * n_2 / (population * np.maximum(n_12, 1.0))
    reduite = np.sqrt(np.clip(1 - n_1 / population, 0, 1) * np.clip(1 - n_2 / population, 0, 1))
    return np.where(n_12 > 0, exacte - reduite, 0.0)


def _read_units(design: Design, units: Any) -> pd.Index[Any]:
    noms = pd.Index(np.asarray(units))
    if len(noms) != design.size:
        lus = format_compte(len(noms), "nom d'unité", "noms d'unités")
        raise DesignError(f"Il y a {lus} pour {format_compte(design.size, 'répondant')}.")
    if noms.hasnans or not noms.is_unique:
        raise DesignError("Un nom d'unité manque ou se trouve deux fois dans la même vague.")
    return noms


def _name_strata(design: Design) -> list[Any]:
    noms = design.strata.labels
    return [noms[code] for code in design.strata.codes]
