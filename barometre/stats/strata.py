"""Les strates de la variance : tailles, population, correction de population finie, strates seules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from barometre.domain.formats import format_compte

Tableau = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]


class DesignError(ValueError):
    """Un plan refusé : la cause, en une phrase."""


@dataclass(frozen=True, slots=True, eq=False)
class Strata:
    """`codes` : strate de variance de chaque répondant. `factors` : (1 − n_h/N_h)·n_h/(n_h − 1).

    `clusters` : rang de la grappe de chaque répondant, et strate de chaque grappe ; None sans grappes.
    """

    labels: tuple[Any, ...]
    codes: Codes
    sizes: Tableau
    populations: Tableau
    factors: Tableau
    initial_sizes: Tableau
    clusters: tuple[Codes, Codes] | None
    notes: tuple[str, ...]

    def variance(self, residuals: Tableau) -> Tableau:
        """Σ_h facteur_h·Σ (e_i − ē_h)², par colonne."""
        e, strate = residuals, self.codes
        if self.clusters is not None:
            grappe, strate = self.clusters
            e = _sum_by(residuals, grappe, strate.size)
        moyennes = _sum_by(e, strate, self.sizes.size) / self.sizes[:, None]
        return np.asarray(self.factors[strate] @ np.square(e - moyennes[strate]))


def _sum_by(values: Tableau, codes: Codes, size: int) -> Tableau:
    un = np.ones(codes.size)
    return np.asarray(csr_array((un, (codes, np.arange(codes.size))), shape=(size, codes.size)) @ values)


def read_population(strata: Any, population: Any) -> Tableau:
    """N_h de chaque répondant ; infini si la population n'est pas donnée."""
    noms = pd.Series(np.asarray(strata, dtype=object))
    if noms.isna().any():
        raise DesignError(f"La strate manque pour {format_compte(noms.isna().sum(), 'répondant')}.")
    if population is None:
        return np.full(len(noms), np.inf)
    if isinstance(population, Mapping | pd.Series):
        valeurs = noms.map(dict(population))
        if valeurs.isna().any():
            raise DesignError(f"La population de la strate « {noms[valeurs.isna()].iloc[0]} » est inconnue.")
    else:
        valeurs = pd.Series(np.broadcast_to(np.asarray(population, dtype=float), len(noms)))
    lues = valeurs.to_numpy(dtype=float)
    for rang in np.flatnonzero(~(lues > 0)):
        raise DesignError(
            f"La population de la strate « {noms[rang]} » n'est pas un nombre positif : {lues[rang]:g}."
        )
    return lues


def build_strata(
    strata: Any, populations: Tableau, clusters: Any, merges: Mapping[Any, Any] | None
) -> Strata:
    """Compte les strates et regroupe celles qui n'ont qu'un répondant (ou qu'une grappe)."""
    codes, noms = _factorize(strata)
    grappe, strate_grappe = _read_clusters(clusters, codes)
    tailles = np.bincount(strate_grappe, minlength=len(noms)).astype(float)
    population = np.zeros(len(noms))
    population[codes] = populations
    _check_population(noms, tailles, population, populations, codes)
    cible, notes = _collapse(_Census(noms, tailles, population, merges or {}))
    gardees = np.unique(cible)
    rang = np.searchsorted(gardees, cible)
    n = np.asarray(np.bincount(rang, weights=tailles), dtype=float)
    total = np.asarray(np.bincount(rang, weights=population), dtype=float)
    return Strata(
        labels=tuple(noms[k] for k in gardees),
        codes=rang[codes],
        sizes=n,
        populations=total,
        factors=_get_factors(n, total),
        initial_sizes=np.bincount(codes)[codes].astype(float),
        clusters=None if clusters is None else (grappe, rang[strate_grappe]),
        notes=notes,
    )


