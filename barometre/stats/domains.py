"""Beaucoup de chiffres × beaucoup de domaines qui se recouvrent, d'un seul passage.

Pour un domaine D et un chiffre, u_i = 1_D(i)·(y_i − p)/W_D n'est non nul que sur D. La variance de
`Design` se développe en formes que l'on ne somme que sur D :
V = Σ m_i·u_i² + Σ_s k_s·(s'u)² + a'Ga − 2·a'f, avec a = Qn'u, f = F'u,
m_i = facteur_h·w_i², s les strates (s_i = w_i, k_s = −facteur_h/n_h), F = K·Qd et G = Qd'F,
où K est la matrice de la forme sans calage. Coût : Σ_D n_D × (strates + 2·variables de calage).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from barometre.stats.design import Design
from barometre.stats.perturbation import is_binary
from barometre.stats.publication import publish_sums
from barometre.stats.sums import Sums

Tableau = npt.NDArray[np.float64]
# Domaines traités ensemble : borne la mémoire des produits intermédiaires.
BLOCK_VALUES = 4_000_000
# En deçà, une somme de carrés a perdu des chiffres (le plus petit flottant normal vaut 2e-308).
CARRE_SUR = 1e-290


def scale_weights(design: Design) -> Tableau:
    """Un chiffre ne dépend pas de l'échelle des poids : au plus 1, on évite les débordements."""
    return np.asarray(design.weights / design.weights.max())


class Form:
    """La forme quadratique de la variance d'un plan, prête à être sommée par domaine."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self.w = scale_weights(design)
        strates = design.strata
        facteurs = np.nan_to_num(strates.factors, nan=0.0)
        self.undefined = bool(np.isnan(strates.factors).any())
        self.diagonal = facteurs[strates.codes] * self.w**2
        carres = [_indicator(strates.codes, self.w, strates.sizes.size)]
        coefficients = [-facteurs / strates.sizes]
        if strates.clusters is not None:
            grappe, strate_grappe = strates.clusters
            carres.append(_indicator(grappe, self.w, strate_grappe.size))
            coefficients.append(facteurs[strate_grappe])
            self.diagonal = np.zeros(design.size)
        self.squares, self.coefficients = np.hstack(carres), np.concatenate(coefficients)

    @cached_property
    def functionals(self) -> Tableau:
        """Les colonnes [s, Qn, F] dont on somme le produit avec u, par domaine."""
        if self.design.regressors is None:
            return self.squares
        qn, qd = self.design.regressors
        return np.hstack([self.squares, qn, self._apply(qd)])

    @cached_property
    def middle(self) -> Tableau:
        """G = Qd'·K·Qd."""
        if self.design.regressors is None:
            return np.zeros((0, 0))
        qd = self.design.regressors[1]
        return np.asarray(qd.T @ self._apply(qd))

    def _apply(self, x: Tableau) -> Tableau:
        """K·x, K = diag(m) + Σ k_s·ss'."""
        projete = self.squares @ (self.coefficients[:, None] * (self.squares.T @ x))
        return np.asarray(self.diagonal[:, None] * x + projete)

    def combine(self, q: Tableau, diagonal: Tableau) -> Tableau:
        """V à partir des sommes q = [s, Qn, F]'u (domaine × colonne × chiffre) et de Σ m·u²."""
        s, k = self.coefficients.size, self.middle.shape[0]
        variance = diagonal + self.coefficients @ np.square(q[:, :s])
        if k:
            a, f = q[:, s : s + k], q[:, s + k :]
            variance += (a * (self.middle @ a - 2 * f)).sum(axis=1)
        return np.full_like(variance, np.nan) if self.undefined else np.maximum(variance, 0.0)


def _indicator(codes: npt.NDArray[np.intp], values: Tableau, size: int) -> Tableau:
    table = np.zeros((codes.size, size))
    table[np.arange(codes.size), codes] = values
    return table


def sum_domains(
    design: Design,
    values: Tableau,
    membership: csr_array,
    items: Iterable[object] = (),
    *,
    with_variance: bool = True,
) -> Sums:
    """Effectifs, estimations et variances ; `values` a NaN sans réponse, `membership` est domaine × unité.

    Un plan qui porte des clés rend des sommes brouillées et la variance que l'on en attend (`publication`) ;
    `items` nomme alors les colonnes. Sans `with_variance`, un plan sans clés rend une variance NaN : un
    contraste a la sienne, celle de la différence.
    """
    w = scale_weights(design)
    # Centrer une grandeur évite de soustraire deux grands nombres voisins.
    centre = _center(values, w)
    repondu = np.isfinite(values).astype(float)
    y = np.where(repondu > 0, values - centre, 0.0)
    if with_variance and design.perturbation is None:
        sommes, variance = _sum_units(Form(design), membership, repondu, y)
    else:
        sommes = _sum_weighted(w, membership, repondu, y)
        variance = np.full_like(sommes[0], np.nan)
    n, w, w2, brut, wy = sommes
    with np.errstate(divide="ignore", invalid="ignore"):
        moyenne, estimation = brut / n, wy / w
        n_eff = _measure_n_eff(design, membership, repondu, w, w2)
    variance[n == 0] = np.nan
    df = n - _count_strata(design, membership, repondu)
    exactes = Sums(
        n, brut + n * centre, n_eff, moyenne + centre, estimation + centre, variance, df, np.zeros_like(n), n
    )
    if design.perturbation is None:
        return exactes
    return publish_sums(exactes, design, values, membership, items)


