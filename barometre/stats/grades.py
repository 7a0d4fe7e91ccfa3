"""La note d'un chiffre et sa raison : A précis, B citable avec sa précaution, C indicatif, vide : non publié.

La précision ne suffit pas : plus un chiffre est précis, moins il faut de préférence à répondre pour que la
vérité sorte de son intervalle. La note lit donc aussi l'intervalle de prudence (`barometre.stats.prudence`),
la dispersion des propensions à répondre et ce que coûtent les poids (CONCEPTION §4.6).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

# Note A (CONCEPTION §4.6).
A_EFFECTIVE_SIZE = 100
A_WIDTH = 0.15
A_DEGREES = 8  # NCHS : moins de 8 degrés de liberté appelle une revue (Parker et al. 2017)
A_PRUDENCE_WIDTH = 0.20
A_RESPONSE_CV = 1.0
A_EFFICIENCY = 0.6  # n_eff/n
# Note B (CONCEPTION §4.6).
B_SIZE = 30
B_EFFECTIVE_SIZE = 30
B_WIDTH = 0.30
B_PRUDENCE_WIDTH = 0.35
# A et B : NCHS (Parker et al. 2017), rapporté à la plus petite des deux parts, oui ou non.
RELATIVE_WIDTH = 1.30
# Note C.
C_SIZE = 10
# CONCEPTION §4.5 et §4.6 : intervalle logit, et note A, à partir de 10 oui et 10 non.
LOGIT_MINIMUM = 10
# Pour une moyenne, la largeur se juge relativement à la moyenne (choix du projet, mêmes 130 %).
MEAN_A_RELATIVE_WIDTH = 0.30

Notes = npt.NDArray[np.str_]
Nombres = npt.ArrayLike


@dataclass(frozen=True, slots=True, eq=False)
class Precision:
    """Ce que lit la note d'une part, tableaux de même forme. `cv` : dispersion des propensions à répondre."""

    n: Nombres
    yes: Nombres
    n_eff: Nombres
    p: Nombres
    low: Nombres
    high: Nombres
    df: Nombres
    prudence_low: Nombres
    prudence_high: Nombres
    cv: float = 0.0


def grade_proportions(precision: Precision) -> tuple[Notes, Notes]:
    """La note de chaque part, et la raison qui la sépare de la note du dessus."""
    q = precision
    n, oui, n_eff, p = (np.asarray(v, dtype=float) for v in (q.n, q.yes, q.n_eff, q.p))
    largeur = np.asarray(q.high, dtype=float) - np.asarray(q.low, dtype=float)
    prudence = np.asarray(q.prudence_high, dtype=float) - np.asarray(q.prudence_low, dtype=float)
    rare = largeur > RELATIVE_WIDTH * np.minimum(p, 1 - p)
    peu = np.minimum(oui, n - oui) < LOGIT_MINIMUM
    manques_a: dict[str, Any] = {
        "nombre": (n_eff < A_EFFECTIVE_SIZE) | peu,
        "largeur": ~(largeur < A_WIDTH),
        "rare": rare,
        "degres": ~(np.asarray(q.df) >= A_DEGREES),
        "prudence": ~(prudence < A_PRUDENCE_WIDTH),
        "participation": np.full(n.shape, q.cv > A_RESPONSE_CV),
        "poids": ~(n_eff >= A_EFFICIENCY * n),
    }
    manques_b: dict[str, Any] = {
        "nombre": (n < B_SIZE) | ~(n_eff >= B_EFFECTIVE_SIZE),
        "largeur": ~(largeur < B_WIDTH),
        "rare": rare,
        "prudence": ~(prudence < B_PRUDENCE_WIDTH),
    }
    return _choose(manques_a, manques_b, n)


def grade_means(
    n: Nombres, n_eff: Nombres, mean: Nombres, low: Nombres, high: Nombres
) -> tuple[Notes, Notes]:
    """La note de chaque moyenne et sa raison : mêmes effectifs, largeur jugée relativement à la moyenne."""
    n, n_eff = np.asarray(n, dtype=float), np.asarray(n_eff, dtype=float)
    largeur, moyenne = np.asarray(high) - np.asarray(low), np.abs(np.asarray(mean))
    manques_a = {
        "nombre": ~(n_eff >= A_EFFECTIVE_SIZE),
        "largeur": ~(largeur < MEAN_A_RELATIVE_WIDTH * moyenne),
    }
    manques_b = {
        "nombre": (n < B_SIZE) | ~(n_eff >= B_EFFECTIVE_SIZE),
        "largeur": ~(largeur <= RELATIVE_WIDTH * moyenne),
    }
    return _choose(manques_a, manques_b, n)


def _choose(lacks_a: dict[str, Any], lacks_b: dict[str, Any], n: npt.NDArray[Any]) -> tuple[Notes, Notes]:
    """A si rien ne lui manque, B si rien ne manque à B, C à partir de 10 réponses."""
    raison_a, raison_b = _name_first(lacks_a, n.shape), _name_first(lacks_b, n.shape)
    b = raison_b == ""
    a = b & (raison_a == "")
    notes = np.select([a, b, n >= C_SIZE], ["A", "B", "C"], "").astype("<U1")
    return notes, np.select([a, b], ["", raison_a], raison_b)


def _name_first(lacks: dict[str, Any], shape: tuple[int, ...]) -> Notes:
    """Le premier manque de chaque chiffre."""
    return np.select([np.broadcast_to(m, shape) for m in lacks.values()], list(lacks), "")
