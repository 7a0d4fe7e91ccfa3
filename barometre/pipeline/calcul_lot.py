"""Ce qui se calcule d'un lot avant d'être écrit : sa vague, et les évolutions de son questionnaire.

Tout est lu d'abord, dans la version en service : aucune connexion n'est ouverte quand les processus du
calcul naissent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import pandas as pd

from barometre.ingest.lot import Lot
from barometre.pipeline.calcul import (
    Calculee,
    Contexte,
    Vaguee,
    compute_vague,
    join_vagues,
    resume_vague,
    split_vagues,
)
from barometre.pipeline.changes import COMPAREES
from barometre.pipeline.cles import Cles, Tirages, list_tardives, read_cles
from barometre.pipeline.croisements import compute_croisements, read_mesures
from barometre.pipeline.donnees import Donnees
from barometre.pipeline.lots import get_instant
from barometre.pipeline.mesures import Mesures
from barometre.pipeline.remplacement import drop_replaced
from barometre.warehouse.engine import Engine
from barometre.warehouse.repository import read_rows


@dataclass(frozen=True)
class Passe:
    """Ce que la version en service garde à côté d'un lot, de son questionnaire."""

    participations: pd.DataFrame
    faits: pd.DataFrame
    # Les chiffres des autres vagues, de quoi calculer les évolutions.
    agregats: pd.DataFrame
    mesures: Mesures
    # Les lots que le chargement laisse : de quoi savoir quelles réponses sont tardives.
    lots: pd.DataFrame
    cles: Cles = field(repr=False)


def read_passe(moteur: Engine, lot: Lot, contexte: Contexte, *, complement: bool) -> Passe:
    """Lit ce que le lot laisse en place ; `complement` : dans sa vague, ce qu'il ne redonne pas."""
    filtre = {"questionnaire_id": lot.questionnaire_id}
    restantes, faits = (
        _drop_lot(read_rows(moteur, table, **filtre), lot, complement=complement)
        for table in ("participation", "fait_reponse")
    )
    lots = read_rows(moteur, "lot_import", **filtre)
    lots = lots if complement else lots[lots["vague_id"].ne(lot.vague_id)]
    ids = [i.id for i in contexte.catalogue.list_indicateurs(lot.questionnaire_id, origine="declare")]
    autres = sorted(set(restantes["vague_id"]) - {lot.vague_id})
    agregats = read_rows(moteur, "agregat", indicateur_id=ids, vague_id=autres, niveau=COMPAREES)
    mesures = read_mesures(moteur, contexte.cadre, contexte.catalogue)
    return Passe(restantes, faits, agregats, mesures, lots, read_cles(moteur))


def compute_lot(
    contexte: Contexte, lot: Lot, passe: Passe, cles: Cles, *, complet: bool, processus: int = 1
) -> Donnees:
    """Les tables de la vague du lot ; `complet` : de toutes celles de son questionnaire.

    Une autre vague ne dépend pas de lui : elle garde ses chiffres, que les évolutions relisent.
    """
    participations = pd.concat([passe.participations, lot.participation])
    faits = pd.concat([passe.faits, lot.fait_reponse])
    lots = pd.concat([passe.lots, pd.DataFrame([lot.build_lot_import(get_instant())])])
    tirages = Tirages(cles, list_tardives(participations, lots))
    compute_one = partial(_compute_one, contexte, passe.agregats, processus=processus)
    donnees = Donnees()
    for vagues in split_vagues(participations, faits, [v.id for v in contexte.catalogue.vagues], tirages):
        calculees = [compute_one(v, neuve=complet or v.vague_id == lot.vague_id) for v in vagues]
        donnees.extend(join_vagues(contexte, calculees))
    donnees.extend(compute_croisements(passe.mesures, lot.questionnaire_id, donnees, tirages))
    return donnees


def _drop_lot(lignes: pd.DataFrame, lot: Lot, *, complement: bool) -> pd.DataFrame:
    """Les lignes que le chargement du lot n'effacera pas."""
    siennes = lignes["vague_id"].eq(lot.vague_id)
    gardees = drop_replaced(lignes[siennes], lot) if complement else lignes.iloc[:0]
    return pd.concat([lignes[~siennes], gardees])


def _compute_one(
    contexte: Contexte, agregats: pd.DataFrame, vague: Vaguee, *, neuve: bool, processus: int
) -> Calculee:
    if neuve:
        return compute_vague(contexte, vague, processus)
    return resume_vague(contexte, vague, agregats[agregats["vague_id"].eq(vague.vague_id)], processus)
