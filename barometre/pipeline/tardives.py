"""Les réponses qui complètent une vague publiée : les redites laissées, les autres retenues si trop peu.

La réponse d'une tardive a son bruit (`stats.perturbation`) ; mais deux versions qui ne diffèrent que d'elle
diraient, d'effectif en effectif, qui a répondu. Un complément ne change donc les chiffres que par
`LOT_TARDIF` réponses au moins ; en attendant, la réserve le garde, la version le compte
(`lot_import.retenues`), et le complément suivant le reprend avec lui.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from barometre.catalogue import Catalogue
from barometre.domain.formats import format_compte
from barometre.domain.secret import LOT_TARDIF
from barometre.ingest.errors import Rejet
from barometre.ingest.garde import read_garde
from barometre.ingest.identity import Referentiel
from barometre.ingest.lot import Lot
from barometre.ingest.merge import merge_lots
from barometre.ingest.rejeu import reread
from barometre.warehouse.deletions import delete_lots
from barometre.warehouse.engine import Engine
from barometre.warehouse.repository import read_rows
from barometre.warehouse.reserve import Reserve

TOUT_DE_SUITE = " ; --confirmer le charge tout de suite"
IDENTIQUE = "Sa réponse est celle déjà en service, qui reste."
RETENUES = (
    "En attente : {compte}. Une vague déjà publiée ne change que par "
    f"{LOT_TARDIF} à la fois, sans quoi deux versions diraient qui a répondu. Tout est gardé, et "
    f"se chargera avec la suite{TOUT_DE_SUITE}."
)
_CONTENU = ["question_id", "option_id", "etat", "valeur", "texte"]


def _describe_retenues(nombre: int) -> str:
    compte = format_compte(nombre, "réponse nouvelle ou changée", "réponses nouvelles ou changées")
    return RETENUES.format(compte=compte)


def list_retenus(moteur: Engine, vague_id: str, questionnaire_id: str) -> pd.DataFrame:
    """Les lots dont les réponses attendent les suivantes : au plus un par questionnaire et vague."""
    lots = read_rows(moteur, "lot_import", vague_id=vague_id, questionnaire_id=questionnaire_id)
    return lots[lots["retenues"].fillna(0).gt(0)]


def join_retenus(
    moteur: Engine, reserve: Reserve, lot: Lot, referentiel: Referentiel, catalogue: Catalogue
) -> Lot:
    """Le complément, avec les réponses que la version retient : leur lot est relu de la réserve."""
    retenus = list_retenus(moteur, lot.vague_id, lot.questionnaire_id)
    cles = retenus.loc[retenus["lot_id"].ne(lot.lot_id), "empreinte_gardee"]
    anciens = [reread(read_garde(reserve.read(str(cle))), referentiel, catalogue) for cle in cles]
    return merge_lots([*anciens, lot]) if anciens else lot


def drop_identiques(lot: Lot, en_service: pd.DataFrame) -> Lot:
    """Le complément sans les réponses que la version a déjà, mot pour mot : elles restent à leur lot."""
    redites = find_identiques(en_service, lot.fait_reponse)
    if not redites:
        return lot
    rejets = tuple(Rejet(0, "", cle, IDENTIQUE) for cle in sorted(redites))
    return replace(
        lot,
        participation=_drop(lot.participation, redites),
        fait_reponse=_drop(lot.fait_reponse, redites),
        lignes_doublons=(*lot.lignes_doublons, *rejets),
    )


def find_identiques(avant: pd.DataFrame, apres: pd.DataFrame) -> set[str]:
    """Les collectivités des deux côtés dont toutes les réponses sont les mêmes."""
    une, autre = _sign(avant), _sign(apres)
    communes = une.index.intersection(autre.index)
    return set(communes[une.loc[communes].to_numpy() == autre.loc[communes].to_numpy()])


def count_changees(avant: pd.DataFrame, apres: pd.DataFrame) -> int:
    """Combien de collectivités sont venues, parties, ou ont changé de réponse."""
    toutes = set(avant["collectivite_id"].astype(str)) | set(apres["collectivite_id"].astype(str))
    return len(toutes - find_identiques(avant, apres))


def keep_tardives(lot: Lot) -> Lot:
    """Le lot, dont toutes les réponses attendent : aucune n'est chargée, chacune reste comptée."""
    lignes = tuple(replace(ligne, apres=ligne.avant) for ligne in lot.avant_apres)
    return replace(
        lot,
        participation=lot.participation.iloc[:0],
        fait_reponse=lot.fait_reponse.iloc[:0],
        retenues=lot.charges,
        avant_apres=lignes,
        a_confirmer=(),
        avertissements=(*lot.avertissements, _describe_retenues(lot.charges)),
    )


def delete_retenus(moteur: Engine, lot: Lot) -> None:
    """Ôte de la version les lots retenus que ce lot reprend."""
    delete_lots(moteur, list_retenus(moteur, lot.vague_id, lot.questionnaire_id)["lot_id"].tolist())


def _drop(lignes: pd.DataFrame, collectivites: Sequence[str] | set[str]) -> pd.DataFrame:
    return lignes[~lignes["collectivite_id"].isin(collectivites)]


def _sign(faits: pd.DataFrame) -> pd.Series:
    """Un condensé des réponses de chaque collectivité, quel qu'en soit l'ordre."""
    contenu = faits[_CONTENU].copy()
    contenu["valeur"] = pd.to_numeric(contenu["valeur"]).astype("float64").fillna(-1.0)
    for nom in _CONTENU:
        if nom != "valeur":
            contenu[nom] = contenu[nom].astype("object").where(contenu[nom].notna(), "").astype("str")
    condenses = pd.util.hash_pandas_object(contenu, index=False)
    return condenses.groupby(faits["collectivite_id"].astype("str").to_numpy()).sum()
