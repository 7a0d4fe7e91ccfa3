"""Les évolutions des régions à structure égale : le changement des parts standardisées, et son verdict."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, hstack

from barometre.domain.secret import MONTRES, is_extreme
from barometre.domain.structure import TYPES_EGAUX
from barometre.pipeline.structure_egale import build_melange, get_rangs_tranches
from barometre.pipeline.terrain import Terrain
from barometre.stats.change_egal import compute_correlation
from barometre.stats.contrasts import combine_intervals
from barometre.stats.pairing import build_pairing
from barometre.stats.wave import Wave, build_wave

CLE = ["territoire_id", "type", "strate", "couverture"]
BORNES = ["egal", "egal_bas", "egal_haut"]
# Les mêmes noms que le changement simple, et sa valeur p, dont le verdict se tire.
COLONNES = ["changement", "bas", "haut", "p_value"]


def compute_changes_egales(
    terrains: tuple[Terrain, Terrain],
    lignes: pd.DataFrame,
    agregats: tuple[pd.DataFrame, pd.DataFrame],
    tranches: pd.Series,
) -> pd.DataFrame:
    """Par ligne d'`evolution` : `COLONNES`, NaN où l'un des deux chiffres à structure égale se cache."""
    cles = pd.MultiIndex.from_frame(lignes[["indicateur_id", *CLE]])
    premier, second = (_read_bornes(a).reindex(cles).to_numpy(dtype=float) for a in agregats)
    connues = np.isfinite(premier).all(axis=1) & np.isfinite(second).all(axis=1)
    calculees = pd.DataFrame(np.nan, index=lignes.index, columns=COLONNES)
    if connues.any():
        rho = _correlate(terrains, lignes[connues], tranches).reindex(cles[connues]).fillna(0.0)
        changements = combine_intervals(premier[connues], second[connues], rho.to_numpy(dtype=float))
        calculees[connues] = np.column_stack(changements)
    return calculees


def _read_bornes(agregats: pd.DataFrame) -> pd.DataFrame:
    """La part à structure égale et son intervalle, là où la porte les laisse lire."""
    connues = agregats[agregats["etat"].isin(MONTRES) & agregats["egal"].notna()]
    comptes = zip(connues["n_publie"], connues["n_oui"], connues["redresse"], strict=True)
    dites = np.array([not is_extreme(int(n), float(oui), float(p)) for n, oui, p in comptes], dtype=bool)
    return connues[dites].set_index(["indicateur_id", *CLE])[BORNES]


def _correlate(terrains: tuple[Terrain, Terrain], lignes: pd.DataFrame, tranches: pd.Series) -> pd.Series:
    """La corrélation des deux chiffres, par indicateur et cellule."""
    ids = list(lignes["indicateur_id"].unique())
    appariement = build_pairing(
        terrains[0].design, terrains[0].repondants, terrains[1].design, terrains[1].repondants
    )
    morceaux = []
    for type_ in TYPES_EGAUX:
        cellules = lignes.loc[lignes["type"].eq(type_), CLE].drop_duplicates()
        melange = build_melange(tranches, type_)
        if cellules.empty or melange.empty:
            continue
        vagues = [_build_waves(t, ids, cellules, tranches, melange) for t in terrains]
        ici, pays = ((vagues[0][k], vagues[1][k]) for k in (0, 1))
        rho = compute_correlation(ici, pays, appariement, melange.to_numpy(dtype=float))
        cles = [(id_, *cellule) for cellule in cellules.itertuples(index=False) for id_ in ids]
        morceaux.append(pd.Series(rho.ravel(), pd.MultiIndex.from_tuples(cles)))
    return pd.concat(morceaux)


def _build_waves(
    terrain: Terrain, ids: list[str], cellules: pd.DataFrame, tranches: pd.Series, melange: pd.Series
) -> tuple[Wave, Wave]:
    """La vague par territoire × tranche, et par tranche."""
    codes = get_rangs_tranches(tranches, melange, terrain.repondants)
    par_tranche = csr_array((codes[:, None] == np.arange(melange.size)).astype(float))
    rangs = pd.MultiIndex.from_frame(terrain.cellules[CLE]).get_indexer(pd.MultiIndex.from_frame(cellules))
    croisees = csr_array(hstack(list(_cross(terrain.membres, rangs, par_tranche))))
    valeurs = terrain.valeurs[ids]
    return build_wave(terrain.design, valeurs, croisees), build_wave(terrain.design, valeurs, par_tranche)


def _cross(membres: csr_array, rangs: np.ndarray, bands: csr_array) -> Iterator[csr_array]:
    """Unité × tranche, pour chaque territoire à son tour."""
    for rang in rangs:
        yield csr_array(bands.multiply(membres[:, [rang]]))
