"""Ce que deux vagues ont en commun : les mêmes collectivités, et ce que leurs réponses ont gardé ou changé.

D'un plan à clés, rien d'exact n'en sort : gains, pertes et effectif du panel sont brouillés par les clés de
celles qui sont aux deux vagues ; le recouvrement des poids ne lit aucune réponse.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from barometre.stats.pairing import Pairing
from barometre.stats.publication import publish_counts, publish_flows
from barometre.stats.wave import Wave

Tableau = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Domaine × chiffre : présents aux deux vagues, passés de non à oui, passés de oui à non."""

    n: Tableau
    gains: Tableau
    losses: Tableau


def count_panel(first: Wave, second: Wave, pairing: Pairing) -> Panel:
    """Le panel de chaque domaine : celles qui y sont, et ont répondu, aux deux vagues."""
    i, j = pairing.both
    commun = first.membership[:, i].multiply(second.membership[:, j]).tocsr()
    repondu = first.answered[i] * second.answered[j]
    avant, apres = first.values[i], second.values[j]
    gains, pertes = repondu * (1 - avant) * apres, repondu * avant * (1 - apres)
    panel = np.asarray(commun @ repondu)
    if second.design.perturbation is None:
        return Panel(panel, np.asarray(commun @ gains), np.asarray(commun @ pertes))
    cles = second.design.perturbation.take(j)
    presents = np.where(repondu > 0, 1.0, np.nan)
    effectif = publish_counts(cles, panel, presents, csr_array(commun))
    domaines, ont = csr_array(commun), repondu > 0
    return Panel(effectif, *(publish_flows(cles, domaines, ont, f, second.items) for f in (gains, pertes)))


def read_covariance(p_1: Tableau, p_2: Tableau, panel: Panel) -> Tableau:
    """Cov(y₁, y₂) dans le panel : (p₁q₁ + p₂q₂ − V(y₂ − y₁))/2, bornée à 0 et à √(p₁q₁·p₂q₂)."""
    n = np.maximum(panel.n, 1.0)
    v_1, v_2 = p_1 * (1 - p_1), p_2 * (1 - p_2)
    v_ecart = (panel.gains + panel.losses) / n - np.square((panel.gains - panel.losses) / n)
    return np.clip((v_1 + v_2 - v_ecart) / 2, 0.0, np.sqrt(v_1 * v_2))


def measure_overlap(first: Wave, second: Wave, pairing: Pairing) -> Tableau:
    """Par domaine, ce que multiplie la covariance d'une réponse : Σ w₁w₂(1 − n₁n₂/(N·n₁₂))/(ΣW₁·ΣW₂).

    La somme porte sur celles qui sont aux deux vagues ; n, N : leur strate (Tam 1984).
    """
    i, j = pairing.both
    poids = first.design.weights[i] * second.design.weights[j]
    reduite = (first.correction[i] * second.correction[j])[:, 0]
    poids *= reduite + pairing.excess[pairing.strata[pairing.first[i]]]
    commun = first.membership[:, i].multiply(second.membership[:, j]).tocsr()
    totaux = (first.membership @ first.design.weights) * (second.membership @ second.design.weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(commun @ poids / totaux)
