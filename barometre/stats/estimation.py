"""Estimations d'un plan : proportions et moyennes, par groupe ou par domaine (CONCEPTION §4.3 à §4.6).

p = Σwy/Σw sur les unités qui ont répondu ; la variance est celle de `barometre.stats.design`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array, issparse

from barometre.domain.formats import format_compte
from barometre.stats import intervals
from barometre.stats.design import Design, LoneStratumWarning
from barometre.stats.domains import sum_domains
from barometre.stats.grades import LOGIT_MINIMUM, Precision, grade_means, grade_proportions
from barometre.stats.prudence import (
    Slopes,
    bound_prudence,
    compute_expected_slopes,
    compute_slopes,
    find_breaking_factor,
)
from barometre.stats.publication import show_shares
from barometre.stats.strata import DesignError
from barometre.stats.sums import Sums

__all__ = [
    "Design",
    "DesignError",
    "DomainEstimates",
    "LoneStratumWarning",
    "bound_proportions",
    "estimate_domains",
    "estimate_means",
    "estimate_proportions",
]

Tableau = npt.NDArray[np.float64]
Groups = pd.Series | pd.DataFrame | None


FIGURES = (
    "n", "n_yes", "n_eff", "raw", "p", "se", "df", "low", "high", "grade", "reason", "prudence_low",
    "prudence_high", "g_star", "slope",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class DomainEstimates:
    """Un tableau domaine × chiffre par grandeur. `n_yes` est le total brut ; `p` l'estimation redressée.

    `prudence_low`, `prudence_high`, `g_star` et `slope` (NaN pour une moyenne) disent ce que peut la
    participation (`barometre.stats.prudence`).
    """

    domains: pd.Index[Any]
    items: pd.Index[Any]
    n: Tableau
    n_yes: Tableau
    n_eff: Tableau
    raw: Tableau
    p: Tableau
    se: Tableau
    df: Tableau
    low: Tableau
    high: Tableau
    grade: npt.NDArray[np.str_]
    reason: npt.NDArray[np.str_]
    prudence_low: Tableau
    prudence_high: Tableau
    g_star: Tableau
    slope: Tableau
    n_published: Tableau

    def to_frame(self) -> pd.DataFrame:
        """Une ligne par chiffre × domaine : item, domain, puis les grandeurs."""
        colonnes: dict[str, Any] = {
            "item": np.repeat(self.items, len(self.domains)),
            "domain": np.tile(np.arange(len(self.domains)), len(self.items)),
        }
        for nom in FIGURES:
            colonnes[nom] = getattr(self, nom).T.ravel()
        colonnes["n"] = colonnes["n"].astype(int)
        tableau = pd.DataFrame(colonnes)
        tableau["domain"] = self.domains.take(tableau["domain"].to_numpy())
        return tableau


def estimate_proportions(
    design: Design, answers: pd.DataFrame, groups: Groups = None, level: float = 0.95
) -> pd.DataFrame:
    """Une ligne par chiffre × groupe : n, n_yes, n_eff, raw, p, se, df, low, high, grade.

    Sans réponse (NaN), une unité est hors du domaine. Un groupe croise toutes les colonnes de `groups` ;
    une unité sans groupe n'entre dans aucun. Les strates regroupées sont dites dans `attrs["notes"]`.
    """
    tableau = _estimate_groups(design, answers, groups, level, "proportion")
    tableau["n_yes"] = tableau["n_yes"].round().astype(int)
    return tableau


def estimate_means(
    design: Design, answers: pd.DataFrame, groups: Groups = None, level: float = 0.95
) -> pd.DataFrame:
    """Moyennes de grandeurs, intervalle de Student : n, n_eff, raw, mean, se, df, low, high, grade."""
    tableau = _estimate_groups(design, answers, groups, level, "mean")
    return tableau.drop(columns="n_yes").rename(columns={"p": "mean"})


def estimate_domains(
    design: Design,
    answers: pd.DataFrame,
    membership: Any,
    level: float = 0.95,
    *,
    kind: Literal["proportion", "mean"] = "proportion",
    cv: float = 0.0,
) -> DomainEstimates:
    """Tous les chiffres dans tous les domaines ; `membership` : unité × domaine, booléen, dense ou creux.

    Les domaines peuvent se recouvrir. Un DataFrame nomme les domaines par ses colonnes. `cv` : la dispersion
    des propensions à répondre de la vague, que la note lit (`barometre.stats.bias`).
    """
    _check_level(level)
    noms = membership.columns if isinstance(membership, pd.DataFrame) else None
    appartenance = read_membership(design, membership)
    valeurs = read_answers(design, answers, kind)
    sommes = sum_domains(design, valeurs, appartenance, answers.columns)
    domaines = pd.RangeIndex(appartenance.shape[0]) if noms is None else noms
    if kind == "mean":
        return _finish_means(sommes, domaines, answers.columns, level)
    if design.perturbation is None:
        pentes = compute_slopes(design, valeurs, appartenance)
    else:
        pentes = compute_expected_slopes(design, appartenance, valeurs.shape[1])
    return _finish_proportions(sommes, pentes, domaines, answers.columns, level, cv)


def _estimate_groups(
    design: Design, answers: pd.DataFrame, groups: Groups, level: float, kind: Literal["proportion", "mean"]
) -> pd.DataFrame:
    etiquettes, appartenance = read_groups(design, groups)
    estimations = estimate_domains(design, answers, appartenance, level, kind=kind)
    tableau = estimations.to_frame()
    rangs = tableau.pop("domain").to_numpy()
    for position, colonne in enumerate(etiquettes.columns, start=1):
        tableau.insert(position, colonne, etiquettes[colonne].take(rangs).to_numpy())
    tableau.attrs["notes"] = list(design.notes)
    return tableau


def read_groups(design: Design, groups: Groups) -> tuple[pd.DataFrame, csr_array]:
    """Les groupes présents, triés, et l'appartenance unité × groupe."""
    n = design.size
    if groups is None:
        return pd.DataFrame(index=range(1)), csr_array(np.ones((n, 1)))
    cadre = groups.to_frame(groups.name or "group") if isinstance(groups, pd.Series) else groups
    cadre = design.align(cadre, "les groupes").reset_index(drop=True)
    connus = cadre.dropna()
    ensemble = connus.groupby(list(cadre.columns), observed=True, sort=True)
    etiquettes = ensemble.size().index.to_frame(index=False)
    rangs = ensemble.ngroup().to_numpy()
    lignes = connus.index.to_numpy()
    return etiquettes, csr_array((np.ones(rangs.size), (lignes, rangs)), shape=(n, len(etiquettes)))


