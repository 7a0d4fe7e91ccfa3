"""Un groupe face aux autres à structure égale : le coefficient d'une régression pondérée, et sa variance.

y = a·1_groupe + X·b, moindres carrés pondérés par les poids calés, X les variables de structure : l'écart a
se lit sur les seules différences que X n'explique pas (Frisch-Waugh-Lovell, un groupe à la fois). Sa
variance est celle du plan, sur l'influence z·e/Σwz² (Fuller 1975 ; Binder 1983), z le résidu de
l'indicatrice sur X.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from barometre.stats.change import get_sign, student_p_value
from barometre.stats.contrasts import LEVELS
from barometre.stats.design import Design
from barometre.stats.intervals import student
from barometre.stats.publication import publish_counts
from barometre.stats.strata import DesignError

Tableau = npt.NDArray[np.float64]
# Un groupe que la structure explique presque entièrement n'a plus d'écart à lui.
PART_PROPRE = 1e-6


def compare_adjusted(
    design: Design, answers: pd.DataFrame, groups: pd.Series, structure: pd.DataFrame
) -> pd.DataFrame:
    """Une ligne par chiffre × groupe : difference, se, low_95…, p_value, class_95…, à structure égale.

    `structure` : les catégories deviennent des indicatrices, les nombres restent des nombres. NaN quand le
    groupe ne se distingue pas de la structure. Lève `DesignError` si une variable manque.
    """
    x = _read_structure(design, structure)
    noms = pd.Index(sorted(groups.dropna().unique()))
    indicatrices = (groups.to_numpy()[:, None] == noms.to_numpy()[None, :]).astype(float)
    lignes = [
        _compare_item(design, answers[item], indicatrices, x).assign(**{"item": item, str(groups.name): noms})
        for item in answers
    ]
    return pd.concat(lignes, ignore_index=True)


def _read_structure(design: Design, structure: pd.DataFrame) -> Tableau:
    if structure.isna().any(axis=None):
        raise DesignError(f"La structure manque pour {int(structure.isna().any(axis=1).sum())} répondant(s).")
    colonnes = [np.ones((design.size, 1))]
    for _, valeurs in structure.items():
        if pd.api.types.is_numeric_dtype(valeurs):
            colonnes.append(valeurs.to_numpy(dtype=float)[:, None])
        else:
            codes, modalites = pd.factorize(valeurs)
            colonnes.append(np.eye(len(modalites))[codes][:, 1:])
    return np.hstack(colonnes)


def _compare_item(design: Design, answers: pd.Series, groups: Tableau, x: Tableau) -> pd.DataFrame:
    y = answers.to_numpy(dtype=float)
    repondu = np.isfinite(y)
    w = np.where(repondu, design.weights, 0.0)
    racine = np.sqrt(w)[:, None]
    base = np.linalg.svd(racine * x, full_matrices=False)
    q = base.U[:, PART_PROPRE * base.S[0] < base.S]

    def residual(v: Tableau) -> Tableau:
        pondere = racine * v
        return np.asarray(pondere - q @ (q.T @ pondere))

    ry, z = residual(np.nan_to_num(y)[:, None]), residual(groups)
    norme = (z**2).sum(axis=0)
    propre = norme > PART_PROPRE * (racine**2 * groups).sum(axis=0).clip(min=1e-12)
    with np.errstate(divide="ignore", invalid="ignore"):
        ecart = np.where(propre, (z * ry).sum(axis=0) / norme, np.nan)
        influence = np.where(racine > 0, z * (ry - z * np.nan_to_num(ecart)) / norme / racine**2, 0.0)
    n = (repondu[:, None] * groups).sum(axis=0)
    if design.perturbation is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            coefficients = z * racine / norme
        ecart, se, n = _publish(design, answers, groups, ecart, np.nan_to_num(coefficients))
    else:
        se = np.sqrt(design.variance(np.nan_to_num(influence)))
    return _build_frame(ecart, np.where(propre, se, np.nan), n - 1)


def _publish(
    design: Design, answers: pd.Series, groups: Tableau, difference: Tableau, coefficients: Tableau
) -> tuple[Tableau, Tableau, Tableau]:
    """L'écart, son erreur type et n tels qu'ils se publient ; `coefficients` : Σ c·y = écart.

    L'écart bouge comme les cellules de son groupe et des autres, chacune de d réponses parmi n, et pour son
    compte de ce que la structure ajoute ou retire, au plus, à une réponse. Sa variance est celle que l'on
    attend de Σ c·y.
    """
    cles = design.perturbation
    assert cles is not None
    valeurs, noms = answers.to_numpy(dtype=float)[:, None], [answers.name]
    repondu = np.isfinite(valeurs)
    dedans, dehors = csr_array(groups.T), csr_array((1 - groups).T)
    exact = np.asarray(dedans @ repondu)[:, 0]
    n, reste = np.maximum(exact, 1.0), np.maximum(np.asarray(dehors @ repondu)[:, 0], 1.0)
    d, autres = (cles.draw(m, valeurs, noms)[:, 0] for m in (dedans, dehors))
    simple = repondu * (groups / n - (1 - groups) / reste)
    portee = np.abs(coefficients - simple).max(axis=0)
    p = np.clip((dedans @ np.nan_to_num(valeurs)[:, 0] + d) / n, 0.0, 1.0)
    ouvert = (1 - design.strata.sizes / design.strata.populations)[design.strata.codes]
    variance = p * (1 - p) * (ouvert @ coefficients**2)
    bruit = cles.law.variance * (1 / n**2 + 1 / reste**2) + cles.gap_law.variance * portee**2
    decalage = d / n - autres / reste + cles.draw_gap(dedans, valeurs, noms)[:, 0] * portee
    publie = publish_counts(cles, exact[:, None], valeurs, dedans, noms)[:, 0]
    return difference + decalage, np.sqrt(variance + bruit), publie


def _build_frame(difference: Tableau, se: Tableau, df: Tableau) -> pd.DataFrame:
    p_value = student_p_value(difference, se, df)
    colonnes: dict[str, Any] = {"difference": difference, "se": se, "p_value": p_value}
    for nom, niveau in LEVELS.items():
        bas, haut = student(difference, se, df, niveau)
        colonnes |= {
            f"low_{nom}": bas, f"high_{nom}": haut, f"class_{nom}": get_sign(bas, haut, p_value, niveau)
        }  # fmt: skip
    return pd.DataFrame(colonnes)
