"""Recaler beaucoup de jeux de poids d'un même plan à la fois.

La sensibilité et le bootstrap en demandent des centaines. L'ajustement proportionnel est celui de
`barometre.stats.raking`, une colonne par jeu.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from barometre.stats.design import Design

Tableau = npt.NDArray[np.float64]
# L'écart relatif qui reste aux marges ne se lit pas dans une part au pour cent.
ROUNDS = 60
TOLERANCE = 1e-6


def rake_many(design: Design, weights: Tableau) -> Tableau:
    """Unité × jeu : chaque colonne ramenée aux totaux que les poids du plan donnent à ses marges.

    Une marge est une variable de calage en catégories ; sans calage, la strate (post-stratification).
    """
    poids = weights.copy()
    marges = [(m, np.asarray(m @ design.weights)[:, None]) for m in _list_margins(design)]
    for _ in range(ROUNDS):
        ecart = 0.0
        for marge, cible in marges:
            # Une modalité qu'un tirage a vidée ne se recale pas.
            somme = np.asarray(marge @ poids)
            rapport = np.where(somme > 0, cible / np.where(somme > 0, somme, 1.0), 1.0)
            ecart = max(ecart, float(np.abs(rapport - 1).max()))
            poids *= np.asarray(marge.T @ rapport)
        if ecart < TOLERANCE:
            break
    return poids


def _list_margins(design: Design) -> list[csr_array]:
    """Modalité × unité, une matrice par marge."""
    if design.variables is None:
        return [_indicator(design.strata.codes)]
    return [
        _indicator(pd.factorize(valeurs)[0])
        for _, valeurs in design.variables.items()
        if not pd.api.types.is_numeric_dtype(valeurs)
    ]


def _indicator(codes: npt.NDArray[np.intp]) -> csr_array:
    return csr_array((np.ones(codes.size), (codes, np.arange(codes.size))))
