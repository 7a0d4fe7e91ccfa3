"""Départements par modèle : couverture de l'intervalle à 95 %, dispersion insérée ou intégrée.

Un cadre de 35 000 collectivités aux dispersions de départements et de régions connues, des répondantes
tirées au hasard. « Pire tirage » : la part de départements couverts au tirage le moins bon, ce qu'une moyenne
cacherait.
`python -m tests.bench modele`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
from scipy.special import expit

from barometre.stats import mrp
from barometre.stats.mrp_fit import Ajustement, Termes
from barometre.stats.mrp_grille import Melange, fit_melange
from tests.stats.cubes import STRATES, draw_respondents

TAILLES = (300, 800, 2_400)
DISPERSIONS = ((0.1, 0.1), (0.3, 0.2), (0.5, 0.5))  # logit : départements, régions
TIRAGES = 16
CADRE = 35_000
CELLULES = ["departement", "region", "strate", "couverture"]


def run() -> list[dict[str, Any]]:
    """Une ligne par taille et par dispersion, les deux méthodes sur les mêmes tirages."""
    return [
        _measure(taille, ecarts, rang)
        for rang, (taille, ecarts) in enumerate((t, e) for t in TAILLES for e in DISPERSIONS)
    ]


def _measure(taille: int, ecarts: tuple[float, float], rang: int) -> dict[str, Any]:
    couvertures: dict[str, list[float]] = {"insérée": [], "intégrée": []}
    largeurs: dict[str, list[float]] = {"insérée": [], "intégrée": []}
    for cadre, echantillon in _draw_worlds(taille, ecarts, 1000 * rang):
        cellules = cadre.groupby(CELLULES).size().rename("population").reset_index()
        vraies = cadre.groupby("departement")["y"].mean()
        for nom, methode in (("insérée", plug_in), ("intégrée", fit_melange)):
            estime = _estimate(echantillon, cellules, methode).set_index("territoire")
            vrai = vraies.loc[estime.index]
            couvertures[nom].append(float(((estime["low"] <= vrai) & (vrai <= estime["high"])).mean()))
            largeurs[nom].append(float((estime["high"] - estime["low"]).median()))
    ligne: dict[str, Any] = {"réponses": taille, "σ département": ecarts[0], "σ région": ecarts[1]}
    for nom, parts in couvertures.items():
        ligne[f"{nom} : moyenne"] = f"{np.mean(parts):.1%}"
        ligne[f"{nom} : pire tirage"] = f"{min(parts):.1%}"
        ligne[f"{nom} : largeur (points)"] = f"{100 * np.mean(largeurs[nom]):.1f}"
    return ligne


def plug_in(termes: Termes, oui: np.ndarray, depart: Ajustement) -> Melange:
    """La méthode d'avant : un seul nœud, aux dispersions estimées."""
    return fit_melange(termes, oui, depart, np.sqrt(depart.variances[None, :2]))


def _estimate(
    echantillon: pd.DataFrame, cellules: pd.DataFrame, methode: Callable[..., Melange]
) -> pd.DataFrame:
    with patch.object(mrp, "fit_melange", methode):
        return mrp.estimate_departements(echantillon, echantillon["y"], cellules)


def _draw_worlds(
    taille: int, ecarts: tuple[float, float], graine: int
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    for tirage in range(TIRAGES):
        hasard = np.random.default_rng(graine + tirage)
        cadre = draw_respondents(graine + tirage, CADRE).drop(columns="y")
        eta = -0.4 + 0.5 * (cadre["couverture"] == "adherente") + 0.3 * (cadre["type"] == "epci")
        for colonne, ecart in (("departement", ecarts[0]), ("region", ecarts[1]), ("strate", 0.6)):
            modalites = list(STRATES) if colonne == "strate" else sorted(set(cadre[colonne]))
            eta += cadre[colonne].map({m: hasard.normal(0, ecart) for m in modalites})
        cadre["y"] = (hasard.random(CADRE) < expit(eta)).astype(float)
        yield cadre, cadre.sample(taille, random_state=tirage)