def _measure_n_eff(
    design: Design, membership: csr_array, answered: Tableau, w: Tableau, w2: Tableau
) -> Tableau:
    """(Σw)²/Σw² par domaine × chiffre.

    Des poids minuscules au regard des autres ont des carrés nuls : leur domaine se recompte à son échelle.
    """
    n_eff = np.asarray(w**2 / w2)
    for domaine, chiffre in np.argwhere((w > 0) & (w2 < CARRE_SUR)):
        unites = membership.indices[membership.indptr[domaine] : membership.indptr[domaine + 1]]
        poids = design.weights[unites] * answered[unites, chiffre]
        poids = poids / poids.max()
        n_eff[domaine, chiffre] = poids.sum() ** 2 / (poids**2).sum()
    return n_eff


def _center(values: Tableau, weights: Tableau) -> Tableau:
    """0 pour un 0/1 (ses comptes restent exacts), la moyenne pour une grandeur."""
    present = np.isfinite(values)
    total = np.maximum(present.T @ weights, np.finfo(float).tiny)
    return np.where(is_binary(values), 0.0, np.nan_to_num(values).T @ weights / total)


def _sum_units(form: Form, membership: csr_array, answered: Tableau, y: Tableau) -> tuple[Tableau, Tableau]:
    """(n, Σw, Σw², Σy, Σwy) et la variance de Σwy/Σw, domaine × chiffre, un domaine à la fois."""
    domaines, n_items = membership.shape[0], y.shape[1]
    fonctions = form.functionals
    puissances = np.stack([np.ones_like(form.w), form.w, form.w**2])
    sommes, variance = np.zeros((5, domaines, n_items)), np.empty((domaines, n_items))
    pas = max(1, BLOCK_VALUES // max(1, fonctions.shape[1] * n_items))
    for debut in range(0, domaines, pas):
        fin = min(debut + pas, domaines)
        q = np.empty((fin - debut, fonctions.shape[1], n_items))
        diagonale = np.empty((fin - debut, n_items))
        for d in range(debut, fin):
            unites = membership.indices[membership.indptr[d] : membership.indptr[d + 1]]
            r, y_d, w = answered[unites], y[unites], puissances[:, unites]
            sommes[:3, d], sommes[3:, d] = w @ r, w[:2] @ y_d
            total = np.where(sommes[1, d] > 0, sommes[1, d], 1.0)
            u = (y_d - r * (sommes[4, d] / total)) / total
            np.matmul(fonctions[unites].T, u, out=q[d - debut])
            np.matmul(form.diagonal[unites], u * u, out=diagonale[d - debut])
        variance[debut:fin] = form.combine(q, diagonale)
    return sommes, variance


def _sum_weighted(w: Tableau, membership: csr_array, answered: Tableau, y: Tableau) -> Tableau:
    """(n, Σw, Σw², Σy, Σwy), domaine × chiffre."""
    colonnes = [answered, w[:, None] * answered, (w**2)[:, None] * answered, y, w[:, None] * y]
    return np.stack([np.asarray(membership @ colonne) for colonne in colonnes])


def _count_strata(design: Design, membership: csr_array, answered: Tableau) -> Tableau:
    """Nombre de strates qui ont au moins un répondant dans chaque domaine, pour chaque chiffre."""
    strates, domaines = design.strata.sizes.size, membership.shape[0]
    # Une ligne par couple domaine × strate qui a des unités : un seul produit au lieu d'un par strate.
    domaine = np.repeat(np.arange(domaines), np.diff(membership.indptr))
    couples, rang = _find_pairs(domaine * strates + design.strata.codes[membership.indices])
    un = np.ones(rang.size)
    croise = csr_array((un, (rang, membership.indices)), shape=(couples.size, membership.shape[1]))
    presentes = ((croise @ answered) > 0).astype(float)
    un = np.ones(couples.size)
    par_domaine = csr_array(
        (un, (couples // strates, np.arange(couples.size))), shape=(domaines, couples.size)
    )
    compte = np.asarray(par_domaine @ presentes)
    if design.strata.clusters is not None:
        compte += _count_answers_beyond_clusters(design, membership, answered)
    return compte


def _find_pairs(codes: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Les codes présents, en ordre, et le rang de chacun ; de petits entiers : rien à trier."""
    presents = np.bincount(codes) > 0
    return np.flatnonzero(presents), (np.cumsum(presents) - 1)[codes]


def _count_answers_beyond_clusters(design: Design, membership: csr_array, answered: Tableau) -> Tableau:
    """Avec des grappes, df = grappes − strates : ce qu'il faut retirer de n en plus."""
    assert design.strata.clusters is not None
    grappe, strate_grappe = design.strata.clusters
    presentes = np.zeros((membership.shape[0], answered.shape[1]))
    for rang in range(strate_grappe.size):
        unites = np.flatnonzero(grappe == rang)
        presentes += (membership[:, unites] @ answered[unites]) > 0
    return np.asarray(membership @ answered - presentes)
