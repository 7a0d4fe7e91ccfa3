"""Une part d'ensemble faite de parts publiées de groupes disjoints, pondérées par leur effectif du cadre.

L'intervalle suit MOVER (Zou et Donner 2008, « Construction of approximate confidence limits ») : chaque borne
recompose les écarts des bornes publiées, sans erreur type. Il ne lit que ce qui est déjà publié : le résultat
n'apprend rien qu'un lecteur ne puisse calculer. Les groupes y sont supposés indépendants.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from barometre.stats.grades import Precision, grade_proportions
from barometre.stats.prudence import PRUDENCE_FACTOR, shift

Tableau = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Des groupes disjoints, tableaux de même longueur ; `size` : leurs collectivités du cadre."""

    size: Tableau
    n: Tableau
    n_eff: Tableau
    raw: Tableau
    p: Tableau
    low: Tableau
    high: Tableau


@dataclass(frozen=True, slots=True)
class Combined:
    """La part d'ensemble, de 0 à 1 ; `raw` : la moyenne des parts brutes par réponse."""

    n: int
    n_eff: float
    raw: float
    p: float
    low: float
    high: float
    grade: str
    reason: str


def combine_proportions(parts: Parts) -> Combined:
    """La part, son intervalle et sa note : B au mieux, car la dispersion des réponses n'y est pas jugée.

    n_eff est celui de Kish pour des poids égaux à effectif / n_eff dans chaque groupe.
    """
    poids = parts.size / parts.size.sum()
    p = float(poids @ parts.p)
    low = p - float(np.sqrt(((poids * (parts.p - parts.low)) ** 2).sum()))
    high = p + float(np.sqrt(((poids * (parts.high - parts.p)) ** 2).sum()))
    n = parts.n.sum()
    n_eff = float(1 / (poids**2 / parts.n_eff).sum())
    raw = float(parts.n @ parts.raw / n)
    low, high = max(low, 0.0), min(high, 1.0)
    note, raison = _grade(int(n), n * raw, n_eff, (p, low, high), int(n) - len(poids))
    return Combined(int(n), n_eff, raw, p, low, high, note, raison)


def _grade(
    n: int, yes: float, n_eff: float, part: tuple[float, float, float], degrees: int
) -> tuple[str, str]:
    p, low, high = part
    precision = Precision(
        n=np.array([n]), yes=np.array([yes]), n_eff=np.array([n_eff]), p=np.array([p]),
        low=np.array([low]), high=np.array([high]), df=np.array([degrees]),
        # Sans calage, la pente est 1 : c'est la prudence la plus large.
        prudence_low=shift(np.array([low]), 1.0, PRUDENCE_FACTOR),
        prudence_high=shift(np.array([high]), 1.0, 1 / PRUDENCE_FACTOR),
    )  # fmt: skip
    notes, raisons = grade_proportions(precision)
    return str(notes[0]).replace("A", "B"), str(raisons[0])
