"""Les personnes qui se sont connectées, et ce qu'elles demandent.

Une personne est ce que le fournisseur d'identité désigne (émetteur, fournisseur, sujet). Son SIRET dit d'où
elle vient, jamais ce qu'elle peut lire : un fournisseur remplace un SIRET invalide par le sien.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, insert, or_, select, update

from barometre.access.erreurs import RegistreError
from barometre.access.horloge import Horloge, get_now
from barometre.access.tables import acces, comptes, demandes
from barometre.domain.formats import format_date

PREMIERE = "S'est connecté·e sans droit."
ECHU = "Le droit n° {n} a pris fin (dernier jour\u202f: {jour})."
# Un droit finit à minuit : la veille est son dernier jour.
_INSTANT = timedelta(microseconds=1)
CHANGE = "A changé d'établissement\u202f: le droit n° {n} vaut pour {pour}."


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
    # Le droit en cours que la personne a reçu pour un autre établissement, 0 sinon : pourquoi elle redemande.
    ailleurs: int = 0
    # Son dernier droit pour cet établissement, s'il a pris fin ; 0 sinon.
    echu: int = 0


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

    def has_compte(self, compte_id: str) -> bool:
        """Vrai si une personne s'est déjà connectée sous ce numéro."""
        requete = select(comptes.c.compte_id).where(comptes.c.compte_id == compte_id)
        with self._moteur.connect() as connexion:
            return connexion.execute(requete).first() is not None

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
        """Ni droit en cours ou à venir pour cet établissement, ni demande déposée d'ici qui n'ait été servie.

        Un droit que le temps a fini se redemande ; un refus, un droit retiré sont la décision de quelqu'un.
        """
        droits = select(acces.c.acces_id).where(
            acces.c.compte == compte_id, acces.c.siret == siret, acces.c.retire_le.is_(None),
            or_(acces.c.expire_le.is_(None), acces.c.expire_le > self._horloge()),
        )  # fmt: skip
        if connexion.execute(droits.limit(1)).first():
            return False
        deposees = select(demandes.c.etat, demandes.c.deposee_le).where(
            demandes.c.compte_id == compte_id, demandes.c.siret == siret
        )
        derniere = connexion.execute(deposees.order_by(demandes.c.demande_id.desc()).limit(1)).first()
        if derniere is None:
            return True
        fini = self._find_echu(connexion, compte_id, siret)
        return derniere.etat == "accordee" and fini is not None and fini.expire_le > derniere.deposee_le

    def _file(self, connexion: Connection, compte_id: str, siret: str) -> None:
        connexion.execute(
            insert(demandes).values(
                compte_id=compte_id, siret=siret, etat="en_attente", motif="", reponse_par="",
                deposee_le=self._horloge(),
            )
        )  # fmt: skip

    def get_demande(self, compte_id: str) -> Demande | None:
        """La dernière demande que cette personne a faite de l'établissement où elle est, ou None."""
        requete = select(demandes.c.demande_id, demandes.c.etat, demandes.c.motif, demandes.c.siret)
        requete = requete.join(comptes).where(
            demandes.c.compte_id == compte_id, demandes.c.siret == comptes.c.siret
        )
        with self._moteur.connect() as connexion:
            ligne = connexion.execute(requete.order_by(demandes.c.demande_id.desc()).limit(1)).first()
            if ligne is None:
                return None
            fini = self._find_echu(connexion, compte_id, ligne.siret)
            return Demande(
                *ligne[:3], ailleurs=self._find_ailleurs(connexion, compte_id, ligne.siret)[0],
                echu=0 if fini is None else fini.acces_id,
            )  # fmt: skip

    def list_demandes(self, *, en_attente: bool = True) -> pd.DataFrame:
        """Les demandes, qui les dépose et pourquoi, pour un opérateur."""
        requete = select(demandes, comptes.c.courriel, comptes.c.fournisseur).join(comptes)
        if en_attente:
            requete = requete.where(demandes.c.etat == "en_attente")
        with self._moteur.connect() as connexion:
            resultat = connexion.execute(requete.order_by(demandes.c.demande_id))
            table = pd.DataFrame(resultat.all(), columns=list(resultat.keys()))
            qui = zip(table["compte_id"], table["siret"], strict=True)
            return table.assign(raison=[self._explain(connexion, compte, siret) for compte, siret in qui])

    def _find_ailleurs(self, connexion: Connection, compte_id: str, siret: str) -> tuple[int, str]:
        """Le dernier droit en cours de ce compte pour un autre établissement, et lequel ; (0, "") sinon."""
        requete = select(acces.c.acces_id, acces.c.siret).where(
            acces.c.compte == compte_id, acces.c.siret != siret, acces.c.retire_le.is_(None),
            or_(acces.c.expire_le.is_(None), acces.c.expire_le > self._horloge()),
        )  # fmt: skip
        ligne = connexion.execute(requete.order_by(acces.c.acces_id.desc()).limit(1)).first()
        return (0, "") if ligne is None else (int(ligne[0]), str(ligne[1]))

    def _find_echu(self, connexion: Connection, compte_id: str, siret: str) -> Any:
        """Le dernier droit de ce compte pour cet établissement, si le temps l'a fini ; None sinon."""
        requete = select(acces.c.acces_id, acces.c.expire_le, acces.c.retire_le).where(
            acces.c.compte == compte_id, acces.c.siret == siret
        )
        dernier = connexion.execute(requete.order_by(acces.c.acces_id.desc()).limit(1)).first()
        if dernier is None or dernier.retire_le is not None or dernier.expire_le is None:
            return None
        return dernier if dernier.expire_le <= self._horloge() else None

    def _explain(self, connexion: Connection, compte_id: str, siret: str) -> str:
        """Pourquoi cette demande, en une phrase d'opérateur."""
        echu = self._find_echu(connexion, compte_id, siret)
        if echu is not None:
            return ECHU.format(n=echu.acces_id, jour=format_date(echu.expire_le - _INSTANT))
        acces_id, ailleurs = self._find_ailleurs(connexion, compte_id, siret)
        if not acces_id:
            return PREMIERE
        pour = f"le SIRET {ailleurs}" if ailleurs else "une connexion sans SIRET"
        return CHANGE.format(n=acces_id, pour=pour)

    def answer(self, connexion: Connection, demande_id: int, etat: str, *, par: str, motif: str) -> Any:
        """Répond à une demande en attente, dans la transaction donnée ; rend sa ligne (compte et SIRET)."""
        cible = (demandes.c.demande_id == demande_id) & (demandes.c.etat == "en_attente")
        ligne = connexion.execute(select(demandes.c.compte_id, demandes.c.siret).where(cible)).one_or_none()
        valeurs = {"etat": etat, "reponse_par": par, "motif": motif, "reponse_le": self._horloge()}
        if ligne is None or connexion.execute(update(demandes).where(cible).values(**valeurs)).rowcount != 1:
            raise RegistreError(f"Aucune demande en attente ne porte le numéro {demande_id}.")
        return ligne


def read_siret(connexion: Connection, compte_id: str) -> str:
    """L'établissement que cette personne a déclaré à sa dernière connexion ; vide : aucun."""
    requete = select(comptes.c.siret).where(comptes.c.compte_id == compte_id)
    return connexion.execute(requete).scalar_one_or_none() or ""
