"""La dispersion des effets intégrée, au lieu d'être insérée : un mélange d'ajustements sur une grille.

Insérer un σ estimé oublie qu'il est mal connu : estimé près de zéro, il tire tous les départements vers
leur région et l'intervalle se referme. On pose une grille de (σ département, σ région), une loi a priori
demi-normale d'échelle 1 (Gelman 2006) ; chaque nœud pèse sa vraisemblance marginale de Laplace (Tierney et
Kadane 1986)

    log L(β̂) − ½ β̂'Pβ̂ + ½ log|P| − ½ log|H|,    β̂ le mode, P la précision a priori, H la hessienne.

Le σ des strates, que des centaines de réponses portent, reste inséré. Tous les nœuds avancent ensemble : les
produits croisés sont un produit creux, le bloc diagonal des départements s'élimine (`mrp_bloc`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit

from barometre.stats.mrp_fit import Ajustement, Termes, collapse, compute_precision

# Écarts-types essayés, en logit ; serrés où la loi a posteriori l'est (101 départements), lâches ailleurs.
ECARTS_DEPARTEMENT = np.array([0.02, 0.1, 0.2, 0.3, 0.45, 0.7, 1.1])
ECARTS_REGION = np.array([0.03, 0.2, 0.4, 0.7, 1.2])
ECHELLE = 1.0
ITERATIONS = 60
TOLERANCE = 1e-3

Reels = NDArray[np.float64]
Entiers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Melange:
    """Un mode et une approximation normale par nœud, et le poids de chaque nœud (somme 1).

    `modes` : nœuds × coefficients. `schur` (la hessienne des restes, départements éliminés), `croise` et
    `inverse_d` : les blocs de `mrp_bloc.Inverse`, un par nœud.
    """

    poids: Reels
    modes: Reels
    schur: Reels
    croise: Reels
    inverse_d: Reels
    partage: tuple[Entiers, Entiers]

    def draw(self, rng: np.random.Generator, nombre: int) -> Reels:
        """Des coefficients tirés du mélange, un tirage par colonne ; chaque nœud a sa part des tirages."""
        bornes = np.rint(np.cumsum(self.poids) * nombre).astype(np.int64)
        parts = np.diff(bornes, prepend=0)
        return np.hstack([self._draw_node(int(g), rng, int(parts[g])) for g in np.flatnonzero(parts)])

    def _draw_node(self, g: int, rng: np.random.Generator, nombre: int) -> Reels:
        """Les restes d'abord, puis chaque département sachant les restes."""
        elimines, restes = self.partage
        racine = np.linalg.cholesky(self.schur[g])
        ecarts = np.linalg.solve(racine.T, rng.standard_normal((len(restes), nombre)))
        propres = np.sqrt(self.inverse_d[g])[:, None] * rng.standard_normal((len(elimines), nombre))
        tirages = np.repeat(self.modes[g][:, None], nombre, axis=1)
        tirages[restes] += ecarts
        tirages[elimines] += propres - self.croise[g].T @ ecarts
        return tirages


@dataclass(frozen=True, eq=False)
class _Comptes:
    """Les réponses par combinaison de modalités, et leur plan en matrices creuses."""

    termes: Termes
    essais: Reels
    succes: Reels

    @cached_property
    def plan(self) -> sparse.csr_array:
        lignes = np.repeat(np.arange(len(self.essais)), self.termes.colonnes.shape[1])
        entrees = np.ones(lignes.size), (lignes, self.termes.colonnes.ravel())
        return sparse.csr_array(entrees, shape=(len(self.essais), len(self.termes.facteur)))

    @cached_property
    def couples(self) -> tuple[sparse.csr_array, sparse.csr_array, sparse.csr_array]:
        """Ce que chaque combinaison ajoute aux blocs restes × restes, restes × départements, départements."""
        elimines, restes = self.termes.partage
        colonnes, taille = self.termes.colonnes, len(self.termes.facteur)
        cases = (colonnes[:, :, None] * taille + colonnes[:, None, :]).reshape(len(colonnes), -1)
        lignes = np.repeat(np.arange(len(colonnes)), cases.shape[1])
        entrees = np.ones(cases.size), (cases.ravel(), lignes)
        tous = sparse.csr_array(entrees, shape=(taille * taille, len(colonnes)))
        coin = tous[np.add.outer(restes * taille, restes).ravel()]
        cote = tous[np.add.outer(restes * taille, elimines).ravel()]
        return coin, cote, tous[elimines * (taille + 1)]

    def compute_logits(self, modes: Reels) -> Reels:
        """Combinaisons × nœuds."""
        return np.clip(self.plan @ modes.T, -30.0, 30.0)


