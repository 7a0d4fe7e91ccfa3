"""Un fichier de bénéficiaires d'un fonds → des actions prêtes à charger, et le sort de chaque ligne.

Mêmes contrôles qu'un questionnaire : identifiants ou nom qui se contredisent, nombres et dates lus au format
de toute leur colonne. Rien n'est deviné, rien de refusé n'est perdu.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pandas as pd

from barometre.ingest.actions_lecture import Beneficiaires, LectureActions, find_role_action
from barometre.ingest.errors import Rejet
from barometre.ingest.export import Export, read_export
from barometre.ingest.labels import clean_label
from barometre.ingest.lot_actions import LotActions

COLONNES = (
    "lot_id", "ligne", "fonds_id", "collectivite_id", "opsn_id", "projet", "montant", "date_debut",
    "date_fin", "axe", "statut",
)  # fmt: skip
CONTREDIT = "La ligne {} donne le même projet au même bénéficiaire, avec d'autres valeurs."
DOUBLON = "La ligne {} dit la même chose."


def prepare_actions(
    fichier: str | Path, fonds_id: str, beneficiaires: Beneficiaires, lots_connus: Collection[str] = ()
) -> LotActions:
    """Lit et contrôle un fichier, sans rien écrire ; lève `ImportRefuse` d'une phrase."""
    export = read_export(fichier, "auto", lambda entete: bool(find_role_action(entete)))
    return load_actions(export, fonds_id, beneficiaires, lots_connus)


def load_actions(
    export: Export, fonds_id: str, beneficiaires: Beneficiaires, lots_connus: Collection[str] = ()
) -> LotActions:
    """Les actions d'un export déjà lu."""
    lecture = LectureActions(export, beneficiaires)
    lot_id = f"{fonds_id}-{export.empreinte[:12]}"
    actions = lecture.read_lignes()
    gardees, rejets, doublons = _sort_doubles(actions)
    frame = pd.DataFrame(gardees, columns=list(COLONNES)).assign(lot_id=lot_id, fonds_id=fonds_id)
    return LotActions(
        lot_id=lot_id,
        fonds_id=fonds_id,
        export=export,
        actions=frame.astype({"ligne": "int64", "montant": "float64"}),
        rejets=(*export.rejets, *lecture.rejets, *rejets),
        lignes_doublons=doublons,
        avertissements=(*export.avertissements, *lecture.list_avertissements()),
        deja_charge=lot_id in lots_connus,
    )


def _sort_doubles(
    actions: list[dict[str, Any]],
) -> tuple[list[dict[str, Any]], tuple[Rejet, ...], tuple[Rejet, ...]]:
    """Une ligne redite ne compte qu'une fois ; deux montants pour un même projet ne se choisissent pas."""
    groupes: dict[tuple[object, ...], list[dict[str, Any]]] = {}
    for action in actions:
        qui = str(action["collectivite_id"] or action["opsn_id"])
        groupes.setdefault((qui, clean_label(action["projet"]), action["date_debut"]), []).append(action)
    gardees, rejets, doublons = [], [], []
    for groupe in groupes.values():
        premiere, *suivantes = groupe
        # Le projet est le même à la casse près : le groupe le dit déjà.
        ailleurs = {"ligne": 0, "projet": ""}
        identiques = [a for a in suivantes if a | ailleurs == premiere | ailleurs]
        if len(identiques) == len(suivantes):
            gardees.append(premiere)
            motif = DOUBLON.format(premiere["ligne"])
            doublons += [Rejet(a["ligne"], "", "", motif) for a in suivantes]
            continue
        rejets += [_contredire(a, premiere if a is not premiere else suivantes[0]) for a in groupe]
    return gardees, tuple(rejets), tuple(doublons)


def _contredire(action: dict[str, Any], autre: dict[str, Any]) -> Rejet:
    return Rejet(action["ligne"], "", action["projet"], CONTREDIT.format(autre["ligne"]))
