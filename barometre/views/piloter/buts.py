"""Les buts d'une relance : combien de réponses de plus pour une note par région, ou un intervalle court.

Un but s'atteint par la même allocation qu'un budget ; ce qui ne se prévoit pas (prudence, dispersion des
propensions) n'y entre pas : la note annoncée est celle que le nombre et la largeur permettraient.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometre.stats.allocation import allocate_until, compute_n_eff, compute_variance
from barometre.stats.grades import A_EFFECTIVE_SIZE, A_WIDTH, B_EFFECTIVE_SIZE, B_SIZE, B_WIDTH
from barometre.stats.intervals import normal_quantile

Entiers = npt.NDArray[np.int64]
Tableau = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class But:
    """Ce qu'il faut atteindre : réponses, effectif efficace, largeur d'intervalle, par région ou en tout."""

    titre: str
    par_region: bool
    largeur: float
    n: int = 0
    n_eff: int = 0


BUTS = {
    "regions_b": But("Note B dans chaque région", True, B_WIDTH, B_SIZE, B_EFFECTIVE_SIZE),
    "regions_a": But("Note A dans chaque région", True, A_WIDTH, A_EFFECTIVE_SIZE, A_EFFECTIVE_SIZE),
    "national": But("Intervalle national sous 10 points", False, 0.10),
}


@dataclass(frozen=True, slots=True)
class Atteinte:
    """Les réponses de plus par cellule, et les régions (ou la France) où le but est hors d'atteinte."""

    ajouts: Entiers
    hors_d_atteinte: tuple[str, ...]


def allocate_but(but: But, cellules: pd.DataFrame, ecart_type: Tableau, demi: float | None) -> Atteinte:
    """L'allocation qui atteint le but, région par région ou d'un seul tenant.

    `cellules` : region, cadre, repondantes ; `demi` : demi-largeur nationale publiée, qu'une relance réduit.
    """
    population = cellules["cadre"].to_numpy(dtype=float)
    n = cellules["repondantes"].to_numpy(dtype=np.int64)
    if not but.par_region:
        groupes = {"": np.arange(len(n))}
    else:
        groupes = {str(r): np.asarray(i) for r, i in cellules.groupby("region").indices.items()}
    ajouts, manques = np.zeros(len(n), dtype=np.int64), []
    for region, rangs in groupes.items():
        echelle = _scale(demi, population, n, ecart_type) if not but.par_region else 1.0
        plus, atteint = _reach(but, population[rangs], n[rangs], ecart_type[rangs], echelle)
        if atteint:
            ajouts[rangs] = plus
        else:
            # Relancer tout un cadre sans atteindre le but userait les collectivités pour rien.
            manques.append(region)
    return Atteinte(ajouts, tuple(manques))


def _reach(but: But, population: Tableau, n: Entiers, s: Tableau, echelle: float) -> tuple[Entiers, bool]:
    z = normal_quantile(0.95)

    def is_reached(reponses: Entiers) -> bool:
        largeur = 2 * z * echelle * float(np.sqrt(compute_variance(population, reponses, s)))
        assez = reponses.sum() >= but.n and compute_n_eff(population, reponses) >= but.n_eff
        return bool(assez and largeur < but.largeur)

    return allocate_until(population, n, s, is_reached)


def _scale(demi: float | None, population: Tableau, n: Entiers, s: Tableau) -> float:
    """Ce que le calage ajoute ou ôte à l'erreur type du plan ; 1 quand aucun chiffre n'est publié."""
    plan = normal_quantile(0.95) * float(np.sqrt(compute_variance(population, n, s)))
    return demi / plan if demi and plan else 1.0
