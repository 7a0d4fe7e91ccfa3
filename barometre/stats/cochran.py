"""Le test de Cochran-Mantel-Haenszel : une réponse est-elle plus fréquente dans un groupe, à strate égale ?

Cochran (1954), Mantel et Haenszel (1959). À marges fixées, le nombre de « oui » du groupe dans une
strate suit une loi hypergéométrique ; la somme des strates est comparée à son espérance, par la loi normale
quand elle s'y prête (critère de Mantel et Fleiss 1980), sinon par sa loi exacte.

Les comptes de strate ne se publient pas : `check_perturbed` teste la même somme, brouillée, contre la
variance que l'on en attend sous une part commune, celle du bruit comprise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy
from scipy import special
from scipy.sparse import csr_array

from barometre.stats.perturbation import Perturbation

Tableau = npt.NDArray[np.float64]
# Mantel et Fleiss (1980) : la somme doit pouvoir s'écarter d'au moins 5 de chaque côté de son espérance.
MANTEL_FLEISS = 5.0
# Deux probabilités égales à l'arrondi près comptent toutes deux (comme R `mantelhaen.test(exact = TRUE)`).
TOLERANCE = 1 + 1e-7


def check_cochran(n1: Tableau, yes1: Tableau, n0: Tableau, yes0: Tableau) -> Tableau:
    """La valeur p bilatérale de chaque colonne (strate × chiffre) ; NaN si aucune strate ne compare."""
    n, oui = n1 + n0, yes1 + yes0
    comparees = ((n1 > 0) & (n0 > 0)).any(axis=0)
    # Une strate d'un seul groupe, ou où tous répondent pareil, vaut son espérance et n'a pas de variance.
    observe = yes1.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        attendu = np.nan_to_num(n1 * oui / n)
        variance = np.nan_to_num(attendu * (n - n1) * (n - oui) / (n * (n - 1))).sum(axis=0)
        # Correction de continuité : le compte est entier (Mantel et Haenszel 1959).
        ecart = np.maximum(np.abs(observe - attendu.sum(axis=0)) - 0.5, 0.0)
        p = 2 * special.ndtr(-np.where(variance > 0, ecart / np.sqrt(variance), 0.0))
    for k in np.flatnonzero(~_is_normal(n1, n, oui, attendu.sum(axis=0)) & (variance > 0)):
        p[k] = _check_exact(n1[:, k], n[:, k], oui[:, k], int(observe[k]))
    return np.where(comparees, p, np.nan)


def _is_normal(n1: Tableau, n: Tableau, yes: Tableau, expected: Tableau) -> npt.NDArray[np.bool_]:
    """Le critère de Mantel et Fleiss : la somme est loin de son minimum et de son maximum possibles."""
    minimum = np.maximum(0.0, n1 + yes - n).sum(axis=0)
    maximum = np.minimum(n1, yes).sum(axis=0)
    return np.asarray(np.minimum(expected - minimum, maximum - expected) >= MANTEL_FLEISS)


def _check_exact(n1: Tableau, n: Tableau, yes: Tableau, observed: int) -> float:
    """La loi de la somme, par convolution ; p est la probabilité de ce qui n'est pas plus probable."""
    loi, depart = np.ones(1), 0
    for groupe, total, oui in zip(n1.astype(int), n.astype(int), yes.astype(int), strict=True):
        bas, haut = max(0, groupe + oui - total), min(groupe, oui)
        depart += bas
        if haut > bas:
            valeurs = np.arange(bas, haut + 1)
            loi = np.convolve(loi, scipy.stats.hypergeom.pmf(valeurs, total, oui, groupe))
    return float(min(loi[loi <= loi[observed - depart] * TOLERANCE].sum(), 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class MantelSum:
    """La somme de Cochran en deux parts, aux poids de Mantel-Haenszel n₁ₕn₀ₕ/nₕ : une colonne par chiffre.

    `sizes`, `shares` et `reach` : groupe, puis comparables ; `reach` : le plus grand écart à 1 du poids
    d'une réponse, rapporté au poids moyen. `effective` : Σ n₁ₕn₀ₕ/nₕ ; à part commune p, la différence des
    deux parts a pour variance p(1 − p)/effective.
    """

    sizes: Tableau
    shares: Tableau
    reach: Tableau
    effective: Tableau


def compute_mantel(n1: Tableau, yes1: Tableau, n0: Tableau, yes0: Tableau) -> MantelSum:
    """La somme de chaque chiffre ; une strate où l'un des groupes manque ne compte pas."""
    n, oui = np.stack([n1, n0]), np.stack([yes1, yes0])
    with np.errstate(divide="ignore", invalid="ignore"):
        poids = np.nan_to_num(n1 * n0 / (n1 + n0))
        tailles, effectif = n.sum(axis=1), poids.sum(axis=0)
        parts = np.nan_to_num(poids * oui / n).sum(axis=1) / effectif
        ecarts = np.where(poids > 0, np.abs(poids * tailles[:, None] / (effectif * n) - 1), 0.0)
    return MantelSum(tailles, parts, ecarts.max(axis=1), effectif)


def check_perturbed(
    mantel: MantelSum, keys: Perturbation, groups: csr_array, values: Tableau, items: Iterable[object]
) -> Tableau:
    """La valeur p bilatérale de la somme brouillée ; `groups` : le groupe, les comparables, par unité.

    Σ n₁ₕn₀ₕ/nₕ·pₕ(1 − pₕ), que Cochran lit strate par strate, est au plus effective·p(1 − p), p leur
    moyenne : le test en est prudent. La loi exacte demanderait le compte de chaque strate.
    """
    chiffres = list(items)
    m, d = mantel, keys.draw_share(groups, values, chiffres)
    e = keys.draw_gap(groups, values, chiffres, "cochran") * m.reach
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.clip(m.shares + (d + e) / m.sizes, 0.0, 1.0)
        v = keys.measure_variance(groups, values) + keys.gap_law.variance * m.reach**2
        bruit = (v / m.sizes**2).sum(axis=0)
        commune = ((parts * m.sizes).sum(axis=0) + 0.5) / (m.sizes.sum(axis=0) + 1)
        variance = commune * (1 - commune) / m.effective + bruit
        # La même correction de continuité : une demi-réponse de la somme.
        ecart = np.maximum(np.abs(parts[0] - parts[1]) - 0.5 / m.effective, 0.0)
        return np.asarray(2 * special.ndtr(-ecart / np.sqrt(variance)))
