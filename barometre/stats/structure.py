"""Un groupe face aux autres à structure égale : le coefficient d'une régression pondérée, et sa variance.

y = a·1_groupe + X·b, moindres carrés pondérés par les poids calés, X les variables de structure : l'écart a
se lit sur les seules différences que X n'explique pas (Frisch-Waugh-Lovell, un groupe à la fois). Sa
variance est celle du plan, sur l'influence z·e/Σwz² (Fuller 1975 ; Binder 1983), z le résidu de
l'indicatrice sur X.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from barometre.domain.formats import format_compte
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
    groupes = (groups.to_numpy()[:, None] == noms.to_numpy()[None, :]).astype(float)
    valeurs = answers.to_numpy(dtype=float)
    ecart, se, n = np.empty((3, noms.size, answers.shape[1]))
    # Les options d'une question ont les mêmes répondants : leur structure se projette une fois.
    for colonnes in _list_same_answered(np.isfinite(valeurs)):
        projection = _project(design, np.isfinite(valeurs[:, colonnes[0]]), groupes, x)
        y, items = valeurs[:, colonnes], list(answers.columns[colonnes])
        compare = _compare if design.perturbation is None else _publish
        ecart[:, colonnes], se[:, colonnes], n[:, colonnes] = compare(design, projection, y, items)
    cadre = _build_frame(ecart.T.ravel(), se.T.ravel(), n.T.ravel() - 1)
    return cadre.assign(**{
        "item": np.repeat(answers.columns.to_numpy(), noms.size),
        str(groups.name): np.tile(noms.to_numpy(), answers.shape[1]),
    })  # fmt: skip


def _list_same_answered(answered: npt.NDArray[np.bool_]) -> list[npt.NDArray[np.intp]]:
    """Les colonnes réunies par mêmes répondants ; `answered` : unité × colonne."""
    memes: dict[bytes, list[int]] = {}
    for k in range(answered.shape[1]):
        memes.setdefault(answered[:, k].tobytes(), []).append(k)
    return [np.array(colonnes) for colonnes in memes.values()]


def _read_structure(design: Design, structure: pd.DataFrame) -> Tableau:
    if structure.isna().any(axis=None):
        raise DesignError(
            f"La structure manque pour {format_compte(structure.isna().any(axis=1).sum(), 'répondant')}."
        )
    colonnes = [np.ones((design.size, 1))]
    for _, valeurs in structure.items():
        if pd.api.types.is_numeric_dtype(valeurs):
            colonnes.append(valeurs.to_numpy(dtype=float)[:, None])
        else:
            codes, modalites = pd.factorize(valeurs)
            colonnes.append(np.eye(len(modalites))[codes][:, 1:])
    return np.hstack(colonnes)


@dataclass(frozen=True, slots=True, eq=False)
class _Projection:
    """Ce que les répondants et la structure disent des écarts, réponses mises à part.

    `groups`, `z` (le résidu) et `coefficients` (Σ c·y = écart) : unité × groupe ; `own`, vrai si le groupe se
    distingue de la structure.
    """

    answered: npt.NDArray[np.bool_]
    groups: Tableau
    root: Tableau
    basis: Tableau
    z: Tableau
    own: npt.NDArray[np.bool_]
    coefficients: Tableau

    def compute_residual(self, v: Tableau) -> Tableau:
        """Ce que la structure n'explique pas de v, pondéré."""
        pondere = self.root * v
        return np.asarray(pondere - self.basis @ (self.basis.T @ pondere))


def _project(design: Design, answered: npt.NDArray[np.bool_], groups: Tableau, x: Tableau) -> _Projection:
    racine = np.sqrt(np.where(answered, design.weights, 0.0))[:, None]
    base = np.linalg.svd(racine * x, full_matrices=False)
    q = base.U[:, PART_PROPRE * base.S[0] < base.S]
    pondere = racine * groups
    z = np.asarray(pondere - q @ (q.T @ pondere))
    norme = (z**2).sum(axis=0)
    propre = norme > PART_PROPRE * (racine**2 * groups).sum(axis=0).clip(min=1e-12)
    with np.errstate(divide="ignore", invalid="ignore"):
        coefficients = np.where(propre, z * racine / norme, np.nan)
    return _Projection(answered, groups, racine, q, z, propre, coefficients)


