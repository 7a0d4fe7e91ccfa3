"""Le bruit des sommes d'un plan : celui de leurs premières répondantes, et celui de chaque tardive.

Une tardive compte partout pour sa réponse brouillée, ỹ = y + d : le compte bouge de ỹ, la somme pondérée de
w·ỹ. Deux versions, dans toutes les cellules à la fois, n'en montrent donc rien de plus que ỹ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from barometre.stats.design import Design
from barometre.stats.laws import LATE_LAW
from barometre.stats.perturbation import is_binary

Tableau = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """Domaine × chiffre : ce dont un membre peut déplacer n fois le brut, l'écart au redressé, la variance.

    Pour une part, une réponse : 1, et l'inégalité des poids. Une grandeur n'a pas de borne connue : c'est le
    plus grand écart d'un membre, que l'addition désignerait, qu'il faut couvrir (Giessing et Tent 2019).
    """

    raw: Tableau
    gap: Tableau
    variance: Tableau
    spread: Tableau


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """Domaine × chiffre, en réponses : bruit de n fois le brut, de l'écart, de la dispersion ; variance.

    `fraction` : ce dont n fois le brut, et le redressé avec lui, bougent encore, que le compte n'a pas ;
    `variance` : celle de n fois le redressé.
    """

    raw: Tableau
    fraction: Tableau
    gap: Tableau
    dispersion: Tableau
    variance: Tableau


def draw_noise(
    design: Design, values: Tableau, membership: csr_array, items: Sequence[object], reach: Reach
) -> Noise:
    """Le bruit de chaque domaine × chiffre d'un plan à clés."""
    cles = design.perturbation
    assert cles is not None
    grandeurs = ~is_binary(values)
    fraction = np.where(grandeurs, 0.0, cles.draw_fraction(membership, values, items))
    d, ecart, variance = _draw_answers(design, values, membership, items, reach, fraction)
    if not grandeurs.any():
        return Noise(d, fraction, ecart, np.zeros_like(ecart), variance)
    d_grandeur, dispersion = (
        cles.draw_amount(membership, values, items, sel) for sel in ("grandeur", "dispersion")
    )
    e = cles.draw_gap(membership, values, items)
    v = cles.amount_law.variance * reach.raw**2 + cles.gap_law.variance * reach.gap**2
    return Noise(
        np.where(grandeurs, d_grandeur * reach.raw, d),
        fraction,
        np.where(grandeurs, e * reach.gap, ecart),
        np.where(grandeurs, dispersion, 0.0),
        np.where(grandeurs, v, variance),
    )


def _draw_answers(  # noqa: PLR0917 - de qui, quoi, où, jusqu'où, et leur fraction
    design: Design,
    values: Tableau,
    membership: csr_array,
    items: Sequence[object],
    reach: Reach,
    fraction: Tableau,
) -> tuple[Tableau, Tableau, Tableau]:
    """Des parts : le bruit du compte, ce que le redressé bouge de plus, la variance de leur somme."""
    cles = design.perturbation
    assert cles is not None
    premieres = cles.drop_late(membership)
    d, e = cles.draw(membership, values, items).astype(float), cles.draw_gap(premieres, values, items)
    if premieres is membership:
        variance = cles.share_variance + cles.gap_law.variance * reach.gap**2
        return d, e * reach.gap, variance
    poids = _measure_weights(design, values, premieres, membership)
    tardives = cles.draw_late(values, items)
    d_premieres = d - membership @ tardives
    ecart = (d_premieres + fraction) * (poids.premieres - 1) + e * poids.inegalite
    ecart += (membership @ (poids.w * tardives)) / poids.moyen - membership @ tardives
    presentes = np.repeat(cles.is_late[:, None], values.shape[1], axis=1)
    variance = cles.share_variance * poids.premieres**2 + cles.gap_law.variance * poids.inegalite**2
    variance += LATE_LAW.variance * (membership @ (poids.w**2 * presentes)) / poids.moyen**2
    return d, ecart, variance


@dataclass(frozen=True, slots=True, eq=False)
class _Poids:
    """Les poids `w` (en colonne), et par domaine × chiffre leur moyenne chez celles qui ont répondu.

    `premieres` et `inegalite` : la moyenne et le plus grand écart des premières, rapportés à `moyen`.
    """

    w: Tableau
    moyen: Tableau
    premieres: Tableau
    inegalite: Tableau


def _measure_weights(design: Design, values: Tableau, premieres: csr_array, tous: csr_array) -> _Poids:
    w, repondu = (design.weights / design.weights.max())[:, None], np.isfinite(values).astype(float)
    unites = (premieres.indices[a:b] for a, b in pairwise(premieres.indptr))
    etendues = np.array([[np.abs(w[u] - w[u].mean()).max() if u.size else 0.0] for u in unites])
    with np.errstate(divide="ignore", invalid="ignore"):
        moyen = np.asarray(tous @ (w * repondu)) / np.asarray(tous @ repondu)
        part = np.asarray(premieres @ (w * repondu)) / np.asarray(premieres @ repondu) / moyen
    return _Poids(w, moyen, np.nan_to_num(part), etendues / moyen)
