"""Retirer d'un chantier ce qu'un import va remplacer."""

from __future__ import annotations

from sqlalchemy import Engine, delete, select

from barometre.warehouse import schema as s
from barometre.warehouse.schema_contrastes import contraste
from barometre.warehouse.schema_etat import accord, association


def delete_lot(moteur: Engine, vague_id: str, questionnaire_id: str) -> None:
    """Efface les lignes d'un questionnaire à une vague, et tout ce qui se calcule de ce questionnaire."""
    lots = select(s.lot_import.c.lot_id).where(
        s.lot_import.c.vague_id == vague_id, s.lot_import.c.questionnaire_id == questionnaire_id
    )
    declares = select(s.dim_indicateur.c.indicateur_id).where(
        s.dim_indicateur.c.theme_id == questionnaire_id, s.dim_indicateur.c.origine == "declare"
    )
    with moteur.begin() as connexion:
        connexion.execute(delete(s.quarantaine).where(s.quarantaine.c.lot_id.in_(lots)))
        connexion.execute(delete(s.lot_import).where(s.lot_import.c.lot_id.in_(lots)))
        for table in (s.participation, s.fait_reponse):
            lignes = (table.c.vague_id == vague_id) & (table.c.questionnaire_id == questionnaire_id)
            connexion.execute(delete(table).where(lignes))
        for table in (s.poids, s.qualite):
            connexion.execute(delete(table).where(table.c.questionnaire_id == questionnaire_id))
        for table in (
            s.fait_valeur,
            s.agregat,
            s.evolution,
            s.estimation_modele,
            contraste,
            accord,
            association,
        ):
            connexion.execute(delete(table).where(table.c.indicateur_id.in_(declares)))
