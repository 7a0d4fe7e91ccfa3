"""Les évolutions : un même questionnaire à deux vagues, testé dans les cellules nationales et régionales."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from barometre.catalogue import Catalogue
from barometre.domain.indicateur import Indicateur
from barometre.domain.secret import MONTRES, SEUIL_REDRESSE
from barometre.domain.structure import TYPES_EGAUX
from barometre.pipeline.changes_egales import compute_changes_egales
from barometre.pipeline.terrain import Terrain, build_design
from barometre.pipeline.weights import adjust_weights
from barometre.stats.change import BAISSE, HAUSSE, STABLE, estimate_change
from barometre.stats.contrasts import adjust_p_values

# Le taux de fausses découvertes que l'on accepte.
SEUIL = 0.05
CLE = ["territoire_id", "type", "strate", "couverture"]
# Les niveaux dont une cellule a une évolution.
COMPAREES = ("france", "region")
_NOMS = {
    "item": "indicateur_id", "change": "changement", "low": "bas", "high": "haut",
    "losses": "pertes", "mcnemar_p": "p_mcnemar",
}  # fmt: skip
_GARDEES = ["indicateur_id", "n_1", "n_2", "n_panel", "gains", "pertes", "p_mcnemar", "changement", "se",
            "bas", "haut", "verdict"]  # fmt: skip


def compute_evolutions(
    premier: Terrain,
    second: Terrain,
    agregats_1: pd.DataFrame,
    agregats_2: pd.DataFrame,
    tranches: pd.Series,
) -> pd.DataFrame:
    """Les lignes d'`evolution` entre deux vagues d'un questionnaire (parts seulement)."""
    comparables = {
        i.id
        for i in list_comparables(
            premier.catalogue, premier.questionnaire_id, premier.vague_id, second.vague_id
        )
    }
    parts = [i.id for i in premier.list_indicateurs(parts=True) if i.id in second.valeurs]
    communs = [id_ for id_ in parts if id_ in comparables]
    cellules = _shared_cells(premier, second)
    if not communs or cellules.empty:
        return pd.DataFrame()
    lignes = _estimate(premier, second, communs, cellules)
    etats = _states(lignes, agregats_1, agregats_2)
    memes = align_methodes(premier, second)
    autre = None if memes is None else judge(_estimate(*memes, communs, cellules).assign(etat=etats))
    lignes = lignes.assign(vague_1=premier.vague_id, vague_2=second.vague_id, etat=etats)
    egales = compute_changes_egales((premier, second), lignes, (agregats_1, agregats_2), tranches)
    mots = judge(lignes.assign(**egales)).where(egales["changement"].notna(), "")
    lignes = lignes.assign(verdict=judge(lignes), **egales.drop(columns="p_value").add_prefix("egal_"))
    return lignes.assign(egal_verdict=mots, verdict_meme_methode=autre).drop(columns="p_value")


def _estimate(premier: Terrain, second: Terrain, communs: list[str], cellules: pd.DataFrame) -> pd.DataFrame:
    lignes = estimate_change(
        premier.design,
        premier.valeurs[communs],
        premier.repondants,
        second.design,
        second.valeurs[communs],
        second.repondants,
        membership_1=_membership(premier, cellules),
        membership_2=_membership(second, cellules),
    ).rename(columns=_NOMS)
    return lignes.join(cellules, on="domain")[[*_GARDEES, "p_value", *CLE]]


def align_methodes(premier: Terrain, second: Terrain) -> tuple[Terrain, Terrain] | None:
    """Les deux vagues redressées sur leurs seules marges communes ; `None` : elles l'étaient déjà.

    Une marge de plus à une vague (la densité chargée entre-temps), ou ôtée faute de réponses, déplace un
    chiffre sans qu'une pratique ait bougé.
    """
    marges = [t.redressement.marges for t in (premier, second)]
    if marges[0] == marges[1]:
        return None
    communes = tuple(m for m in marges[0] if m in marges[1])
    return _reweigh(premier, communes), _reweigh(second, communes)


def _reweigh(terrain: Terrain, marges: tuple[str, ...]) -> Terrain:
    redressement = adjust_weights(terrain.redressement, marges)
    design = build_design(redressement, terrain.design.perturbation)
    return replace(terrain, redressement=redressement, design=design)


def list_comparables(catalogue: Catalogue, theme_id: str, avant: str, apres: str) -> list[Indicateur]:
    """Les indicateurs déclarés d'un thème dont la question a gardé ses mots entre deux vagues."""
    indicateurs = catalogue.list_indicateurs(theme_id, origine="declare")
    return [i for i in indicateurs if not catalogue.is_reformule(i, avant, apres)]


def judge(lignes: pd.DataFrame) -> pd.Series:
    """Le verdict corrigé : Benjamini-Hochberg sur les changements montrés du thème entre ces deux vagues.

    Un panel qui va en sens contraire (plus de pertes que de gains pour une hausse) suffit à se taire : les
    mêmes collectivités ne peuvent pas baisser quand la part, elle, monterait.
    """
    montrees = lignes["etat"].isin(MONTRES)
    q = pd.Series(adjust_p_values(lignes["p_value"].where(montrees)), index=lignes.index)
    sens = np.sign(lignes["changement"])
    contredit = np.sign(lignes["gains"] - lignes["pertes"]) == -sens
    demontre = q.lt(SEUIL) & ((lignes["bas"] > 0) | (lignes["haut"] < 0)) & ~contredit
    return pd.Series(np.select([demontre & sens.gt(0), demontre], [HAUSSE, BAISSE], STABLE), lignes.index)


def _shared_cells(premier: Terrain, second: Terrain) -> pd.DataFrame:
    """France × (total, type, strate), régions et leurs communes : assez de réponses pour une évolution."""
    communes = premier.cellules[[*CLE, "niveau"]].merge(second.cellules[CLE], on=CLE)
    nationales = communes["niveau"].eq("france") & communes["couverture"].eq("")
    regionales = communes["niveau"].eq("region") & communes["type"].isin(TYPES_EGAUX)
    regionales &= communes["strate"].eq("") & communes["couverture"].eq("")
    return communes.loc[nationales | regionales, CLE].reset_index(drop=True)


def _membership(terrain: Terrain, cellules: pd.DataFrame) -> pd.DataFrame:
    rangs = pd.MultiIndex.from_frame(terrain.cellules[CLE]).get_indexer(
        pd.MultiIndex.from_frame(cellules[CLE])
    )
    dense = terrain.membres[:, rangs].toarray()
    return pd.DataFrame(dense, index=terrain.repondants, columns=cellules.index)


def _states(lignes: pd.DataFrame, agregats_1: pd.DataFrame, agregats_2: pd.DataFrame) -> pd.Series:
    """Une évolution se montre si ses deux cellules se montrent, sur assez de réponses."""
    avant = _states_of(lignes, agregats_1)
    apres = _states_of(lignes, agregats_2)
    montrees = avant.isin(MONTRES) & apres.isin(MONTRES)
    montrees &= lignes[["n_1", "n_2"]].min(axis=1) >= SEUIL_REDRESSE
    return avant.where(avant.eq("indicative"), apres).where(montrees, "primary")


def _states_of(lignes: pd.DataFrame, agregats: pd.DataFrame) -> pd.Series:
    index = agregats.set_index(["indicateur_id", *CLE])["etat"].astype("object")
    cles = pd.MultiIndex.from_frame(lignes[["indicateur_id", *CLE]])
    return pd.Series(index.reindex(cles).fillna("primary").to_numpy(), index=lignes.index)
