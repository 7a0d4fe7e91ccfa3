"""Rejouer un lot gardé : ses fichiers relus avec le catalogue, le vocabulaire et le référentiel du jour."""

from __future__ import annotations

from dataclasses import replace

from barometre.ingest.depouillement import CatalogueEnquete, find_enquete
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.garde import LotGarde, extend_correspondance
from barometre.ingest.identity import Referentiel
from barometre.ingest.lot import Lot
from barometre.ingest.merge import merge_lots
from barometre.ingest.tri import load_lot


def reread(garde: LotGarde, referentiel: Referentiel, catalogue: CatalogueEnquete) -> Lot:
    """Le lot que ses fichiers donnent aujourd'hui ; `ImportRefuse` nomme le fichier qui ne se relit plus."""
    try:
        questionnaire, vague = find_enquete(catalogue, garde.questionnaire_id, garde.vague_id)
        lots = [
            load_lot(recu.export, questionnaire, vague, referentiel,
                     extend_correspondance(recu, questionnaire))
            for recu in garde.recus
        ]  # fmt: skip
    except ImportRefuse as refus:
        noms = ", ".join(recu.export.nom for recu in garde.recus)
        raise ImportRefuse(
            f"Le fichier reçu « {noms} » (lot {garde.lot_id}) ne se relit plus : {refus} "
            "La version en service n'a pas changé."
        ) from refus
    return replace(merge_lots(lots), corrections=garde.corrections)
