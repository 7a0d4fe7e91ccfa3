"""Les connexions parties chez le fournisseur d'identité : chacune revient une fois, au même navigateur."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine, delete, insert, select

from barometre.access.horloge import Horloge, get_now
from barometre.access.sessions import OCTETS, TAILLE_MAX, compute_cle
from barometre.access.tables import connexions

# Le temps de retrouver son mot de passe ; au-delà, on recommence.
DUREE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Depart:
    """Ce qui part chez le fournisseur : 43 caractères pour chacun, tirés au sort."""

    etat: str
    nonce: str
    verifieur: str


@dataclass(frozen=True, slots=True)
class Attente:
    """Ce qui attend le retour : le nonce et le vérifieur à confronter, la page à rendre."""

    nonce: str
    verifieur: str
    retour: str
    renforcee: bool


class Connexions:
    """Garde les connexions en cours : plusieurs onglets peuvent se connecter à la fois."""

    def __init__(self, moteur: Engine, horloge: Horloge = get_now) -> None:
        self._moteur, self._horloge = moteur, horloge

    def start(self, navigateur: str, retour: str, *, renforcee: bool) -> Depart:
        """Prépare un départ, lié au navigateur qui le demande."""
        depart = Depart(*(secrets.token_urlsafe(OCTETS) for _ in range(3)))
        instant = self._horloge()
        with self._moteur.begin() as connexion:
            connexion.execute(delete(connexions).where(connexions.c.expire_le <= instant))
            connexion.execute(
                insert(connexions).values(
                    etat_id=compute_cle(depart.etat), navigateur=compute_cle(navigateur), nonce=depart.nonce,
                    verifieur=depart.verifieur, retour=retour, renforcee=renforcee,
                    expire_le=instant + DUREE,
                )
            )  # fmt: skip
        return depart

    def take(self, etat: str, navigateur: str) -> Attente | None:
        """L'attente de cet état, ou None ; lue, elle n'existe plus (un retour rejoué ne trouve rien).

        Un autre navigateur ne la prend pas, et ne l'efface pas non plus.
        """
        if not etat or not navigateur or max(len(etat), len(navigateur)) > TAILLE_MAX:
            return None
        cle = (connexions.c.etat_id == compute_cle(etat)) & (
            connexions.c.navigateur == compute_cle(navigateur)
        )
        with self._moteur.begin() as connexion:
            ligne = connexion.execute(select(connexions).where(cle)).mappings().one_or_none()
            prise = connexion.execute(delete(connexions).where(cle)).rowcount
        if ligne is None or prise != 1 or ligne["expire_le"] <= self._horloge():
            return None
        return Attente(ligne["nonce"], ligne["verifieur"], ligne["retour"], bool(ligne["renforcee"]))
