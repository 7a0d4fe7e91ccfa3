"""Les entêtes qu'un opérateur a rapprochés d'une question ou d'un rôle : ils valent au fichier suivant."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Engine, delete, insert, select

from barometre.access.horloge import Horloge, get_now
from barometre.access.tables import correspondances


class Correspondances:
    """Par questionnaire : entête → cible, signé."""

    def __init__(self, moteur: Engine, horloge: Horloge = get_now) -> None:
        self._moteur, self._horloge = moteur, horloge

    def list_colonnes(self, questionnaire_id: str) -> dict[str, str]:
        """Ce qui a été gardé pour ce questionnaire."""
        colonnes = select(correspondances.c.entete, correspondances.c.cible)
        requete = colonnes.where(correspondances.c.questionnaire_id == questionnaire_id)
        with self._moteur.connect() as connexion:
            return {str(entete): str(cible) for entete, cible in connexion.execute(requete)}

    def save(self, questionnaire_id: str, colonnes: Mapping[str, str], *, par: str) -> None:
        """Garde ces entêtes ; une cible vide fait oublier l'entête."""
        table, instant = correspondances, self._horloge()
        with self._moteur.begin() as connexion:
            for entete, cible in colonnes.items():
                place = (table.c.questionnaire_id == questionnaire_id) & (table.c.entete == entete)
                connexion.execute(delete(table).where(place))
                if cible:
                    ligne = {"questionnaire_id": questionnaire_id, "entete": entete, "cible": cible}
                    connexion.execute(insert(table).values(**ligne, par=par, le=instant))