def _compare(
    design: Design, projection: _Projection, y: Tableau, items: Sequence[object]
) -> tuple[Tableau, Tableau, Tableau]:
    """L'écart, son erreur type de plan et n, groupe × chiffre."""
    p = projection
    ry, norme = p.compute_residual(np.nan_to_num(y)), (p.z**2).sum(axis=0)
    ecart = p.coefficients.T @ np.nan_to_num(y)
    erreurs = np.empty_like(ecart)
    with np.errstate(divide="ignore", invalid="ignore"):
        for k in range(len(items)):
            reste = ry[:, [k]] - p.z * np.nan_to_num(ecart[:, k])
            influence = np.where(p.root > 0, p.z * reste / norme / p.root**2, 0.0)
            erreurs[:, k] = np.sqrt(design.variance(np.nan_to_num(influence)))
    n = np.repeat((p.answered @ p.groups)[:, None], len(items), axis=1)
    return ecart, np.where(p.own[:, None], erreurs, np.nan), n


def _publish(
    design: Design, projection: _Projection, y: Tableau, items: Sequence[object]
) -> tuple[Tableau, Tableau, Tableau]:
    """L'écart, son erreur type et n tels qu'ils se publient, groupe × chiffre.

    L'écart bouge comme les cellules de son groupe et des autres, chacune de d réponses parmi n, et pour son
    compte de ce que la structure ajoute ou retire, au plus, à une réponse. Sa variance est celle que l'on
    attend de Σ c·y.
    """
    cles, groupes = design.perturbation, projection.groups
    assert cles is not None
    dedans, dehors = csr_array(groupes.T), csr_array((1 - groupes).T)
    exact, hors = (np.asarray(m @ projection.answered.astype(float))[:, None] for m in (dedans, dehors))
    n, reste = np.maximum(exact, 1.0), np.maximum(hors, 1.0)
    cles = cles.keep_sums(dedans, y)
    d, autres = (cles.draw_share(m, y, items) for m in (dedans, dehors))
    simple = projection.answered[:, None] * (groupes / n.T - (1 - groupes) / reste.T)
    portee = np.abs(np.nan_to_num(projection.coefficients) - simple).max(axis=0)[:, None]
    publie = publish_counts(cles, np.repeat(exact, y.shape[1], axis=1), y, dedans, items)
    # leur part brute, du même bruit que celle de la cellule
    p = np.clip((dedans @ np.nan_to_num(y) + d + cles.draw_second(dedans, y, items, publie)) / n, 0.0, 1.0)
    ouvert = (1 - design.strata.sizes / design.strata.populations)[design.strata.codes]
    variance = p * (1 - p) * (ouvert @ projection.coefficients**2)[:, None]
    v_d, v_autres = (cles.measure_variance(m, y) for m in (dedans, dehors))
    bruit = v_d / n**2 + v_autres / reste**2 + cles.gap_law.variance * portee**2
    decalage = d / n - autres / reste + cles.draw_gap(dedans, y, items) * portee
    return projection.coefficients.T @ np.nan_to_num(y) + decalage, np.sqrt(variance + bruit), publie


def _build_frame(difference: Tableau, se: Tableau, df: Tableau) -> pd.DataFrame:
    p_value = student_p_value(difference, se, df)
    colonnes: dict[str, Any] = {"difference": difference, "se": se, "p_value": p_value}
    for nom, niveau in LEVELS.items():
        bas, haut = student(difference, se, df, niveau)
        colonnes |= {
            f"low_{nom}": bas, f"high_{nom}": haut, f"class_{nom}": get_sign(bas, haut, p_value, niveau)
        }  # fmt: skip
    return pd.DataFrame(colonnes)
