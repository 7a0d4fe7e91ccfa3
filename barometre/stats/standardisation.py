"""Standardisation directe : la part d'un territoire s'il avait les tailles de l'ensemble.

p = Σ_t W_t·p_t, W_t la part de la tranche t dans l'ensemble, p_t la part pondérée de la tranche dans le
territoire (Fleiss, Levin et Paik 2003, ch. 19). Les influences des tranches s'ajoutent, u = Σ W_t·u_t :
la variance est de plan, calage compris, ou celle des parts publiées si le plan porte des clés. Chaque p_t
porte le bruit du secret de sa cellule ; une tranche de moins de `minimums` réponses, comptées comme elles se
publient, fait refuser le chiffre, et dit laquelle : de réponses exactes, ce refus se lirait.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array, vstack

from barometre.stats.design import Design
from barometre.stats.domains import Sums, sum_domains
from barometre.stats.estimation import bound_proportions, read_answers
from barometre.stats.grades import Precision, grade_proportions
from barometre.stats.prudence import Slopes, bound_prudence
from barometre.stats.publication import publish_counts, round_shares

Tableau = npt.NDArray[np.float64]
SANS_MANQUE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Standardised:
    """Un tableau territoire × chiffre par grandeur ; `missing` : le rang de la tranche qui manque, ou −1."""

    p: Tableau
    low: Tableau
    high: Tableau
    grade: npt.NDArray[np.str_]
    missing: npt.NDArray[np.intp]


def adjust_domains(  # noqa: PLR0917 - le plan, les réponses, où, sur quoi, et comment
    design: Design,
    answers: pd.DataFrame,
    territories: csr_array,
    bands: npt.NDArray[np.intp],
    mix: Tableau,
    slopes: Tableau,
    *,
    minimums: npt.NDArray[np.int_],
    cv: float = 0.0,
    level: float = 0.95,
) -> Standardised:
    """Les parts à structure égale ; `territories` : territoire × unité ; `bands` : la tranche, ou −1.

    `mix` : la part de chaque tranche dans l'ensemble (somme 1) ; `slopes` : la pente de la cellule du
    territoire (`barometre.stats.prudence`), dont l'intervalle de prudence se déduit.
    """
    valeurs = read_answers(design, answers, "proportion")
    tranches = csr_array((bands[None, :] == np.arange(mix.size)[:, None]).astype(float))
    membres = [_cross(tranches, territories[[k]]) for k in range(territories.shape[0])]
    peu = _count_bands(design, valeurs, membres, answers.columns) < minimums
    manque = np.where(peu.any(axis=1), peu.argmax(axis=1), SANS_MANQUE)
    refuse = manque != SANS_MANQUE
    sommes = _sum_territories(design, valeurs, membres, mix, answers.columns, ~refuse.all(axis=1))
    p = np.clip(sommes.estimate, 0.0, 1.0)
    lues = np.where(sommes.noise > 0, round_shares(p), p)
    bas, haut = bound_proportions(
        replace(sommes, estimate=lues), lues, np.sqrt(sommes.variance + sommes.noise), level
    )
    prudence = bound_prudence(bas, haut, Slopes(slopes, slopes))
    notes, _ = grade_proportions(
        Precision(sommes.n_published, sommes.total, sommes.n_eff, lues, bas, haut, sommes.df, *prudence, cv)
    )
    p, bas, haut = (np.where(refuse, np.nan, v) for v in (p, bas, haut))
    return Standardised(p, bas, haut, np.where(refuse, "", notes), manque)


def _cross(bands: csr_array, territory: csr_array) -> csr_array:
    """Tranche × unité, réduit aux unités d'un territoire."""
    membres = csr_array(bands.multiply(territory))
    membres.eliminate_zeros()
    return membres


