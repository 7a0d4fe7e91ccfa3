"""Les départements par modèle : régression multiniveau et post-stratification.

logit P(oui) = constante + couverture + type + u(département) + v(région) + w(strate), où u, v, w sont
des effets aléatoires gaussiens : un département peu répondant est ramené vers sa région, puis vers
l'ensemble. La part d'un département est la moyenne des parts prédites de ses cellules (strate ×
couverture), pondérée par le nombre de collectivités du cadre. Ces estimations sont montrées comme telles,
jamais mêlées aux directes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit

from barometre.domain.formats import format_compte
from barometre.stats.mrp_fit import Termes, fit
from barometre.stats.mrp_grille import Melange, fit_melange

# En dessous, les variances des effets ne s'estiment pas : on le dit plutôt que d'inventer.
MINIMUM_REPONDANTS = 50
TIRAGES = 400
GRAINE = 20231122
COLONNES: tuple[str, ...] = ("departement", "region", "strate", "couverture")
# Effets fixes (loi a priori large), puis effets aléatoires (variance estimée).
FIXES: tuple[str, ...] = ("couverture", "type")
ALEATOIRES: tuple[str, ...] = ("departement", "region", "strate")

Reels = NDArray[np.float64]


class ModelError(ValueError):
    """Un modèle que l'on ne peut pas ajuster ; le message dit pourquoi."""


@dataclass(frozen=True, eq=False)
class _Cellules:
    """Le cadre : une ligne par département × strate × couverture, avec sa population et ses termes."""

    table: pd.DataFrame
    termes: Termes


def estimate_departements(
    sample: pd.DataFrame, answers: pd.Series, frame: pd.DataFrame, *, level: float = 0.95
) -> pd.DataFrame:
    """Une ligne par département du cadre : territoire, n, estimate, low, high.

    `sample` : une ligne par répondant (departement, region, strate, couverture ; departement vide pour un
    conseil régional). `answers` : 1, 0 ou NaN, dans le même ordre. `frame` : mêmes colonnes et `population`,
    le nombre de collectivités. L'intervalle (hors biais de participation) est celui du mélange des lois a
    posteriori (`mrp_grille`, tirages à graine fixe), avec l'aléa des collectivités qui n'ont pas répondu.
    """
    repondants, oui = _read_answers(sample, answers)
    cadre = _read_frame(frame, repondants)
    table = pd.concat([repondants, cadre], ignore_index=True)
    termes = Termes.build([table[c].to_numpy(dtype=object) for c in FIXES + ALEATOIRES], len(FIXES))
    siens = termes.take(np.arange(len(oui)))
    ajuste = fit_melange(siens, oui, fit(siens, oui))
    cellules = _Cellules(cadre, termes.take(np.arange(len(oui), len(table))))
    n = repondants["departement"].value_counts()
    return _poststratify(cellules, ajuste, n, level)


def _read_answers(sample: pd.DataFrame, answers: pd.Series) -> tuple[pd.DataFrame, Reels]:
    absentes = [c for c in COLONNES if c not in sample]
    if absentes:
        raise ModelError(f"Il manque aux répondants : {', '.join(absentes)}.")
    if len(sample) != len(answers):
        lus, reponses = format_compte(len(sample), "répondant"), format_compte(len(answers), "réponse")
        raise ModelError(f"{lus} pour {reponses}.")
    oui = answers.to_numpy(dtype=float)
    connues = ~np.isnan(oui)
    if not np.isin(oui[connues], (0.0, 1.0)).all():
        raise ModelError("Une réponse n'est ni 1, ni 0, ni absente.")
    if connues.sum() < MINIMUM_REPONDANTS:
        raise ModelError(
            f"Trop peu de réponses pour une estimation par modèle : {int(connues.sum())}, il en faut "
            f"{MINIMUM_REPONDANTS}. Le chiffre à retenir est celui de la région ou de la France."
        )
    return _label(sample)[connues].reset_index(drop=True), oui[connues]


def _label(table: pd.DataFrame) -> pd.DataFrame:
    libelles = pd.DataFrame({c: table[c].astype("str").fillna("") for c in COLONNES})
    types = {strate: strate.split("-")[0] for strate in libelles["strate"].unique()}
    return libelles.assign(type=libelles["strate"].map(types))


def _read_frame(frame: pd.DataFrame, repondants: pd.DataFrame) -> pd.DataFrame:
    absentes = [c for c in (*COLONNES, "population") if c not in frame]
    if absentes:
        raise ModelError(f"Il manque au cadre : {', '.join(absentes)}.")
    population = frame["population"].to_numpy(dtype=float)
    if not np.isfinite(population).all() or (population < 0).any():
        raise ModelError("Une population du cadre est absente ou négative.")
    cadre = _label(frame).assign(population=population)
    cadre = cadre[(cadre["departement"] != "") & (cadre["population"] > 0)].reset_index(drop=True)
    inconnus = sorted(set(repondants["departement"]) - set(cadre["departement"]) - {""})
    if inconnus:
        raise ModelError(f"« {inconnus[0]} » a des répondants mais aucune collectivité dans le cadre.")
    return cadre


def _poststratify(cellules: _Cellules, ajuste: Melange, repondants: pd.Series, level: float) -> pd.DataFrame:
    territoires, rang = np.unique(cellules.table["departement"].to_numpy(dtype=str), return_inverse=True)
    population = cellules.table["population"].to_numpy(dtype=float)
    regroupe = sparse.csr_matrix((population, (rang, np.arange(len(rang)))))
    total = regroupe.sum(axis=1).A1
    n = repondants.reindex(territoires).fillna(0).to_numpy(dtype=float)
    rng = np.random.default_rng(GRAINE)
    tirages = expit(cellules.termes.predict(ajuste.draw(rng, TIRAGES)))
    parts = (regroupe @ tirages) / total[:, None]
    # Les collectivités qui n'ont pas répondu varient autour de leur probabilité.
    autres = np.clip(np.rint(total - n), 0, None).astype(np.int64)[:, None]
    realisees = (n[:, None] * parts + rng.binomial(autres, np.clip(parts, 0, 1))) / (n[:, None] + autres)
    bas, haut = np.quantile(realisees, [0.5 - level / 2, 0.5 + level / 2], axis=1)
    part = (regroupe @ (expit(cellules.termes.predict(ajuste.modes.T)) @ ajuste.poids)) / total
    colonnes = {"estimate": part, "low": np.minimum(bas, part), "high": np.maximum(haut, part)}
    return pd.DataFrame({"territoire": territoires, "n": n.astype(int), **colonnes})
