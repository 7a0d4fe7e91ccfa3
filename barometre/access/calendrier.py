"""Les dates qu'un opérateur a données aux vagues : dans le registre, que tous les processus relisent."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine, delete, insert, select

from barometre.access.erreurs import open_transaction
from barometre.access.horloge import Horloge, get_now
from barometre.access.tables import calendrier

NON_TENU = "Le registre ne répond pas : les dates de la vague n'ont pas changé."


@dataclass(frozen=True, slots=True)
class Dates:
    """Les dates données à une vague, et par qui."""

    vague_id: str
    ouverture: date | None
    fermeture: date | None
    par: str


class CalendrierVagues:
    """Donne, relit et oublie les dates des vagues."""

    def __init__(self, moteur: Engine, horloge: Horloge = get_now) -> None:
        self._moteur, self._horloge = moteur, horloge

    def list(self) -> tuple[Dates, ...]:
        """Les dates données, dans l'ordre des identifiants."""
        c = calendrier.c
        requete = select(c.vague_id, c.ouverture, c.fermeture, c.par).order_by(c.vague_id)
        with self._moteur.connect() as connexion:
            return tuple(Dates(*ligne) for ligne in connexion.execute(requete))

    def save(self, vague_id: str, ouverture: date | None, fermeture: date | None, *, par: str) -> None:
        """Donne ses dates à une vague, à la place des précédentes."""
        ligne = {"vague_id": vague_id, "ouverture": ouverture, "fermeture": fermeture, "par": par}
        with self._begin() as connexion:
            connexion.execute(delete(calendrier).where(calendrier.c.vague_id == vague_id))
            connexion.execute(insert(calendrier).values(**ligne, le=self._horloge()))

    def remove(self, vague_id: str) -> None:
        """Rend à une vague les dates du catalogue."""
        with self._begin() as connexion:
            connexion.execute(delete(calendrier).where(calendrier.c.vague_id == vague_id))

    def _begin(self) -> AbstractContextManager[Connection]:
        return open_transaction(self._moteur, NON_TENU)
