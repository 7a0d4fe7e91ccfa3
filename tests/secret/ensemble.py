"""(b), tel que le ticket l'écrit : qui sait qui a répondu et lit tout, mais ne connaît aucune réponse.

Toutes les cellules ensemble, brut et redressé, poids recalculés : moyennes, soustractions et recoupements
sont des combinaisons linéaires de ce qui se lit, et la meilleure d'entre elles les contient toutes. Les
réponses des autres et le bruit y sont tenus pour normaux, de variance exacte (régression bayésienne ;
Rasmussen et Williams 2006, §2.2). A priori : les taux que le cadre donne, lus des mêmes cellules (strate,
département, région, couverture) ; a posteriori : ce que sa propre réponse y a laissé de plus.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.linalg import cho_factor, cho_solve

from tests.secret.attaquants import EGAL, summarise
from tests.secret.monde import Monde, Publication, Regle, Tableau

# Ce dont deux groupes du cadre diffèrent d'ordinaire, en part de « oui » : un écart-type, par dimension.
ECART_GROUPES = 0.1
GROUPES = ("strate", "departement", "region", "couverture")
# Un nombre pris au hasard dans un intervalle de largeur 1.
VARIANCE_UNIFORME = 1 / 12


@dataclass(frozen=True)
class Mesures:
    """Ce qui se lit d'une question : mesure × unité, ce qui y est lu, et la variance du bruit."""

    matrice: Tableau
    lu: Tableau
    variance: Tableau


def infer_together(
    monde: Monde, lu: Publication, regle: Regle, cadre: pd.DataFrame, *, arrondi: bool
) -> tuple[Tableau, Tableau]:
    """(unité × question) Log du rapport oui / non, et la part de « oui » que les taux donnaient déjà."""
    groupes = np.hstack([pd.get_dummies(cadre[g], dtype=float).to_numpy() for g in GROUPES])
    paires = [
        _infer_question(list_measures(monde, lu, regle, question, arrondi=arrondi), groupes, moyenne)
        for question, moyenne in enumerate(monde.y.mean(axis=0))
    ]
    logs, priors = zip(*paires, strict=True)
    return np.column_stack(logs), np.column_stack(priors)


def summarise_together(
    monde: Monde, lu: Publication, regle: Regle, cadre: pd.DataFrame, *, arrondi: bool
) -> dict[str, float]:
    """Le bilan, comme `attaquants.summarise`, mais chaque réponse a son propre a priori."""
    logs, priors = infer_together(monde, lu, regle, cadre, arrondi=arrondi)
    return summarise(logs, priors)


def list_measures(monde: Monde, lu: Publication, regle: Regle, question: int, *, arrondi: bool) -> Mesures:
    """Le redressé de chaque cellule où il se lit, et du brut ce que le redressé ne dit pas.

    Les deux portent le bruit du compte : ôter du brut β fois le redressé laisse deux bruits sans rapport.
    """
    bas, haut = lu.bas[:, question], lu.haut[:, question]
    n, brut, redresse = monde.n, lu.compte[:, question], monde.n * lu.redresse[:, question]
    pas = n * regle.pas if arrondi else np.zeros_like(n)
    if arrondi:
        brut, redresse = n * lu.part[:, question], n * lu.part_redressee[:, question]
    # d'une part bornée se lit seulement que le compte brouillé est à trois réponses de 0, ou de n
    brut = np.select([bas, haut], [regle.marge / 2, n - regle.marge / 2], brut)
    floue = np.where(bas | haut, (regle.marge + 1.0) ** 2, pas**2) * VARIANCE_UNIFORME
    inegalites = monde.structure.inequality[:, 0]
    lisibles = ~(bas | haut) & (inegalites > EGAL) & ((monde.n_lus >= regle.seuil) | (not arrondi))
    commun = regle.law.variance + regle.fraction**2 * VARIANCE_UNIFORME * arrondi
    v_brut = commun + regle.second.variance * monde.deux_bruits + floue
    v_redresse = commun + regle.gap.variance * inegalites**2 + VARIANCE_UNIFORME * pas**2
    beta = np.where(lisibles, commun / np.maximum(v_redresse, EGAL), 0.0)
    membres = monde.cellules.toarray()
    ponderes = membres * (monde.poids[None, :] / ((membres @ monde.poids) / n)[:, None])
    return Mesures(
        np.vstack([membres - beta[:, None] * ponderes, ponderes[lisibles]]),
        np.concatenate([brut - beta * redresse, redresse[lisibles]]),
        np.maximum(np.concatenate([v_brut - beta * commun, v_redresse[lisibles]]), EGAL),
    )


def _infer_question(mesures: Mesures, groupes: Tableau, moyenne: float) -> tuple[Tableau, Tableau]:
    """Une question : la propre réponse de chacune est ôtée de la covariance (Sherman et Morrison 1950)."""
    m, v = mesures.matrice, moyenne * (1 - moyenne)
    mg = m @ groupes
    covariance = v * (m @ m.T) + ECART_GROUPES**2 * (mg @ mg.T) + np.diag(mesures.variance)
    ecart = mesures.lu - moyenne * m.sum(axis=1)
    facteur = cho_factor(covariance)
    resolu = cho_solve(facteur, ecart)
    levier = np.einsum("cu,cu->u", m, cho_solve(facteur, m))
    logs = (m.T @ resolu + (moyenne - 0.5) * levier) / (1 - v * levier)
    return logs, np.asarray(moyenne + ECART_GROUPES**2 * (groupes @ (mg.T @ resolu)))
