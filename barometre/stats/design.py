"""Le plan : strates, population, poids, variables de calage ; et la variance qui en découle.

Variance linéarisée d'une somme Σ w·u (Deville 1999 ; Särndal, Swensson et Wretman 1992, §6.6) :
e = w·(u − x'b), b la régression de u sur les variables de calage dans la métrique d des poids de départ,
V = Σ_h (1 − n_h/N_h)·n_h/(n_h − 1)·Σ (e_i − ē_h)².
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from copy import copy
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometre.domain.formats import format_compte
from barometre.stats.perturbation import Perturbation
from barometre.stats.regressors import build_regressors
from barometre.stats.strata import DesignError, Strata, build_strata, read_population

Tableau = npt.NDArray[np.float64]


class LoneStratumWarning(UserWarning):
    """Une strate d'un seul répondant a été regroupée avec sa voisine pour la variance."""


class Design:
    """Un échantillon pondéré.

    strata : strate de chaque répondant (catégories ordonnées, de préférence : une strate d'un seul
    répondant est regroupée avec sa voisine dans cet ordre, ou selon `merges`, et `notes` le dit).
    population : {strate: N_h}, ou N_h par répondant ; None pour une population infinie.
    calibration_variables : un texte est une catégorie, un nombre est une variable numérique.
    base_weights : poids de départ, N_h/n_h à défaut. clusters : grappes tirées au premier degré.
    perturbation : les clés des répondants ; tout chiffre tiré de ce plan est alors brouillé, le secret
    l'exige de ce qui se publie.
    """

    def __init__(
        self,
        strata: Any,
        population: Any,
        weights: Any,
        calibration_variables: pd.DataFrame | None = None,
        *,
        base_weights: Any = None,
        clusters: Any = None,
        merges: Mapping[Any, Any] | None = None,
        perturbation: Perturbation | None = None,
    ) -> None:
        self.perturbation = perturbation
        self.index = _find_index(weights, strata, calibration_variables)
        self.weights = _read_weights(self.align(weights, "les poids"))
        noms = np.zeros(self.size, dtype=int) if strata is None else self.align(strata, "les strates")
        grappes = None if clusters is None else self.align(clusters, "les grappes")
        lues = read_population(noms, self._align_population(population))
        self.strata: Strata = build_strata(noms, lues, grappes, merges)
        self.notes: tuple[str, ...] = self.strata.notes
        self.base = self._read_base(base_weights, lues)
        self.calibrated = calibration_variables is not None
        if self.notes and base_weights is None and not self.calibrated:
            self._merge_base_weights()
        self.variables = (
            self.align(calibration_variables, "les variables de calage") if self.calibrated else None
        )
        for note in self.notes:
            warnings.warn(note, LoneStratumWarning, stacklevel=2)

    def replace_keys(self, perturbation: Perturbation | None) -> Design:
        """Le même plan, aux bruits d'autres clés ; None, sans bruit."""
        autre = copy(self)
        autre.perturbation = perturbation
        return autre

    @property
    def size(self) -> int:
        """Nombre de répondants."""
        return len(self.index)

    def align(self, values: Any, name: str) -> Any:
        """Remet des valeurs dans l'ordre des répondants ; refuse ce qui ne leur correspond pas."""
        if len(values) != self.size:
            lignes, repondants = format_compte(len(values), "ligne"), format_compte(self.size, "répondant")
            raise DesignError(f"Il y a {lignes} dans {name} pour {repondants}.")
        if not isinstance(values, pd.Series | pd.DataFrame) or values.index.equals(self.index):
            return values
        if values.index.is_unique and self.index.isin(values.index).all():
            return values.reindex(self.index)
        if isinstance(values.index, pd.RangeIndex) or isinstance(self.index, pd.RangeIndex):
            return values
        raise DesignError(f"Dans {name}, l'index n'est pas celui des répondants.")

    def _align_population(self, population: Any) -> Any:
        par_unite = isinstance(population, pd.Series) and population.index.equals(self.index)
        return population.to_numpy() if par_unite else population

    def _read_base(self, base_weights: Any, populations: Tableau) -> Tableau:
        """La métrique d : N_h/n_h, ou les poids eux-mêmes quand la population est inconnue."""
        if base_weights is not None:
            return _read_weights(self.align(base_weights, "les poids de départ"))
        depart = populations / self.strata.initial_sizes
        return np.where(np.isfinite(depart), depart, self.weights)

    def _merge_base_weights(self) -> None:
        """Des poids de base N_h/n_h suivent le regroupement d'une strate seule ; des poids calés, non."""
        taille, population = self.strata.sizes, self.strata.populations
        regroupes = (population / taille)[self.strata.codes]
        if np.isfinite(regroupes).all() and np.allclose(self.weights, self.base, rtol=1e-12, atol=0):
            self.weights = self.base = regroupes

    @cached_property
    def regressors(self) -> tuple[Tableau, Tableau] | None:
        """(Qn, Qd) tels que le résidu de u sur les variables de calage soit u − Qd·(Qn'u)."""
        if self.variables is None:
            return None
        return build_regressors(self.variables, self.base)

    def residuals(self, influence: Tableau) -> Tableau:
        """e = w·(u − x'b), pour chaque colonne u."""
        if self.regressors is None:
            return self.weights[:, None] * influence
        qn, qd = self.regressors
        return self.weights[:, None] * (influence - qd @ (qn.T @ influence))

    def variance(self, influence: npt.ArrayLike) -> Tableau:
        """Variance de Σ w·u pour chaque colonne u (une seule si `influence` est un vecteur)."""
        u = np.asarray(influence, dtype=float)
        e = self.residuals(u.reshape(self.size, -1))
        return self.strata.variance(e).reshape(u.shape[1:])

    def covariance(self, influence: Tableau) -> Tableau:
        """Matrice de covariance des sommes Σ w·u, par polarisation : (V(a + b) − V(a − b))/4."""
        k = influence.shape[1]
        i, j = np.triu_indices(k)
        plus = self.variance(influence[:, i] + influence[:, j])
        moins = self.variance(influence[:, i] - influence[:, j])
        matrice = np.zeros((k, k))
        matrice[i, j] = matrice[j, i] = (plus - moins) / 4
        return matrice


def _find_index(*candidates: Any) -> pd.Index[Any]:
    """L'index des répondants : celui d'un objet pandas, de préférence non numéroté."""
    index = [c.index for c in candidates if isinstance(c, pd.Series | pd.DataFrame)]
    nommes = [i for i in index if not isinstance(i, pd.RangeIndex)]
    choisi = (nommes or index or [pd.RangeIndex(len(candidates[0]))])[0]
    if len(choisi) == 0:
        raise DesignError("L'échantillon est vide : il n'y a aucun répondant.")
    if not choisi.is_unique:
        raise DesignError(f"Le répondant « {choisi[choisi.duplicated()][0]} » est présent deux fois.")
    return choisi


def _read_weights(weights: Any) -> Tableau:
    poids = np.asarray(weights, dtype=float)
    if not (np.isfinite(poids) & (poids > 0)).all():
        raise DesignError("Un poids manque ou n'est pas un nombre strictement positif.")
    return poids
