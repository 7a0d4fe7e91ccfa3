"""Plusieurs fichiers d'une même vague : un seul lot, chaque collectivité une fois.

Une réponse en deux moitiés se réunit ; de deux réponses entières, une seule est retenue (`moities`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence, Set
from dataclasses import replace

import pandas as pd

from barometre.domain.formats import format_compte
from barometre.ingest.errors import Rejet
from barometre.ingest.lot import Lot, build_lot_id
from barometre.ingest.moities import Moities, join_moities

_ENTRE_FICHIERS = "Sa réponse dans « {} » est retenue : plus complète ou plus récente"
_EXAEQUO = (
    "Sa réponse dans « {} », autre, est retenue : c'est le dernier fichier donné, et rien ne dit laquelle "
    "est la plus récente."
)
_REUNIE = "Réunie à sa réponse dans « {} » : chaque fichier répond à des questions que l'autre n'a pas."
# Chaque fichier a ses numéros de ligne : ceux du deuxième commencent à 1 000 001.
PAS = 1_000_000


def merge_lots(lots: Sequence[Lot]) -> Lot:
    """Un lot de plusieurs fichiers ; la règle des doublons choisit entre deux réponses d'une collectivité."""
    if len(lots) == 1:
        return lots[0]
    empreinte = hashlib.sha256(" ".join(sorted(lot.empreinte for lot in lots)).encode()).hexdigest()
    lot_id = build_lot_id(lots[0].vague_id, lots[0].questionnaire_id, empreinte)
    retenus, exaequo = _pick_files(lots)
    moities = join_moities(lots, retenus)
    gardes = [_keep(lot, i, retenus) for i, lot in enumerate(lots)]
    faits = pd.concat([f for _, f in gardes], ignore_index=True)
    faits = faits[~faits["collectivite_id"].isin(moities.reunies)]
    # Deux réponses égales, de même date ou sans date : l'ordre des fichiers a choisi, et cela se dit.
    exaequo = exaequo & set(_list_differentes(lots)) - moities.reunies - moities.conflits.keys()
    perdus = [_list_perdus(lots, i, retenus, moities, exaequo) for i in range(len(lots))]
    return replace(
        lots[0],
        lot_id=lot_id,
        fichier=", ".join(lot.fichier for lot in lots),
        empreinte=empreinte,
        simule=any(lot.simule for lot in lots),
        lus=sum(lot.lus for lot in lots),
        participation=pd.concat([p for p, _ in gardes], ignore_index=True).assign(lot_id=lot_id),
        fait_reponse=pd.concat([faits, moities.faits], ignore_index=True) if moities.reunies else faits,
        rejets=_join(lots, [lot.rejets for lot in lots]),
        lignes_doublons=_join(
            lots, [(*lot.lignes_doublons, *p) for lot, p in zip(lots, perdus, strict=True)]
        ),
        lignes_ignorees=_join(lots, [lot.lignes_ignorees for lot in lots]),
        lignes=(),
        questions=frozenset().union(*(lot.questions for lot in lots)),
        recodes=sum(lot.recodes for lot in lots),
        recus=tuple(recu for lot in lots for recu in lot.recus),
        avertissements=(
            *(f"{lot.fichier} : {a}" for lot in lots for a in lot.avertissements),
            *_describe(moities, exaequo),
        ),
    )


def _pick_files(lots: Sequence[Lot]) -> tuple[dict[str, int], frozenset[str]]:
    """Collectivité → le rang du fichier dont la réponse est gardée ; et celles où deux fichiers se valent."""
    exaequo: dict[str, bool] = {}
    retenus: dict[str, tuple[tuple[int, str, int], int]] = {}
    for rang, lot in enumerate(lots):
        # « Pas de site » répond aussi aux questions sur le site, si le fichier les a.
        faits = lot.fait_reponse
        dites = faits[faits["etat"].ne("sans_reponse") & faits["question_id"].isin(lot.questions)]
        completude = dites.groupby("collectivite_id")["question_id"].nunique()
        for cle, jour in zip(
            lot.participation["collectivite_id"], lot.participation["date_reponse"], strict=True
        ):
            note = (int(completude.get(cle, 0)), jour.isoformat() if jour else "", rang)
            if cle in retenus and note[:2] >= retenus[cle][0][:2]:
                exaequo[cle] = note[:2] == retenus[cle][0][:2]
            if cle not in retenus or note > retenus[cle][0]:
                retenus[cle] = (note, rang)
    egales = frozenset(cle for cle, egale in exaequo.items() if egale)
    return {cle: rang for cle, (_, rang) in retenus.items()}, egales


