"""Si celles qui répondent « oui » avaient répondu g fois plus volontiers : où serait la part, et à partir de
quel g l'intervalle ne la contient plus.

Pour chaque chiffre, le poids de chaque « oui » est corrigé, puis l'échantillon est recalé sur ses marges
(CONCEPTION §4.7) : la préférence joue à strate, région et couverture égales. Seule la partie du poids qui
parle des collectivités absentes, w − 1, est divisée par g ; une strate recensée ne bouge donc pas. Le
résultat se résume à une pente sur l'échelle logit, logit p_g = logit p − pente·ln g (1 sans calage), qui
sert aux autres g : à g = 2 elle s'écarte du calcul refait de moins d'un demi-point (tests).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special
from scipy.sparse import csr_array

from barometre.stats.design import Design
from barometre.stats.reraking import rake_many

Tableau = npt.NDArray[np.float64]
# CONCEPTION §4.6 : le g de l'intervalle de prudence.
PRUDENCE_FACTOR = 1.25
# CONCEPTION §4.7 : les g de la sensibilité.
SENSITIVITY_FACTORS: tuple[float, ...] = (1.25, 1.5, 2.0)


@dataclass(frozen=True, slots=True, eq=False)
class Slopes:
    """La pente de chaque domaine × chiffre vers le bas (les « oui » répondent plus) et vers le haut."""

    low: Tableau
    high: Tableau


def compute_slopes(
    design: Design, values: Tableau, membership: csr_array, factor: float = PRUDENCE_FACTOR
) -> Slopes:
    """Les pentes ; `values` : unité × chiffre (1, 0, NaN) ; `membership` : domaine × unité."""
    repondu = np.isfinite(values).astype(float)
    oui = np.nan_to_num(values)
    depart = _estimate(membership, design.weights[:, None] * np.ones_like(oui), repondu, oui)
    pentes = []
    for g in (factor, 1 / factor):
        poids = tilt_weights(design, oui, g)
        corrigee = _estimate(membership, poids, repondu, oui)
        with np.errstate(divide="ignore", invalid="ignore"):
            pente = (special.logit(depart) - special.logit(corrigee)) / np.log(g)
        # 0 ou 100 % ne bougent pas : la borne de l'intervalle, elle, suit la formule sans calage.
        pentes.append(np.where(np.isfinite(pente), np.maximum(pente, 0.0), 1.0))
    return Slopes(*pentes)


def compute_expected_slopes(
    design: Design, membership: csr_array, items: int, factor: float = PRUDENCE_FACTOR
) -> Slopes:
    """Les pentes d'un plan à clés : celles d'une réponse que les marges n'expliquent pas, sans une réponse.

    Si les « oui » de toute strate répondent g fois plus volontiers, recaler n'y change rien : les chances de
    oui sont multipliées par 1 − a + a/g, a la part du poids qui parle des absentes. Une réponse que la
    taille commande a une pente moindre : celle-ci est la plus prudente.
    """
    w = design.weights
    connus = np.isfinite(design.strata.populations).all()
    present = np.minimum(w, 1.0) if connus else np.zeros_like(w)
    somme = np.asarray(membership @ np.column_stack([w, w - present]))
    with np.errstate(divide="ignore", invalid="ignore"):
        absent = (somme[:, 1] / somme[:, 0])[:, None] * np.ones(items)
    return Slopes(*(-np.log1p(absent * (1 / g - 1)) / np.log(g) for g in (factor, 1 / factor)))


def tilt_weights(design: Design, yes: Tableau, factor: float) -> Tableau:
    """Unité × chiffre : les poids si les « oui » ont répondu `factor` fois plus volontiers, recalés."""
    w = design.weights[:, None]
    connus = np.isfinite(design.strata.populations).all()
    present = np.minimum(w, 1.0) if connus else np.zeros_like(w)
    poids = np.where(yes > 0, present + (w - present) / factor, w)
    return rake_many(design, poids)


def shift(p: npt.ArrayLike, slope: npt.ArrayLike, factor: float) -> Tableau:
    """La part quand les « oui » répondent `factor` fois plus volontiers (moins, sous 1)."""
    centre = special.logit(np.asarray(p, dtype=float))
    return np.asarray(special.expit(centre - np.asarray(slope) * np.log(factor)))


def tilt_share(p: npt.ArrayLike, slope: npt.ArrayLike, factor: float) -> Tableau:
    """p_g d'une part publiée, pour tout g : ses chances sont multipliées par 1 − a + a/g, unité par unité.

    a, la part du poids qui parle des absentes, se relit dans la pente gardée, moyenne de celles de g et de
    1/g (`compute_expected_slopes`) : la suivre en ligne droite jusqu'à g = 2 va jusqu'à 1,5 point trop loin
    dans un territoire à demi recensé.
    """
    rapport = np.exp(2 * np.asarray(slope, dtype=float) * np.log(PRUDENCE_FACTOR))
    absent = (rapport - 1) / (PRUDENCE_FACTOR - 1 + rapport * (1 - 1 / PRUDENCE_FACTOR))
    part = np.asarray(p, dtype=float)
    oui = part * (1 - absent + absent / factor)
    return np.asarray(oui / (oui + 1 - part))


def bound_prudence(
    low: Tableau, high: Tableau, slopes: Slopes, factor: float = PRUDENCE_FACTOR
) -> tuple[Tableau, Tableau]:
    """La borne basse si les « oui » répondent plus, la haute s'ils répondent moins."""
    return shift(low, slopes.low, factor), shift(high, slopes.high, 1 / factor)


def find_breaking_factor(p: Tableau, low: Tableau, high: Tableau, slopes: Slopes) -> Tableau:
    """g* : la plus petite préférence, dans un sens ou l'autre, qui met la part hors de l'intervalle."""
    centre = special.logit(p)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        vers_bas = np.exp((centre - special.logit(low)) / slopes.low)
        vers_haut = np.exp((special.logit(high) - centre) / slopes.high)
    return np.fmin(vers_bas, vers_haut)


def _estimate(membership: csr_array, weights: Tableau, answered: Tableau, yes: Tableau) -> Tableau:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((membership @ (weights * yes)) / (membership @ (weights * answered)))
