"""Ce qui se calcule d'un lot avant d'être écrit : sa vague, et les évolutions de son questionnaire.

Tout est lu d'abord, dans la version en service : aucune connexion n'est ouverte quand les processus du
calcul naissent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pandas as pd

from barometre.ingest.lot import Lot
from barometre.pipeline.calcul import (
    Contexte,
    compute_vague,
    count_vague,
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
from barometre.pipeline.parallele import start_apart
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

    def get_agregats(self, vague_id: str) -> pd.DataFrame:
        """Les chiffres d'une vague que le lot laisse en place."""
        return self.agregats[self.agregats["vague_id"].eq(vague_id)]


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


@contextmanager
def start_lot(
    contexte: Contexte, lot: Lot, passe: Passe, cles: Cles, *, complet: bool, processus: int = 1
) -> Iterator[tuple[Donnees, Callable[[], Donnees]]]:
    """La table des valeurs de la vague du lot, et de quoi attendre toutes les autres, commencées à côté.

    `complet` : de toutes les vagues de son questionnaire. Une autre vague ne dépend pas de lui : elle garde
    ses chiffres, que les évolutions relisent.
    """
    participations = pd.concat([passe.participations, lot.participation])
    faits = pd.concat([passe.faits, lot.fait_reponse])
    lots = pd.concat([passe.lots, pd.DataFrame([lot.build_lot_import(get_instant())])])
    tirages = Tirages(cles, list_tardives(participations, lots))
    ordre = [v.id for v in contexte.catalogue.vagues]
    # Toutes sont d'un questionnaire ; aucune si rien n'a été chargé.
    vagues = [v for groupe in split_vagues(participations, faits, ordre, tirages) for v in groupe]
    neuves = {v.vague_id for v in vagues if complet or v.vague_id == lot.vague_id}
    comptees = {v.vague_id: count_vague(contexte, v) for v in vagues if v.vague_id in neuves}
    valeurs = Donnees()
    for comptee in comptees.values():
        valeurs.add("fait_valeur", comptee.valeurs)

    def compute() -> Donnees:
        calculees = [
            compute_vague(contexte, comptees[v.vague_id], processus) if v.vague_id in neuves
            else resume_vague(contexte, v, passe.get_agregats(v.vague_id), processus)
            for v in vagues
        ]  # fmt: skip
        donnees = join_vagues(contexte, calculees)
        entieres = Donnees()
        entieres.extend(valeurs)
        entieres.extend(donnees)
        donnees.extend(compute_croisements(passe.mesures, lot.questionnaire_id, entieres, tirages))
        return donnees

    with start_apart(compute, processus) as calcul:
        yield valeurs, calcul


def _drop_lot(lignes: pd.DataFrame, lot: Lot, *, complement: bool) -> pd.DataFrame:
    """Les lignes que le chargement du lot n'effacera pas."""
    siennes = lignes["vague_id"].eq(lot.vague_id)
    gardees = drop_replaced(lignes[siennes], lot) if complement else lignes.iloc[:0]
    return pd.concat([lignes[~siennes], gardees])
