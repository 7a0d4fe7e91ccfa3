"""Les poids d'un questionnaire à une vague : base par strate, calage, et ce qu'il a fallu pour y arriver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from barometre.pipeline.regroupements import COLONNES, merge_levels
from barometre.stats.calibration import Calibration, CalibrationError, calibrate, rake

MARGES = ("strate", "region", "couverture")
METHODE = "calage logit, rapport des poids entre 0,25 et 5"
Voisins = Mapping[str, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Redressement:
    """Les poids des répondants (index : collectivite_id) et le récit du calage."""

    # strate, region, couverture après regroupement ; poids_base ; poids ; population (N_h)
    repondants: pd.DataFrame
    marges: tuple[str, ...]
    methode: str
    calage: Calibration | None
    regroupements: pd.DataFrame
    replis: tuple[str, ...] = field(default=())


def compute_weights(cadre: pd.DataFrame, repondants: pd.Index, voisins: Voisins) -> Redressement:
    """Cale les répondants sur le cadre. `cadre` : strate, region, couverture par collectivité."""
    population = {m: cadre[m].value_counts(sort=False).astype("float64") for m in MARGES}
    echantillon = cadre.loc[repondants, list(MARGES)].astype("object")
    echantillon, marges, rapport = _collapse(echantillon, population, voisins)
    tailles = echantillon["strate"].map(echantillon["strate"].value_counts())
    n_h = echantillon["strate"].map(marges["strate"])
    base = (n_h / tailles).astype("float64")
    retenues, methode, calage, replis = _calibrate(echantillon, marges, base)
    return Redressement(
        repondants=echantillon.assign(
            poids_base=base,
            poids=base if calage is None else calage.weights,
            population=n_h.astype("float64"),
        ),
        marges=retenues,
        methode=methode,
        calage=calage,
        regroupements=rapport,
        replis=replis,
    )


def _collapse(
    echantillon: pd.DataFrame, population: dict[str, pd.Series], voisins: Voisins
) -> tuple[pd.DataFrame, dict[str, pd.Series], pd.DataFrame]:
    """Regroupe les modalités trop rares, marge par marge."""
    marges: dict[str, pd.Series] = {}
    rapport: list[dict[str, Any]] = []
    for nom in MARGES:
        valeurs, marge, lignes = merge_levels(echantillon[nom], population[nom], voisins.get(nom, {}))
        echantillon = echantillon.assign(**{nom: valeurs})
        marges[nom] = marge
        rapport += lignes
    return echantillon, marges, pd.DataFrame(rapport, columns=COLONNES)


def _calibrate(
    echantillon: pd.DataFrame, marges: dict[str, pd.Series], base: pd.Series
) -> tuple[tuple[str, ...], str, Calibration | None, tuple[str, ...]]:
    """Logit d'abord ; sinon le raking, puis moins de marges, puis la strate seule. Chaque repli est dit."""
    replis: list[str] = []
    for retenues in (MARGES, ("strate", "region"), ("strate",)):
        cibles = {m: marges[m] for m in retenues}
        for methode, caler in _methods():
            try:
                calage = caler(echantillon[list(retenues)], cibles, base)
            except CalibrationError as erreur:
                replis.append(f"{methode} sur {', '.join(retenues)} : {erreur}")
                continue
            return retenues, methode, calage, tuple(replis)
    return ("strate",), "post-stratification par strate", None, tuple(replis)


Caleur = Callable[[pd.DataFrame, dict[str, pd.Series], pd.Series], Calibration]


def _methods() -> list[tuple[str, Caleur]]:
    return [
        (METHODE, lambda e, m, b: calibrate(e, m, method="logit", base_weights=b)),
        ("raking", lambda e, m, b: rake(e, m, base_weights=b)),
    ]
