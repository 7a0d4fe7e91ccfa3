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
    marges = _list_margins(design)
    if not marges:
        return weights.copy()
    # Les unités des mêmes modalités se recalent du même rapport : on n'itère que sur leurs sommes.
    profils, rangs = np.unique(np.column_stack(marges), axis=0, return_inverse=True)
    reunis = _indicator(rangs.ravel())
    depart = np.asarray(reunis @ weights)
    cibles = np.asarray(reunis @ design.weights)[:, None]
    sommees = [(m, np.asarray(m @ cibles)) for m in (_indicator(p) for p in profils.T)]
    poids, rapports = depart.copy(), np.ones_like(depart)
    for _ in range(ROUNDS):
        ecart = 0.0
        for marge, cible in sommees:
            # Une modalité qu'un tirage a vidée ne se recale pas.
            somme = np.asarray(marge @ poids)
            rapport = np.where(somme > 0, cible / np.where(somme > 0, somme, 1.0), 1.0)
            ecart = max(ecart, float(np.abs(rapport - 1).max()))
            siens = np.asarray(marge.T @ rapport)
            poids, rapports = poids * siens, rapports * siens
        if ecart < TOLERANCE:
            break
    return np.asarray(weights * rapports[rangs.ravel()])


def _list_margins(design: Design) -> list[npt.NDArray[np.intp]]:
    """La modalité de chaque unité, marge par marge."""
    if design.variables is None:
        return [design.strata.codes]
    return [
        pd.factorize(valeurs)[0]
        for _, valeurs in design.variables.items()
        if not pd.api.types.is_numeric_dtype(valeurs)
    ]


def _indicator(codes: npt.NDArray[np.intp]) -> csr_array:
    return csr_array((np.ones(codes.size), (codes, np.arange(codes.size))))
