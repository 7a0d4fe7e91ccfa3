"""Avant et après, chez des bénéficiaires et chez des unités comparables : la différence des différences.

Seules comptent les unités qui ont répondu aux deux vagues : chacune est son propre témoin, et la covariance
du panel est dans la variance du changement Δ de chacune. À strate égale, les comparables prennent le poids
des bénéficiaires ; l'écart est Σ a₁Δ − Σ a₀Δ, où les a de chaque groupe font 1.

Variance : chaque unité est une grappe de deux réponses (Bertrand, Duflo et Mullainathan 2004, Quarterly
Journal of Economics 119), donc V = Σ_g n_g/(n_g − 1)·Σ a²(Δ − Δ̄_g)², degrés de liberté de Welch (1947). Sans
poids ni strate, c'est le test de Welch sur les changements. La valeur de robustesse (E-value) : VanderWeele
et Ding 2017, Annals of Internal Medicine 167. Jamais une preuve : un groupe choisi pouvait déjà changer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from barometre.stats import intervals
from barometre.stats.change import student_p_value
from barometre.stats.perturbation import Perturbation
from barometre.stats.publication import publish_counts, publish_flows

Tableau = npt.NDArray[np.float64]
NIVEAU = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Les unités présentes aux deux vagues, une ligne chacune, dans le même ordre partout.

    `before`, `after` : unité × chiffre (1, 0, NaN) ; `treated` : booléen ; `strata` : ce qui rend des unités
    comparables ; `weights` : le poids de redressement ; `keys` : les clés des deux vagues, s'il y en a.
    """

    before: pd.DataFrame
    after: pd.DataFrame
    treated: pd.Series
    strata: pd.Series
    weights: pd.Series
    keys: tuple[Perturbation, Perturbation] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Bénéficiaires (ligne 0) et comparables (ligne 1) × chiffre.

    `squares` : Σ a² ; `reach` : le plus grand écart à 1 de a·n, ce que les poids ajoutent à une réponse.
    """

    n: Tableau
    before: Tableau
    after: Tableau
    variance: Tableau
    squares: Tableau
    reach: Tableau
    noise: Tableau


def compare_changes(panel: Panel) -> pd.DataFrame:
    """Une ligne par chiffre : effectifs, parts avant et après, différence des différences, intervalle.

    Avec des clés, chaque part est brouillée par celles de sa vague, et rien d'autre n'entre dans l'intervalle
    que ces parts et les passages brouillés du panel (`stats.publication`).
    """
    y_1, y_2 = (t.to_numpy(dtype=float) for t in (panel.before, panel.after))
    poids = _weigh(panel, np.isfinite(y_1) & np.isfinite(y_2))
    garde = (poids > 0).any(axis=0)
    y_1, y_2 = (np.where(garde, y, np.nan) for y in (y_1, y_2))
    cotes = _sum_sides(poids, np.nan_to_num(y_1), np.nan_to_num(y_2))
    if panel.keys is not None:
        cotes = _publish(cotes, panel, y_1, y_2)
    return _build_frame(panel.after.columns, cotes)


def _weigh(panel: Panel, answered: npt.NDArray[np.bool_]) -> Tableau:
    """Les a : groupe × unité × chiffre ; une strate où l'un des groupes manque ne compare rien."""
    codes, strates = pd.factorize(panel.strata)
    cellules = np.eye(len(strates))[:, codes]
    traite = panel.treated.to_numpy(dtype=bool)[:, None]
    w = panel.weights.to_numpy(dtype=float)[:, None] * answered
    poids = np.stack([w * traite, w * ~traite])
    sommes = np.stack([cellules @ p for p in poids])
    gardees = (sommes > 0).all(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        facteurs = np.where(gardees, sommes[0] / sommes, 0.0)
        poids = poids * facteurs[:, codes]
        return np.nan_to_num(poids / poids.sum(axis=1, keepdims=True))


def _sum_sides(weights: Tableau, before: Tableau, after: Tableau) -> Sides:
    n = (weights > 0).sum(axis=1).astype(float)
    avant, apres = (weights * before).sum(axis=1), (weights * after).sum(axis=1)
    ecarts = (after - before) - (apres - avant)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = n / (n - 1) * (weights**2 * ecarts**2).sum(axis=1)
    portee = np.abs(np.where(weights > 0, weights * n[:, None] - 1, 0.0)).max(axis=1, initial=0.0)
    return Sides(n, avant, apres, variance, (weights**2).sum(axis=1), portee, np.zeros_like(n))


def _publish(exact: Sides, panel: Panel, before: Tableau, after: Tableau) -> Sides:
    """Les quatre parts brouillées, et la variance attendue des passages brouillés : v·Σ a²."""
    assert panel.keys is not None
    traite, items = panel.treated.to_numpy(dtype=bool), panel.after.columns
    groupes = csr_array(np.vstack([traite, ~traite]).astype(float))
    n = np.maximum(publish_counts(panel.keys[1], exact.n, after, groupes), 1.0)
    parts, bruit = [], np.zeros_like(n)
    for cles, y, part in zip(panel.keys, (before, after), (exact.before, exact.after), strict=True):
        d, e = cles.draw_share(groupes, y, items), cles.draw_gap(groupes, y, items) * exact.reach
        parts.append(np.clip(part + (d + e) / n, 0.0, 1.0))
        # comme partout, une tardive y compte pour sa réponse brouillée : sa variance en plus
        bruit += (cles.measure_variance(groupes, y) + cles.gap_law.variance * exact.reach**2) / n**2
    passages = [
        publish_flows(panel.keys[1], groupes, np.isfinite(after), np.nan_to_num(y), items)
        for y in ((after > before).astype(float), (after < before).astype(float))
    ]
    variance = _expect_variance(n, *passages) * exact.squares
    return replace(exact, n=n, before=parts[0], after=parts[1], variance=variance, noise=bruit)


def _expect_variance(n: Tableau, gains: Tableau, losses: Tableau) -> Tableau:
    """La variance d'un changement, une demi-réponse de plus de chaque côté : un groupe immobile en a une."""
    return (gains + losses + 1) / (n + 1) - ((gains - losses) / (n + 1)) ** 2


def _build_frame(items: pd.Index, sides: Sides) -> pd.DataFrame:
    effet = (sides.after - sides.before)[0] - (sides.after - sides.before)[1]
    variances = sides.variance + sides.noise
    with np.errstate(divide="ignore", invalid="ignore"):
        df = variances.sum(axis=0) ** 2 / (variances**2 / (sides.n - 1)).sum(axis=0)
    se = np.sqrt(variances.sum(axis=0))
    bas, haut = intervals.student(effet, se, df, NIVEAU)
    return pd.DataFrame(
        {
            "item": items.astype("str"),
            "n_1": sides.n[0].astype(int), "n_0": sides.n[1].astype(int),
            "avant_1": sides.before[0], "apres_1": sides.after[0],
            "avant_0": sides.before[1], "apres_0": sides.after[1],
            "difference": effet, "se": se, "df": df, "bas": bas, "haut": haut,
            "p_value": student_p_value(effet, se, df),
        }
    )  # fmt: skip


def compute_e_value(share: float, difference: float) -> float | None:
    """La valeur de robustesse d'une différence, la part observée étant `share` (de 0 à 1).

    RR = part observée / part attendue sans la différence (ou son inverse) ; E = RR + √(RR(RR − 1)). C'est de
    combien, au moins, une cause non observée devrait être liée aux deux pour tout expliquer. `None` : la part
    attendue n'est pas dans ]0 ; 1[, et le rapport n'a pas de sens.
    """
    if not 0 < share <= 1 or not 0 < share - difference <= 1:
        return None
    rapport = share / (share - difference)
    rapport = max(rapport, 1 / rapport)
    return float(rapport + np.sqrt(rapport * (rapport - 1)))
