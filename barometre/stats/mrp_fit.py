"""L'ajustement du modèle logistique mixte : moindres carrés repondérés pénalisés, variances par point fixe.

À variances données, le mode a posteriori s'obtient par des pas de Newton. Chaque variance est ensuite
actualisée par τ² = ‖u‖² / (q − tr(C)/τ²), point fixe de la vraisemblance restreinte de Laplace (Schall 1991),
C étant le bloc de la covariance a posteriori ; `mrp_grille` intègre ensuite celles des territoires. Chaque
ligne n'a qu'un coefficient non nul par facteur : les produits croisés se font par comptage, sans matrice de
plan, et le système se résout par blocs (`mrp_bloc`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from barometre.stats.mrp_bloc import Inverse, invert

# Écarts-types a priori, larges, de la constante et des effets fixes : ils gardent fini un item unanime.
ECART_CONSTANTE = 5.0
ECART_FIXE = 2.5
VARIANCE_INITIALE = 0.25
VARIANCE_MINIMALE = 1e-6
VARIANCE_MAXIMALE = 25.0
ITERATIONS = 200
TOLERANCE = 1e-4
# Au-delà, une probabilité ne se distingue plus de 0 ou de 1.
LIMITE_LOGIT = 30.0

Reels = NDArray[np.float64]
Entiers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Termes:
    """Les coefficients non nuls de chaque ligne (constante, puis un par facteur), et le facteur de chacun."""

    colonnes: Entiers
    facteur: Entiers
    fixes: int

    @classmethod
    def build(cls, facteurs: Sequence[NDArray[np.object_]], fixes: int) -> Termes:
        """Un coefficient par modalité ; une modalité vide est laissée à la dernière colonne, nulle."""
        colonnes = [np.zeros(len(facteurs[0]), dtype=np.int64)]
        facteur = [0]
        vides = []
        for rang, valeurs in enumerate(facteurs, start=1):
            codes, modalites = pd.factorize(valeurs, sort=True)
            colonnes.append(codes + len(facteur))
            vides.append(valeurs == "")
            facteur += [rang] * len(modalites)
        tableau = np.stack(colonnes, axis=1)
        tableau[:, 1:][np.stack(vides, axis=1)] = len(facteur)
        return cls(tableau, np.array([*facteur, -1], dtype=np.int64), fixes)

    def take(self, lignes: Entiers) -> Termes:
        return Termes(self.colonnes[lignes], self.facteur, self.fixes)

    def predict(self, coefficients: Reels) -> Reels:
        """Le logit de chaque ligne (une colonne par tirage si les coefficients en ont plusieurs)."""
        somme = np.zeros((len(self.colonnes), *coefficients.shape[1:]))
        for colonne in self.colonnes.T:
            somme += coefficients[colonne]
        return np.clip(somme, -LIMITE_LOGIT, LIMITE_LOGIT)

    def accumulate(self, poids: Reels) -> Reels:
        """Pour chaque coefficient, la somme des poids des lignes qui le portent."""
        repete = np.repeat(poids, self.colonnes.shape[1])
        somme: Reels = np.bincount(self.colonnes.ravel(), repete, len(self.facteur)).astype(float)
        return somme

    @cached_property
    def _couples(self) -> Entiers:
        """Les cases de X'WX où tombe chaque ligne, d'un côté de la diagonale ; les mêmes à chaque pas."""
        paires = combinations(self.colonnes.T, 2)
        return np.stack([i * len(self.facteur) + j for i, j in paires], axis=1).ravel()

    @cached_property
    def _blocs(self) -> dict[int, Entiers]:
        """Les coefficients de chaque facteur."""
        return {rang: np.flatnonzero(self.facteur == rang) for rang in range(int(self.facteur.max()) + 1)}

    def cross(self, poids: Reels) -> Reels:
        """X'WX, par comptage des couples de coefficients."""
        taille = len(self.facteur)
        repete = np.repeat(poids, len(self._couples) // len(poids))
        moitie = np.bincount(self._couples, repete, taille * taille).astype(float).reshape(taille, taille)
        somme: Reels = moitie + moitie.T
        somme[np.diag_indices(taille)] += self.accumulate(poids)
        return somme

    def list_coefficients(self, facteur: int) -> Entiers:
        """Les rangs des coefficients d'un facteur."""
        return self._blocs[facteur]

    @cached_property
    def partage(self) -> tuple[Entiers, Entiers]:
        """Les coefficients du facteur qui a le plus de modalités, et tous les autres."""
        plus_grand = max(self._blocs.values(), key=len)
        return plus_grand, np.setdiff1d(np.arange(len(self.facteur)), plus_grand)


@dataclass(frozen=True, eq=False)
class Ajustement:
    """Le mode a posteriori, et la variance de chaque effet aléatoire, insérée."""

    coefficients: Reels
    variances: Reels
    converge: bool


def fit(termes: Termes, oui: Reels) -> Ajustement:
    """Ajuste le modèle à des réponses 0 ou 1."""
    groupes, essais, succes = collapse(termes, oui)
    aleatoires = range(termes.fixes + 1, int(termes.facteur.max()) + 1)
    variances = np.full(len(aleatoires), VARIANCE_INITIALE)
    coefficients = np.zeros(len(termes.facteur))
    moyenne = (succes.sum() + 0.5) / (essais.sum() + 1)
    coefficients[0] = np.log(moyenne / (1 - moyenne))
    converge = False
    for _ in range(ITERATIONS):
        precision = compute_precision(termes, variances)
        nouveaux, inverse = _newton(groupes, essais, succes, coefficients, precision)
        blocs = (termes.list_coefficients(f) for f in aleatoires)
        suivantes = np.array([_update(ici, nouveaux, inverse.diagonal, precision) for ici in blocs])
        converge = _is_still(coefficients, nouveaux) and _is_still(np.sqrt(variances), np.sqrt(suivantes))
        coefficients, variances = nouveaux, suivantes
        if converge:
            break
    return Ajustement(coefficients, variances, converge)


def _is_still(avant: Reels, apres: Reels) -> bool:
    return bool(np.abs(apres - avant).max() < TOLERANCE)


def collapse(termes: Termes, oui: Reels) -> tuple[Termes, Reels, Reels]:
    """Une ligne par combinaison : nombre de réponses, nombre de oui."""
    _, premiers, rang = np.unique(termes.colonnes, axis=0, return_index=True, return_inverse=True)
    rang = rang.ravel()
    essais = np.bincount(rang).astype(float)
    return termes.take(premiers), essais, np.bincount(rang, oui).astype(float)


def compute_precision(termes: Termes, variances: Reels) -> Reels:
    """La précision a priori de chaque coefficient ; la colonne des vides est tenue à zéro.

    `variances` : une par facteur aléatoire, ou une ligne de variances par nœud d'une grille.
    """
    fixes = np.array([ECART_CONSTANTE**-2.0, *[ECART_FIXE**-2.0] * termes.fixes])
    debut = np.broadcast_to(fixes, (*variances.shape[:-1], len(fixes)))
    fin = np.full((*variances.shape[:-1], 1), 1e12)
    return np.concatenate([debut, 1 / variances, fin], axis=-1)[..., termes.facteur]


def _newton(
    termes: Termes, essais: Reels, succes: Reels, coefficients: Reels, precision: Reels
) -> tuple[Reels, Inverse]:
    """Un pas vers le mode a posteriori, et la covariance au point de départ."""
    p = expit(termes.predict(coefficients))
    hessienne = termes.cross(essais * p * (1 - p))
    hessienne[np.diag_indices(len(precision))] += precision
    pente = termes.accumulate(succes - essais * p) - precision * coefficients
    inverse = invert(hessienne, *termes.partage)
    pas = inverse.solve(pente)
    # Un pas de plus de 5 sur l'échelle logit part trop loin pour une quadratique.
    return coefficients + pas * min(1.0, 5.0 / max(np.abs(pas).max(), 1e-12)), inverse


def _update(ici: Entiers, u: Reels, diagonale: Reels, precision: Reels) -> float:
    """Le point fixe de la variance d'un facteur, tenu dans ses bornes."""
    effectif = len(ici) - (diagonale[ici] * precision[ici]).sum()
    variance = (u[ici] ** 2).sum() / max(effectif, 1e-9)
    return float(np.clip(variance, VARIANCE_MINIMALE, VARIANCE_MAXIMALE))
