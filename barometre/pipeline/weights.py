"""Les poids d'un questionnaire à une vague : base par strate, calage, et ce qu'il a fallu pour y arriver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import pandas as pd

from barometre.domain.formats import format_au_plus
from barometre.pipeline.regroupements import COLONNES, merge_levels
from barometre.stats.bias import describe_response, remove_noise
from barometre.stats.calibration import Calibration, CalibrationError, rake

MARGES = ("strate", "region", "couverture")
# Marge de plus quand les typologies de l'État sont chargées ; les collectivités sans densité (EPCI,
# départements…) en forment une modalité.
DENSITE = "densite"
SANS_DENSITE = "sans objet"
# Le rapport du poids calé au poids de base : CONCEPTION §4.2, puis élargi avant d'ôter une marge.
BORNES = ((0.25, 5.0), (0.1, 10.0))
Voisins = Mapping[str, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Redressement:
    """Les poids des répondants (index : collectivite_id) et le récit du calage."""

    # les marges après regroupement ; poids_base ; poids ; population (N_h)
    repondants: pd.DataFrame
    marges: tuple[str, ...]
    methode: str
    calage: Calibration | None
    regroupements: pd.DataFrame
    # taux, CV et partiels des propensions (`describe_response`) ; None quand tout le cadre a répondu
    reponse: pd.DataFrame | None
    replis: tuple[str, ...] = field(default=())
    # les totaux visés, pour refaire le calage autrement
    totaux: Mapping[str, pd.Series] = field(default_factory=dict)

    @property
    def cv(self) -> float:
        """La dispersion des propensions à répondre, plancher de bruit ôté ; 0 sans absentes."""
        return 0.0 if self.reponse is None else float(remove_noise(self.reponse.iloc[0]))


def compute_weights(cadre: pd.DataFrame, repondants: pd.Index, voisins: Voisins) -> Redressement:
    """Cale les répondants sur le cadre (strate, region, couverture, et densite s'il y en a une)."""
    reponse = _describe(cadre, repondants)
    cadre = _read_margins(cadre)
    population = {str(m): cadre[m].value_counts(sort=False).astype("float64") for m in cadre}
    echantillon, marges, rapport = _collapse(cadre.loc[repondants], population, voisins)
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
        reponse=reponse,
        replis=replis,
        totaux={m: marges[m] for m in retenues},
    )


def adjust_weights(redressement: Redressement, marges: tuple[str, ...]) -> Redressement:
    """Le même questionnaire, redressé sur ces marges seulement ; il les a toutes.

    Sert à refaire deux vagues de la même façon ; sans calage possible, restent les poids de base.
    """
    r, totaux = redressement.repondants, {m: redressement.totaux[m] for m in marges}
    try:
        calage = rake(r[list(marges)], totaux, base_weights=r["poids_base"])
    except CalibrationError:
        calage = None
    poids = r["poids_base"] if calage is None else calage.weights
    retenues = marges if calage is not None else ("strate",)
    return replace(
        redressement, repondants=r.assign(poids=poids), marges=retenues, calage=calage, totaux=totaux
    )


def _describe(cadre: pd.DataFrame, repondants: pd.Index) -> pd.DataFrame | None:
    """Qui a répondu le plus volontiers, par type et par marge ; None si tout le cadre a répondu."""
    variables = ("type", *MARGES)
    has_repondu = repondants.get_indexer(cadre.index) >= 0
    if has_repondu.all():
        return None
    explicatives = cadre[list(variables)].astype("object").astype("category")
    return describe_response(explicatives, has_repondu, variables)


def _read_margins(cadre: pd.DataFrame) -> pd.DataFrame:
    """Les marges du cadre, en texte ; la densité seulement si une donnée de l'État l'a apportée."""
    marges = cadre[list(MARGES)].astype("object")
    if DENSITE in cadre and cadre[DENSITE].notna().any():
        marges[DENSITE] = cadre[DENSITE].astype("object").fillna(SANS_DENSITE)
    return marges


def _collapse(
    echantillon: pd.DataFrame, population: dict[str, pd.Series], voisins: Voisins
) -> tuple[pd.DataFrame, dict[str, pd.Series], pd.DataFrame]:
    """Regroupe les modalités trop rares, marge par marge."""
    marges: dict[str, pd.Series] = {}
    rapport: list[dict[str, Any]] = []
    for nom, total in population.items():
        valeurs, marge, lignes = merge_levels(echantillon[nom], total, voisins.get(nom, {}))
        echantillon = echantillon.assign(**{nom: valeurs})
        marges[nom] = marge
        rapport += lignes
    return echantillon, marges, pd.DataFrame(rapport, columns=COLONNES)


def _calibrate(
    echantillon: pd.DataFrame, marges: dict[str, pd.Series], base: pd.Series
) -> tuple[tuple[str, ...], str, Calibration | None, tuple[str, ...]]:
    """Toujours le raking, pour que deux vagues aient les mêmes poids à réponses égales.

    Les bornes s'élargissent avant qu'une marge, la dernière, ne soit ôtée ; chaque repli est dit.
    """
    replis: list[str] = []
    noms = tuple(marges)
    for retenues, bornes in product([noms[:k] for k in range(len(noms), 0, -1)], BORNES):
        try:
            calage = rake(echantillon[list(retenues)], {m: marges[m] for m in retenues}, base_weights=base)
            _check_ratios(calage, bornes)
        except CalibrationError as erreur:
            replis.append(f"raking sur {', '.join(retenues)} : {erreur}")
            continue
        return retenues, f"raking, rapport des poids entre {_bounds(bornes)}", calage, tuple(replis)
    return ("strate",), "post-stratification par strate", None, tuple(replis)


def _check_ratios(calage: Calibration, bornes: tuple[float, float]) -> None:
    bas, haut = bornes
    if calage.ratio_min < bas or calage.ratio_max > haut:
        raise CalibrationError(
            f"le rapport des poids va de {_bounds((calage.ratio_min, calage.ratio_max), 'à')}, "
            f"hors des bornes {_bounds(bornes)}."
        )


def _bounds(bornes: tuple[float, float], liaison: str = "et") -> str:
    return f" {liaison} ".join(format_au_plus(b) for b in bornes)