def read_membership(design: Design, membership: Any) -> csr_array:
    """Domaine × unité, à partir de l'appartenance unité × domaine."""
    if isinstance(membership, pd.DataFrame):
        membership = design.align(membership, "les domaines").to_numpy()
    if membership.shape[0] != design.size:
        lignes = format_compte(membership.shape[0], "ligne")
        raise DesignError(f"L'appartenance a {lignes} pour {format_compte(design.size, 'répondant')}.")
    creux = csr_array(membership if issparse(membership) else np.asarray(membership, dtype=float))
    transpose = csr_array(creux.astype(bool).astype(float).T)
    transpose.sort_indices()
    return transpose


def read_answers(design: Design, answers: pd.DataFrame, kind: str) -> Tableau:
    alignees = design.align(answers, "les réponses")
    try:
        valeurs = alignees.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as erreur:
        raise DesignError("Les réponses doivent être des nombres (1, 0, ou vide sans réponse).") from erreur
    if np.isinf(valeurs).any():
        raise DesignError("Une réponse est infinie.")
    if kind == "proportion":
        faux = ~((valeurs == 0) | (valeurs == 1) | np.isnan(valeurs))
        for ligne, colonne in np.argwhere(faux)[:1]:
            raise DesignError(
                f"La réponse {valeurs[ligne, colonne]:g} à « {answers.columns[colonne]} » "
                f"n'est ni 1, ni 0, ni vide."
            )
    # Rangé par unité : tout ce qui suit lit les réponses d'un répondant à la fois.
    return np.ascontiguousarray(valeurs)


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise DesignError(f"Le niveau de confiance doit être entre 0 et 1, et non {level:g}.")


def _finish_proportions(  # noqa: PLR0917 - les pièces d'un même tableau
    sums: Sums, slopes: Slopes, domains: pd.Index[Any], items: pd.Index[Any], level: float, cv: float
) -> DomainEstimates:
    """Erreur type, intervalle, prudence et note de parts."""
    redresse, df = np.clip(sums.estimate, 0.0, 1.0), np.where(sums.n > 0, sums.df, np.nan)
    lues = np.where(sums.noise > 0, show_shares(sums.estimate, sums.raw, sums.n_published), redresse)
    sums = replace(sums, estimate=lues)
    p, se = sums.estimate, np.sqrt(sums.variance + sums.noise)
    bas, haut = bound_proportions(sums, p, se, level)
    prudence = bound_prudence(bas, haut, slopes)
    notes = grade_proportions(
        Precision(sums.n_published, sums.total, sums.n_eff, p, bas, haut, df, *prudence, cv)
    )
    seuil = find_breaking_factor(p, bas, haut, slopes)
    tableaux = (
        sums.n,
        sums.total,
        sums.n_eff,
        sums.raw,
        redresse,
        se,
        df,
        bas,
        haut,
        *notes,
        *prudence,
        seuil,
    )
    pente = (slopes.low + slopes.high) / 2
    return DomainEstimates(domains, items, *(*tableaux, pente, sums.n_published))


def _finish_means(sums: Sums, domains: pd.Index[Any], items: pd.Index[Any], level: float) -> DomainEstimates:
    """Erreur type, intervalle de Student et note de moyennes ; sans prudence, qui est celle d'une part."""
    p, se, df = sums.estimate, np.sqrt(sums.variance + sums.noise), np.where(sums.n > 0, sums.df, np.nan)
    bas, haut = intervals.student(p, se, sums.df, level)
    notes = grade_means(sums.n_published, sums.n_eff, p, bas, haut)
    sans = np.full_like(p, np.nan)
    tableaux = (sums.n, sums.total, sums.n_eff, sums.raw, p, se, df, bas, haut, *notes, *[sans] * 4)
    return DomainEstimates(domains, items, *(*tableaux, sums.n_published))


def bound_proportions(sums: Sums, p: Tableau, se: Tableau, level: float) -> tuple[Tableau, Tableau]:
    """Logit et Student à partir de 10 oui et 10 non ; Wilson sur n_eff sinon, ou sans degré de liberté."""
    bas, haut = intervals.wilson_effective(p, sums.n_noisy, level)
    n = sums.n_published
    assez = (sums.total >= LOGIT_MINIMUM) & (n - sums.total >= LOGIT_MINIMUM) & (sums.df > 0)
    assez &= np.isfinite(se)
    bas[assez], haut[assez] = intervals.logit(p[assez], se[assez], sums.df[assez], level)
    return bas, haut
