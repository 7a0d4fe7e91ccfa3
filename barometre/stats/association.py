"""Comparer un groupe à des unités comparables : même répartition par strate, écart par strate, pondéré.

Une association n'est pas une preuve : les bénéficiaires d'un programme ont pu être choisis parce qu'ils
étaient déjà en avance, ou en retard.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

# En dessous, un écart ne dit rien et le secret ne tient pas.
EFFECTIF_MINIMAL = 30
# Une strate où l'un des deux groupes est seul n'a pas de variance : elle est laissée de côté.
STRATE_MINIMALE = 2
NIVEAU = 0.95
COLONNES = [
    "item",
    "n_1",
    "n_0",
    "oui_1",
    "oui_0",
    "p_1",
    "p_0",
    "difference",
    "se",
    "bas",
    "haut",
    "p_value",
]


def compare_standardised(answers: pd.DataFrame, treated: pd.Series, strata: pd.Series) -> pd.DataFrame:
    """Une ligne par chiffre : part chez les bénéficiaires, chez les comparables, écart et intervalle.

    `answers` : unité × chiffre (1, 0, NaN) ; `treated` : booléen ; `strata` : strate. Les comparables ont
    le poids qui leur donne la répartition par strate des bénéficiaires (standardisation directe).
    """
    lignes = [_compare(answers[item], treated, strata) for item in answers]
    return pd.DataFrame(
        [{"item": i, **ligne} for i, ligne in zip(answers, lignes, strict=True)], columns=COLONNES
    )


def adjust_p_values(p_values: pd.Series) -> pd.Series:
    """Benjamini-Hochberg sur les valeurs connues."""
    connues = p_values.dropna()
    if connues.empty:
        return p_values
    return pd.Series(stats.false_discovery_control(connues), index=connues.index).reindex(p_values.index)


def _compare(answers: pd.Series, treated: pd.Series, strata: pd.Series) -> dict[str, float]:
    table = _cells(answers, treated, strata)
    n1, n0 = table["n_1"].sum(), table["n_0"].sum()
    if table.empty:
        return {"n_1": 0, "n_0": 0}
    poids = table["n_1"] / n1
    p1, p0 = table["oui_1"] / table["n_1"], table["oui_0"] / table["n_0"]
    difference = float((poids * (p1 - p0)).sum())
    variance = (poids**2 * (_variance(p1, table["n_1"]) + _variance(p0, table["n_0"]))).sum()
    se = float(np.sqrt(variance))
    seuil = float(stats.norm.ppf(0.5 + NIVEAU / 2))
    return {
        "n_1": int(n1), "n_0": int(n0),
        "oui_1": int(table["oui_1"].sum()), "oui_0": int(table["oui_0"].sum()),
        "p_1": float((poids * p1).sum()), "p_0": float((poids * p0).sum()),
        "difference": difference, "se": se,
        "bas": difference - seuil * se, "haut": difference + seuil * se,
        "p_value": float(2 * stats.norm.sf(abs(difference) / se)) if se > 0 else np.nan,
    }  # fmt: skip


def _cells(answers: pd.Series, treated: pd.Series, strata: pd.Series) -> pd.DataFrame:
    """Par strate gardée : effectifs et « oui » des deux groupes."""
    repondu = answers.notna()
    groupes = answers[repondu].groupby([strata[repondu], treated[repondu]], observed=True)
    comptes = groupes.agg(["size", "sum"]).unstack(fill_value=0)
    colonnes = {
        ("size", True): "n_1",
        ("size", False): "n_0",
        ("sum", True): "oui_1",
        ("sum", False): "oui_0",
    }
    table = pd.DataFrame({nom: comptes.get(cle, 0.0) for cle, nom in colonnes.items()}, index=comptes.index)
    return table[table["n_1"].ge(STRATE_MINIMALE) & table["n_0"].ge(STRATE_MINIMALE)]


def _variance(p: pd.Series, n: pd.Series) -> pd.Series:
    return p * (1 - p) / (n - 1)
