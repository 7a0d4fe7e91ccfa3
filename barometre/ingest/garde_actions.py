"""Une liste de bénéficiaires, telle que la réserve la garde pour la relire : colonnes comprises seulement."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from barometre.ingest.actions_lecture import find_role_action
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.export import Export
from barometre.ingest.garde import read_export_garde
from barometre.ingest.personal import mask_personal

FORME, NATURE = 1, "actions"
CHAMPS = ("lot_id", "fonds_id", "recu_le", "par")


@dataclass(frozen=True, slots=True)
class ActionsGardees:
    """Un fichier gardé. `recu_le` : date et heure UTC, en ISO. `par` : qui l'a importé."""

    lot_id: str
    fonds_id: str
    recu_le: str
    par: str
    export: Export


def is_actions(octets: bytes) -> bool:
    """Vrai si ce contenu de la réserve est une liste de bénéficiaires, non un questionnaire."""
    return json.loads(octets).get("nature") == NATURE


def write_actions(garde: ActionsGardees) -> bytes:
    """Le fichier en octets : du JSON, toujours le même pour le même fichier."""
    export = garde.export
    rangs = [rang for rang, entete in enumerate(export.entetes) if find_role_action(entete)]
    objet: dict[str, Any] = {c: getattr(garde, c) for c in CHAMPS}
    objet |= {"forme": FORME, "nature": NATURE}
    objet |= {c: getattr(export, c) for c in ("nom", "empreinte", "format", "lignes", "vides")}
    objet["entetes"] = [export.entetes[rang] for rang in rangs]
    objet["colonnes"] = [[_mask(export.entetes[rang], c) for c in export.colonnes[rang]] for rang in rangs]
    objet["rejets"] = [asdict(rejet) for rejet in export.rejets]
    return json.dumps(objet, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _mask(entete: str, cellule: str) -> str:
    """Un texte libre peut nommer une personne ; les identifiants, montants et dates restent tels quels."""
    return mask_personal(cellule) if find_role_action(entete) in {"projet", "axe"} else cellule


def read_actions(octets: bytes) -> ActionsGardees:
    """Le fichier écrit par `write_actions` ; `ImportRefuse` s'il vient d'un programme plus récent."""
    objet = json.loads(octets)
    if objet["forme"] != FORME:
        raise ImportRefuse(
            "Cette liste de bénéficiaires a été gardée par un programme plus récent : mettez l'outil à jour."
        )
    return ActionsGardees(
        objet["lot_id"], objet["fonds_id"], objet["recu_le"], objet["par"], read_export_garde(objet)
    )