def build_grid() -> Reels:
    """Les nœuds : une ligne par couple (σ département, σ région)."""
    return np.stack(np.meshgrid(ECARTS_DEPARTEMENT, ECARTS_REGION, indexing="ij"), axis=-1).reshape(-1, 2)


def compute_prior(noeuds: Reels) -> Reels:
    """Le logarithme de la masse a priori de chaque nœud : demi-normale × largeur qu'il représente."""
    largeurs = [_measure_widths(np.unique(axe))[np.searchsorted(np.unique(axe), axe)] for axe in noeuds.T]
    masses: Reels = -(noeuds**2).sum(axis=1) / (2 * ECHELLE**2) + np.log(largeurs).sum(axis=0)
    return masses


def _measure_widths(ecarts: Reels) -> Reels:
    """Ce que représente chaque écart-type : de zéro, ou du milieu d'avant, au milieu d'après."""
    milieux = (ecarts[1:] + ecarts[:-1]) / 2
    bornes = np.concatenate([[0.0], milieux, [2 * ecarts[-1] - (milieux[-1] if len(milieux) else 0.0)]])
    return np.diff(bornes)


def fit_melange(termes: Termes, oui: Reels, depart: Ajustement, noeuds: Reels | None = None) -> Melange:
    """Le mélange des ajustements de chaque nœud, à partir du mode inséré ; un seul nœud : l'insertion."""
    noeuds = build_grid() if noeuds is None else noeuds
    comptes = _Comptes(*collapse(termes, oui))
    variances = np.tile(depart.variances, (len(noeuds), 1))
    variances[:, :2] = noeuds**2
    precision = compute_precision(termes, variances)
    modes = np.tile(depart.coefficients, (len(noeuds), 1))
    for _ in range(ITERATIONS):
        p = expit(comptes.compute_logits(modes))
        schur, croise, inverse_d = _factor(comptes, p, precision)
        pas = _solve(comptes, p, modes, precision, (schur, croise, inverse_d))
        plus_grand = np.abs(pas).max(axis=1, keepdims=True)
        modes = modes + pas * np.minimum(1.0, 5.0 / np.maximum(plus_grand, 1e-12))
        if plus_grand.max() < TOLERANCE:
            break
    poids = _weigh(comptes, modes, precision, schur, inverse_d) + compute_prior(noeuds)
    poids = np.exp(poids - poids.max())
    return Melange(poids / poids.sum(), modes, schur, croise, inverse_d, termes.partage)


def _factor(comptes: _Comptes, p: Reels, precision: Reels) -> tuple[Reels, Reels, Reels]:
    """Les blocs de la hessienne à chaque nœud : complément de Schur, B·D⁻¹, D⁻¹."""
    elimines, restes = comptes.termes.partage
    poids = comptes.essais[:, None] * p * (1 - p)
    coin, cote, d = (np.ascontiguousarray((bloc @ poids).T) for bloc in comptes.couples)
    a = coin.reshape(-1, len(restes), len(restes))
    rangs = np.arange(len(restes))
    a[:, rangs, rangs] += precision[:, restes]
    inverse_d = 1 / (d + precision[:, elimines])
    b = cote.reshape(-1, len(restes), len(elimines))
    croise = b * inverse_d[:, None, :]
    return a - croise @ b.transpose(0, 2, 1), croise, inverse_d


def _solve(
    comptes: _Comptes, p: Reels, modes: Reels, precision: Reels, blocs: tuple[Reels, Reels, Reels]
) -> Reels:
    """Le pas de Newton de chaque nœud."""
    elimines, restes = comptes.termes.partage
    schur, croise, inverse_d = blocs
    manque = comptes.succes[:, None] - comptes.essais[:, None] * p
    pente = (comptes.plan.T @ manque).T - precision * modes
    d = pente[:, elimines]
    reste = np.linalg.solve(schur, pente[:, restes, None] - croise @ d[:, :, None])[:, :, 0]
    pas = np.empty_like(modes)
    pas[:, restes] = reste
    pas[:, elimines] = inverse_d * d - (reste[:, None, :] @ croise)[:, 0]
    return pas


def _weigh(comptes: _Comptes, modes: Reels, precision: Reels, schur: Reels, inverse_d: Reels) -> Reels:
    """Le logarithme de la vraisemblance marginale de Laplace, à une constante près."""
    logits = comptes.compute_logits(modes)
    vraisemblance = comptes.succes @ logits - comptes.essais @ np.logaddexp(0, logits)
    a_priori = 0.5 * (np.log(precision) - precision * modes**2).sum(axis=1)
    hessienne = np.linalg.slogdet(schur)[1] - np.log(inverse_d).sum(axis=1)
    total: Reels = vraisemblance + a_priori - 0.5 * hessienne
    return total