def _factorize(strata: Any) -> tuple[Codes, list[Any]]:
    """Codes dans l'ordre des catégories si elles en ont un, sinon dans l'ordre des noms."""
    valeurs = pd.Series(strata)
    if isinstance(valeurs.dtype, pd.CategoricalDtype):
        valeurs = valeurs.cat.remove_unused_categories()
        return valeurs.cat.codes.to_numpy().astype(np.intp), list(valeurs.cat.categories)
    codes, noms = pd.factorize(valeurs.astype(object), sort=True)
    return codes.astype(np.intp), list(noms)


def _read_clusters(clusters: Any, codes: Codes) -> tuple[Codes, Codes]:
    """Rang de la grappe de chaque répondant, strate de chaque grappe ; sans grappes, chacun la sienne."""
    if clusters is None:
        return np.arange(codes.size), codes
    grappe, noms = pd.factorize(pd.Series(np.asarray(clusters)))
    strate = np.zeros(len(noms), dtype=np.intp)
    strate[grappe] = codes
    if (grappe < 0).any() or (strate[grappe] != codes).any():
        raise DesignError("Une grappe manque, ou s'étend sur plusieurs strates.")
    return grappe.astype(np.intp), strate


def _check_population(
    names: list[Any], sizes: Tableau, population: Tableau, by_unit: Tableau, codes: Codes
) -> None:
    if (population[codes] != by_unit).any():
        double = int(codes[population[codes] != by_unit][0])
        raise DesignError(f"La strate « {names[double]} » a plusieurs populations.")
    for rang in np.flatnonzero(sizes > population):
        raise DesignError(
            f"La strate « {names[rang]} » a {format_compte(sizes[rang], 'répondant')} "
            f"pour {format_compte(population[rang], 'unité')} dans la population."
        )


def _get_factors(sizes: Tableau, population: Tableau) -> Tableau:
    """(1 − n/N)·n/(n − 1) ; 0 pour un recensement, NaN pour un répondant seul dans tout le plan."""
    with np.errstate(divide="ignore", invalid="ignore"):
        facteurs = (1 - sizes / population) * sizes / (sizes - 1)
    facteurs = np.where(sizes > 1, facteurs, np.nan)
    return np.where(sizes == population, 0.0, facteurs)


@dataclass(frozen=True, slots=True, eq=False)
class _Census:
    """Les strates avant regroupement : noms, répondants, population, voisines déclarées."""

    names: list[Any]
    sizes: Tableau
    populations: Tableau
    merges: Mapping[Any, Any]

    def is_lone(self, target: Codes, stratum: int) -> bool:
        """Vrai pour un répondant seul ; une strate recensée (n = N = 1) n'a pas de variance : non."""
        groupe = target == target[stratum]
        return bool(self.sizes[groupe].sum() == 1 and self.populations[groupe].sum() != 1)

    def find_neighbour(self, target: Codes, lone: int) -> int | None:
        """La voisine déclarée, sinon la strate précédente, sinon la suivante ; de préférence non recensée."""
        declaree = self.merges.get(self.names[lone])
        if declaree in self.names and target[self.names.index(declaree)] != target[lone]:
            return self.names.index(declaree)
        ordre = [*range(lone - 1, -1, -1), *range(lone + 1, len(self.names))]
        libres = [k for k in ordre if target[k] != target[lone]]
        ouvertes = [k for k in libres if self.sizes[k] < self.populations[k]]
        return next(iter(ouvertes + libres), None)


def _collapse(strata: _Census) -> tuple[Codes, tuple[str, ...]]:
    """Strate d'accueil de chaque strate : soi-même, ou la voisine pour une strate d'un seul répondant."""
    cible = np.arange(len(strata.names))
    notes: list[str] = []
    for seule, nom in enumerate(strata.names):
        voisine = strata.find_neighbour(cible, seule) if strata.is_lone(cible, seule) else None
        if voisine is not None:
            cible[cible == cible[seule]] = cible[voisine]
            notes.append(
                f"La strate « {nom} » n'a qu'un répondant : pour la variance, elle est regroupée "
                f"avec « {strata.names[voisine]} »."
            )
    return cible, tuple(notes)
