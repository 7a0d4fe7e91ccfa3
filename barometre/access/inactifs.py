"""Les comptes que personne n'ouvre plus : ce que l'on sait d'une personne ne se garde pas sans raison."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
from sqlalchemy import Connection, Engine, delete, or_, select

from barometre.access.erreurs import open_transaction
from barometre.access.horloge import Horloge, get_now
from barometre.access.journal import NON_ECRIT, write_fait
from barometre.access.tables import acces, comptes, demandes, selections, sessions
from barometre.domain.portee import OPERATEUR

# Comme un fichier reçu : « pendant une durée n'excédant pas celle nécessaire » (RGPD, article 5, 1, e).
JOURS = 3 * 365


class Inactifs:
    """Liste et efface les comptes sans droit, sans geste depuis longtemps."""

    def __init__(self, moteur: Engine, horloge: Horloge = get_now) -> None:
        self._moteur, self._horloge = moteur, horloge

    def list(self, jours: int = JOURS) -> pd.DataFrame:
        """Un compte par ligne : ni droit en cours ou à venir, ni connexion depuis tant de jours."""
        with self._moteur.connect() as connexion:
            return self._list(connexion, jours)

    def remove(self, jours: int = JOURS, *, par: str) -> pd.DataFrame:
        """Efface leur identité, leurs demandes, leurs sessions et leurs vues ; chacun inscrit d'abord.

        Restent les droits d'hier et le journal, qui ne connaissent qu'un numéro (c-…).
        """
        with open_transaction(self._moteur, NON_ECRIT) as connexion:
            table = self._list(connexion, jours)
            for compte_id in table["compte_id"]:
                write_fait(connexion, "purger_compte", compte_id, portee=OPERATEUR, compte=par, detail="")
                connexion.execute(delete(selections).where(selections.c.compte == compte_id))
                for cible in (sessions, demandes, comptes):
                    connexion.execute(delete(cible).where(cible.c.compte_id == compte_id))
        return table

    def _list(self, connexion: Connection, jours: int) -> pd.DataFrame:
        instant = self._horloge()
        servis = select(acces.c.compte).where(
            acces.c.retire_le.is_(None), or_(acces.c.expire_le.is_(None), acces.c.expire_le > instant)
        )
        requete = select(comptes.c.compte_id, comptes.c.connecte_le).where(
            comptes.c.connecte_le < instant - timedelta(days=jours), comptes.c.compte_id.not_in(servis)
        )
        lignes = connexion.execute(requete.order_by(comptes.c.connecte_le, comptes.c.compte_id)).all()
        return pd.DataFrame(lignes, columns=["compte_id", "connecte_le"])
