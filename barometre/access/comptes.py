"""Les personnes qui se sont connectées, et ce qu'elles demandent.

Une personne est ce que le fournisseur d'identité désigne (émetteur, fournisseur, sujet). Son SIRET dit d'où
elle vient, jamais ce qu'elle peut lire : un fournisseur remplace un SIRET invalide par le sien.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, insert, select, update

from barometre.access.erreurs import RegistreError
from barometre.access.horloge import Horloge, get_now
from barometre.access.tables import acces, comptes, demandes


@dataclass(frozen=True, slots=True)
class Identite:
    """Ce que le fournisseur affirme d'une personne, une fois vérifié."""

    emetteur: str
    fournisseur: str
    sujet: str
    courriel: str = ""
    siret: str = ""


@dataclass(frozen=True, slots=True)
class Demande:
    """Où en est la dernière demande d'une personne : en_attente, accordee ou refusee."""

    demande_id: int
    etat: str
    motif: str


class Comptes:
    """Reconnaît une personne, garde ses demandes."""

    def __init__(self, moteur: Engine, horloge: Horloge = get_now) -> None:
        self._moteur, self._horloge = moteur, horloge

    def recognize(self, identite: Identite) -> str:
        """Le compte de cette personne, créé s'il manque ; sans droit, une demande est déposée."""
        with self._moteur.begin() as connexion:
            compte_id = self._find(connexion, identite) or self._create(connexion, identite)
            connexion.execute(
                update(comptes).where(comptes.c.compte_id == compte_id).values(
                    courriel=identite.courriel, siret=identite.siret, connecte_le=self._horloge()
                )
            )  # fmt: skip
            if self._needs_demande(connexion, compte_id, identite.siret):
                self._file(connexion, compte_id, identite.siret)
        return compte_id

    def _find(self, connexion: Connection, identite: Identite) -> str:
        requete = select(comptes.c.compte_id).where(
            comptes.c.emetteur == identite.emetteur,
            comptes.c.fournisseur == identite.fournisseur,
            comptes.c.sujet == identite.sujet,
        )
        return connexion.execute(requete).scalar_one_or_none() or ""

    def _create(self, connexion: Connection, identite: Identite) -> str:
        compte_id, instant = f"c-{secrets.token_hex(6)}", self._horloge()
        connexion.execute(
            insert(comptes).values(
                compte_id=compte_id, emetteur=identite.emetteur, fournisseur=identite.fournisseur,
                sujet=identite.sujet, courriel=identite.courriel, siret=identite.siret,
                cree_le=instant, connecte_le=instant,
            )
        )  # fmt: skip
        return compte_id

    def _needs_demande(self, connexion: Connection, compte_id: str, siret: str) -> bool:
        """Ni droit pour cet établissement, ni demande de cet établissement déjà déposée."""
        droits = select(acces.c.acces_id).where(
            acces.c.compte == compte_id, acces.c.retire_le.is_(None), acces.c.siret.in_(["", siret])
        )
        deposees = select(demandes.c.demande_id).where(
            demandes.c.compte_id == compte_id, demandes.c.siret == siret
        )
        return not any(connexion.execute(r.limit(1)).first() for r in (droits, deposees))

    def _file(self, connexion: Connection, compte_id: str, siret: str) -> None:
        connexion.execute(
            insert(demandes).values(
                compte_id=compte_id, siret=siret, etat="en_attente", motif="", reponse_par="",
                deposee_le=self._horloge(),
            )
        )  # fmt: skip

    def get_demande(self, compte_id: str) -> Demande | None:
        """La dernière demande de cette personne, ou None."""
        requete = select(demandes.c.demande_id, demandes.c.etat, demandes.c.motif)
        requete = requete.where(demandes.c.compte_id == compte_id)
        with self._moteur.connect() as connexion:
            ligne = connexion.execute(requete.order_by(demandes.c.demande_id.desc()).limit(1)).first()
        return None if ligne is None else Demande(*ligne)

    def list_demandes(self, *, en_attente: bool = True) -> pd.DataFrame:
        """Les demandes et qui les dépose, pour un opérateur."""
        requete = select(demandes, comptes.c.courriel, comptes.c.fournisseur).join(comptes)
        if en_attente:
            requete = requete.where(demandes.c.etat == "en_attente")
        with self._moteur.connect() as connexion:
            resultat = connexion.execute(requete.order_by(demandes.c.demande_id))
            return pd.DataFrame(resultat.all(), columns=list(resultat.keys()))

    def answer(self, connexion: Connection, demande_id: int, etat: str, *, par: str, motif: str) -> Any:
        """Répond à une demande en attente, dans la transaction donnée ; rend sa ligne (compte et SIRET)."""
        cible = (demandes.c.demande_id == demande_id) & (demandes.c.etat == "en_attente")
        ligne = connexion.execute(select(demandes.c.compte_id, demandes.c.siret).where(cible)).one_or_none()
        valeurs = {"etat": etat, "reponse_par": par, "motif": motif, "reponse_le": self._horloge()}
        if ligne is None or connexion.execute(update(demandes).where(cible).values(**valeurs)).rowcount != 1:
            raise RegistreError(f"Aucune demande en attente ne porte le numéro {demande_id}.")
        return ligne
