"""Chaque région et chaque département, tel qu'il serait avec les tailles du pays (standardisation directe).

Les tranches sont celles de la grille `structure_egale` du catalogue : assez larges pour qu'une région y ait
des réponses partout. Départements, régions et EPT n'y entrent pas : un territoire n'en a presque qu'un.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from barometre.catalogue import Catalogue
from barometre.domain.indicateur import Indicateur
from barometre.domain.secret import get_seuil
from barometre.domain.structure import GRILLE, NIVEAUX_EGAUX, TYPES_DECOUPES, TYPES_EGAUX
from barometre.pipeline.terrain import Terrain
from barometre.stats.estimation import DomainEstimates
from barometre.stats.standardisation import SANS_MANQUE, Standardised, adjust_domains

COLONNES = ("egal", "egal_bas", "egal_haut", "egal_note", "egal_manque")


def build_tranches(cadre: pd.DataFrame, catalogue: Catalogue) -> pd.Series:
    """La tranche de chaque collectivité du cadre ; vide hors des communes et des EPCI."""
    grille = catalogue.grilles[GRILLE]
    tranches = pd.Series("", index=cadre.index, dtype="object")
    for strate in grille.strates:
        if strate.type in TYPES_DECOUPES:
            population = cadre["population"].astype("float64")
            dedans = population.ge(strate.minimum) & population.le(strate.maximum or np.inf)
            tranches[cadre["type"].eq(strate.type) & dedans] = strate.id
    return tranches


def compute_egales(
    terrain: Terrain, tranches: pd.Series, chiffres: DomainEstimates, indicateurs: Sequence[Indicateur]
) -> pd.DataFrame:
    """Par indicateur × cellule gardée, dans cet ordre : la part à structure égale, ou la tranche qui manque.

    Vide hors des régions et départements, toutes collectivités ou communes, sans autre découpage.
    """
    cellules = terrain.cellules.iloc[terrain.gardees].reset_index(drop=True)
    vide = np.full((len(cellules), len(indicateurs)), np.nan)
    colonnes = {nom: vide.copy() for nom in COLONNES[:3]}
    colonnes |= {nom: np.full(vide.shape, "", dtype=object) for nom in COLONNES[3:]}
    for type_ in TYPES_EGAUX:
        rangs = np.flatnonzero(_is_concernee(cellules, type_))
        melange = build_melange(tranches, type_)
        if rangs.size and melange.size:
            egales = _standardise(terrain, tranches, melange, rangs, chiffres.slope[rangs], indicateurs)
            mots = {s.id: s.libelle for s in terrain.catalogue.grilles[GRILLE].strates}
            manque = np.array(["", *map(mots.get, melange.index)], dtype=object)[egales.missing - SANS_MANQUE]
            for nom, valeurs in zip(
                COLONNES, (egales.p, egales.low, egales.high, egales.grade, manque), strict=True
            ):
                colonnes[nom][rangs] = valeurs
    return pd.DataFrame({nom: valeurs.T.ravel() for nom, valeurs in colonnes.items()})


def build_melange(tranches: pd.Series, type_: str) -> pd.Series:
    """La part de chaque tranche parmi les collectivités de ce type, ou de tous ; vide sans aucune."""
    effectifs = tranches.value_counts().sort_index()
    # Une vingtaine de tranches à lire, et non 35 000 textes.
    effectifs = effectifs[[str(t).startswith(type_ or TYPES_DECOUPES) for t in effectifs.index]]
    return effectifs / effectifs.sum()


def get_rangs_tranches(tranches: pd.Series, melange: pd.Series, unites: pd.Index) -> NDArray[np.intp]:
    """Le rang de la tranche de chaque collectivité dans le mélange, −1 si elle n'y est pas."""
    return melange.index.get_indexer(pd.Index(tranches.reindex(unites)))


def _is_concernee(cellules: pd.DataFrame, type_: str) -> NDArray[np.bool_]:
    seules = cellules["strate"].eq("") & cellules["couverture"].eq("") & cellules["type"].eq(type_)
    return np.asarray(seules & cellules["niveau"].isin(NIVEAUX_EGAUX))


def _standardise(  # noqa: PLR0917 - un type de `compute_egales`
    terrain: Terrain,
    tranches: pd.Series,
    melange: pd.Series,
    rangs: NDArray[np.intp],
    pentes: NDArray[np.float64],
    indicateurs: Sequence[Indicateur],
) -> Standardised:
    return adjust_domains(
        terrain.design,
        terrain.valeurs[[i.id for i in indicateurs]],
        csr_array(terrain.membres[:, terrain.gardees[rangs]].T),
        get_rangs_tranches(tranches, melange, terrain.repondants),
        melange.to_numpy(dtype=float),
        pentes,
        minimums=np.array([get_seuil(i.sensibilite == "cyber") for i in indicateurs]),
        cv=terrain.cv,
    )