def _count_bands(design: Design, values: Tableau, members: list[csr_array], items: pd.Index) -> Tableau:
    """Territoire × tranche × chiffre : l'effectif, brouillé si le plan porte des clés ; 0 où il est nul."""
    bandes = csr_array(vstack(members))
    exact = np.asarray(bandes @ np.isfinite(values).astype(float))
    if design.perturbation is None:
        publie = exact
    else:
        publie = publish_counts(design.perturbation, exact, values, bandes, list(items))
    # Sans réponse, aucune part : le bruit d'un effectif nul n'atteint le seuil que par des tardives.
    publie = np.where(exact > 0, publie, 0.0)
    return np.asarray(publie.reshape(len(members), -1, values.shape[1]))


def _sum_territories(  # noqa: PLR0917 - le plan, les réponses, où, sur quoi, et lesquels
    design: Design,
    values: Tableau,
    members: list[csr_array],
    mix: Tableau,
    items: pd.Index,
    shown: npt.NDArray[np.bool_],
) -> Sums:
    """Une ligne par territoire ; NaN de ceux dont tous les chiffres sont refusés.

    Toutes les tranches se somment à la fois : territoire par territoire, chacun relisait toutes les réponses.
    """
    lignes = {nom: np.full((len(members), values.shape[1]), np.nan) for nom in Sums.__dataclass_fields__}
    rangs = np.flatnonzero(shown)
    if rangs.size:
        bandes = csr_array(vstack([members[k] for k in rangs]))
        toutes = sum_domains(design, values, bandes, items, with_variance=False)
        for i, k in enumerate(rangs):
            celles = slice(i * mix.size, (i + 1) * mix.size)
            tranches = Sums(*(getattr(toutes, nom)[celles] for nom in lignes))
            ligne = _sum_bands(design, values, members[k], mix, tranches)
            for nom, valeurs in lignes.items():
                valeurs[k] = getattr(ligne, nom)[0]
    return Sums(**lignes)


def _sum_bands(design: Design, values: Tableau, bands: csr_array, mix: Tableau, t: Sums) -> Sums:
    """Les sommes standardisées d'un territoire, en une ligne ; `t` : celles de ses tranches."""
    w = mix[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        n_eff = 1 / (w**2 / t.n_eff).sum(axis=0)
    # D'un plan à clés, la variance ne vient que des sommes publiées : celle du plan lirait chaque réponse.
    variance = (
        _measure_variance(design, values, bands, mix)
        if design.perturbation is None
        else (w**2 * t.variance).sum(axis=0)
    )
    lignes = {
        "n": t.n.sum(axis=0), "total": t.total.sum(axis=0), "n_eff": n_eff, "raw": (w * t.raw).sum(axis=0),
        "estimate": (w * t.estimate).sum(axis=0), "variance": variance, "df": t.df.sum(axis=0),
        "noise": (w**2 * t.noise).sum(axis=0), "n_published": t.n_published.sum(axis=0),
    }  # fmt: skip
    return Sums(**{nom: valeurs[None, :] for nom, valeurs in lignes.items()})


def _measure_variance(design: Design, values: Tableau, bands: csr_array, mix: Tableau) -> Tableau:
    """La variance de plan, calage compris ; NaN où une tranche n'a pas de réponse."""
    connues = (np.asarray(bands @ np.isfinite(values).astype(float)) > 0).all(axis=0)
    variance = np.full(values.shape[1], np.nan)
    if connues.any():
        variance[connues] = design.variance(_influence(design, values[:, connues], bands, mix))
    return variance


def _influence(design: Design, values: Tableau, bands: csr_array, mix: Tableau) -> Tableau:
    """u = Σ_t W_t·1_t·(y − p_t)/Σ_t w, par chiffre."""
    repondu, y = np.isfinite(values).astype(float), np.nan_to_num(values)
    w = design.weights[:, None]
    total = np.asarray(bands @ (w * repondu))
    p = np.asarray(bands @ (w * y)) / total
    coefficient, attendu = np.asarray(bands.T @ (mix[:, None] / total)), np.asarray(bands.T @ p)
    return np.asarray(repondu * coefficient * (y - attendu))
