"""Retirer d'un chantier ce qu'un import va remplacer."""

from __future__ import annotations

from sqlalchemy import Column, ColumnElement, Engine, delete, func, select, true, update

from barometre.warehouse import schema as s
from barometre.warehouse.schema import accord, association, contraste

# Une liste de valeurs par requête reste courte : PostgreSQL borne le nombre de paramètres (32 767).
_PAQUET = 5_000


def delete_lot(moteur: Engine, vague_id: str, questionnaire_id: str) -> None:
    """Efface le lot d'un questionnaire à une vague : ses comptes, ses refus, ses réponses."""
    lots = select(s.lot_import.c.lot_id).where(
        s.lot_import.c.vague_id == vague_id, s.lot_import.c.questionnaire_id == questionnaire_id
    )
    with moteur.begin() as connexion:
        connexion.execute(delete(s.quarantaine).where(s.quarantaine.c.lot_id.in_(lots)))
        connexion.execute(delete(s.lot_import).where(s.lot_import.c.lot_id.in_(lots)))
        for table in (s.participation, s.fait_reponse):
            lignes = (table.c.vague_id == vague_id) & (table.c.questionnaire_id == questionnaire_id)
            connexion.execute(delete(table).where(lignes))


def delete_lots(moteur: Engine, lots: list[str]) -> None:
    """Efface des lots dont aucune réponse n'est chargée : leurs comptes et leurs refus."""
    with moteur.begin() as connexion:
        for table in (s.quarantaine, s.lot_import):
            connexion.execute(delete(table).where(table.c.lot_id.in_(lots)))


def delete_actions(moteur: Engine, fonds_id: str) -> None:
    """Efface la liste de bénéficiaires d'un fonds : ses comptes, ses refus, ses actions."""
    lots = select(s.lot_actions.c.lot_id).where(s.lot_actions.c.fonds_id == fonds_id)
    with moteur.begin() as connexion:
        connexion.execute(delete(s.quarantaine).where(s.quarantaine.c.lot_id.in_(lots)))
        for table in (s.action_fonds, s.lot_actions):
            connexion.execute(delete(table).where(table.c.fonds_id == fonds_id))


def delete_reponses_of(
    moteur: Engine, vague_id: str, questionnaire_id: str, collectivites: list[str]
) -> None:
    """Efface les réponses que des collectivités redonnent ; leur ancienne ligne devient un doublon."""
    with moteur.begin() as connexion:
        for debut in range(0, len(collectivites), _PAQUET):
            paquet = collectivites[debut : debut + _PAQUET]
            p = s.participation.c
            citees = (
                (p.vague_id == vague_id)
                & (p.questionnaire_id == questionnaire_id)
                & p.collectivite_id.in_(paquet)
            )
            comptes = select(p.lot_id, func.count()).where(citees).group_by(p.lot_id)
            for lot_id, nombre in connexion.execute(comptes).all():
                lot = s.lot_import.c
                connexion.execute(
                    update(s.lot_import)
                    .where(lot.lot_id == lot_id)
                    .values(charges=lot.charges - nombre, doublons=lot.doublons + nombre)
                )
            connexion.execute(delete(s.participation).where(citees))
            f = s.fait_reponse.c
            connexion.execute(
                delete(s.fait_reponse).where(
                    f.vague_id == vague_id,
                    f.questionnaire_id == questionnaire_id,
                    f.collectivite_id.in_(paquet),
                )
            )


def delete_calculs_of(moteur: Engine, questionnaire_id: str, vague_id: str | None) -> None:
    """Efface ce qui se calcule d'un questionnaire, à une vague ou à toutes, et ce qui compare ses vagues."""
    declares = select(s.dim_indicateur.c.indicateur_id).where(
        s.dim_indicateur.c.theme_id == questionnaire_id, s.dim_indicateur.c.origine == "declare"
    )
    with moteur.begin() as connexion:
        for table in (s.poids, s.qualite):
            siennes = table.c.questionnaire_id == questionnaire_id
            connexion.execute(delete(table).where(siennes, _at(table.c.vague_id, vague_id)))
        for table in (s.agregat, s.estimation_modele, contraste, accord, association):
            siennes = table.c.indicateur_id.in_(declares)
            connexion.execute(delete(table).where(siennes, _at(table.c.vague_id, vague_id)))
        valeurs = s.fait_valeur.c
        siennes = valeurs.indicateur_id.in_(declares)
        connexion.execute(delete(s.fait_valeur).where(siennes, _at(valeurs.periode, vague_id)))
        for table in (s.evolution, s.double_difference):
            connexion.execute(delete(table).where(table.c.indicateur_id.in_(declares)))


def _at(colonne: Column[str], vague_id: str | None) -> ColumnElement[bool]:
    return true() if vague_id is None else colonne == vague_id