def _list_differentes(lots: Sequence[Lot]) -> list[str]:
    """Les collectivités dont deux fichiers ne disent pas la même chose."""
    faits = pd.concat([lot.fait_reponse for lot in lots], ignore_index=True)
    citees = pd.concat([lot.participation["collectivite_id"] for lot in lots]).value_counts()
    faits = faits[faits["collectivite_id"].isin(citees.index[citees > 1])]
    fois = faits.groupby(list(faits.columns), dropna=False, observed=True).size().reset_index(name="fois")
    attendues = fois["collectivite_id"].map(citees)
    return [str(cle) for cle in fois.loc[fois["fois"].ne(attendues), "collectivite_id"].unique()]


def _keep(lot: Lot, rang: int, retenus: dict[str, int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    gardees = {cle for cle in lot.participation["collectivite_id"] if retenus[cle] == rang}
    return (
        lot.participation[lot.participation["collectivite_id"].isin(gardees)],
        lot.fait_reponse[lot.fait_reponse["collectivite_id"].isin(gardees)],
    )


def _list_perdus(
    lots: Sequence[Lot], rang: int, retenus: dict[str, int], moities: Moities, exaequo: Set[str]
) -> list[Rejet]:
    lot, cles = lots[rang], lots[rang].participation["collectivite_id"]
    # D'un lot déjà réuni, ou dont des lignes sont parties, le numéro n'est plus connu.
    lignes = lot.lignes if len(lot.lignes) == len(cles) else (0,) * len(cles)
    return [
        Rejet(ligne, "", cle, _write_motif(cle, lots[retenus[cle]].fichier, moities, exaequo))
        for ligne, cle in zip(lignes, cles, strict=True)
        if retenus[cle] != rang
    ]


def _write_motif(cle: str, fichier: str, moities: Moities, exaequo: Set[str]) -> str:
    if cle in moities.reunies:
        return _REUNIE.format(fichier)
    if cle in exaequo:
        return _EXAEQUO.format(fichier)
    return _ENTRE_FICHIERS.format(fichier) + moities.conflits.get(cle, ".")


def _describe(moities: Moities, exaequo: Set[str]) -> list[str]:
    """Ce que réunir les fichiers a fait, et ce qu'une contradiction y a empêché, en phrases."""
    phrases = []
    if reunies := len(moities.reunies):
        compte = format_compte(reunies, "collectivité répond", "collectivités répondent")
        phrases.append(f"{compte} à des questions différentes dans plusieurs fichiers : tout est réuni.")
    if conflits := len(moities.conflits):
        compte = format_compte(conflits, "collectivité se contredit", "collectivités se contredisent")
        phrases.append(
            f"{compte} d'un fichier à l'autre : une seule réponse est chargée, et des questions que l'autre "
            "répondait ne le sont pas (voir les doublons)."
        )
    if exaequo:
        compte = format_compte(len(exaequo), "collectivité répond", "collectivités répondent")
        phrases.append(
            f"{compte} autrement d'un fichier à l'autre, et rien ne dit laquelle des deux est la plus "
            "récente : celle du dernier fichier donné est chargée (voir les doublons)."
        )
    return phrases


def _join(lots: Sequence[Lot], listes: Sequence[Sequence[Rejet]]) -> tuple[Rejet, ...]:
    """Les lignes de chaque fichier, dont le nom est dit dans le motif."""
    return tuple(
        Rejet(rang * PAS + r.ligne, r.colonne, r.valeur, f"{_situate(lots[rang], r)} : {r.motif}")
        for rang, rejets in enumerate(listes)
        for r in rejets
    )


def _situate(lot: Lot, rejet: Rejet) -> str:
    return f"{lot.fichier}, ligne {rejet.ligne}" if rejet.ligne else lot.fichier
