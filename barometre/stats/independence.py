"""Une réponse dépend-elle d'un groupe ? Test de Rao et Scott (1984), correction du second ordre."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from barometre.stats.design import Design
from barometre.stats.estimation import read_answers, read_groups
from barometre.stats.strata import DesignError

Tableau = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Independence:
    """Statistique F, ses degrés de liberté, et sa probabilité si la réponse ne dépend pas du groupe."""

    f: float
    df_1: float
    df_2: float
    p_value: float


def check_independence(design: Design, answers: pd.Series, groups: pd.Series) -> Independence:
    """F = X²/tr(Δ), Δ = (C'D⁻¹C/n)⁻¹·C'D⁻¹VD⁻¹C, D les parts observées, C les contrastes d'interaction."""
    etiquettes, appartenance = read_groups(design, groups)
    y = read_answers(design, answers.to_frame(), "proportion")
    dedans = appartenance.toarray() * np.isfinite(y)
    # Une colonne par case du tableau groupe × réponse.
    cases = np.hstack([dedans * (np.nan_to_num(y) == 0), dedans * (np.nan_to_num(y) == 1)])
    w = design.weights * (dedans.sum(axis=1) > 0)
    parts = w @ cases / w.sum() if w.sum() > 0 else np.zeros(cases.shape[1])
    if len(etiquettes) < 2 or not (parts > 0).all():
        raise DesignError("Le test demande au moins deux groupes, et des oui et des non dans chacun.")
    u = np.where((w > 0)[:, None], (cases - parts) / w.sum(), 0.0)
    delta = _compare_variances(parts, design.covariance(u), design.size)
    trace = float(np.trace(delta))
    ddl = trace**2 / float(np.trace(delta @ delta))
    ddl_plan = ddl * (design.size - design.strata.sizes.size)
    f = _pearson(parts.reshape(2, -1), design.size) / trace
    return Independence(f, ddl, ddl_plan, float(special.fdtrc(ddl, ddl_plan, f)))


def _compare_variances(shares: Tableau, covariance: Tableau, n: int) -> Tableau:
    """Δ : la variance du plan rapportée à celle d'un sondage simple, sur les contrastes d'interaction."""
    k = shares.size // 2
    reponse, groupe = np.repeat([0.0, 1.0], k), np.tile(np.eye(k), (2, 1))
    principal = np.column_stack([reponse, groupe])
    croise = groupe[:, 1:] * reponse[:, None]
    contrastes = croise - principal @ np.linalg.lstsq(principal, croise, rcond=None)[0]
    pondere = contrastes / shares[:, None]
    return np.asarray(np.linalg.solve(contrastes.T @ pondere / n, pondere.T @ covariance @ pondere))


def _pearson(table: Tableau, n: int) -> float:
    """X² de Pearson d'un tableau de parts."""
    attendu = np.outer(table.sum(axis=1), table.sum(axis=0))
    return float(n * ((table - attendu) ** 2 / attendu).sum())
