"""Les sessions, gardées par le serveur : un jeton tiré au sort chez le lecteur, son condensé au registre.

Révocables à tout instant : chaque affichage les relit. Douze heures au plus, trente minutes sans geste pour
qui lit des réponses nommées (ANSSI, recommandations sur l'authentification ; OWASP ASVS 5.0, 7.3).
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, delete, insert, select, update

from barometre.access.horloge import Horloge, get_now
from barometre.access.tables import comptes, sessions

DUREE = timedelta(hours=12)
REPOS = timedelta(minutes=30)
# Le registre n'est pas récrit à chaque geste : un geste par minute suffit à dire qu'un lecteur est là.
PAS = timedelta(minutes=1)
OCTETS = 32
TAILLE_MAX = 128


@dataclass(frozen=True, slots=True)
class Session:
    """Une session vivante : la personne, son établissement, la force de sa connexion, son dernier geste."""

    session_id: str
    compte_id: str
    courriel: str
    siret: str
    niveau: str
    vue_le: datetime
    expire_le: datetime


def compute_cle(jeton: str) -> str:
    """Le condensé gardé au registre : une copie du registre n'ouvre aucune session."""
    return hashlib.sha256(jeton.encode()).hexdigest()


class Sessions:
    """Ouvre, relit et ferme les sessions."""

    def __init__(self, moteur: Engine, horloge: Horloge = get_now) -> None:
        self._moteur, self._horloge = moteur, horloge

    def open(self, compte_id: str, niveau: str, id_token: str, ancien: str = "") -> str:
        """Ouvre une session et rend son jeton ; l'ancienne du même navigateur est fermée (rotation)."""
        jeton, instant = secrets.token_urlsafe(OCTETS), self._horloge()
        with self._moteur.begin() as connexion:
            connexion.execute(delete(sessions).where(self._is_over(instant)))
            connexion.execute(delete(sessions).where(sessions.c.session_id == compute_cle(ancien)))
            connexion.execute(
                insert(sessions).values(
                    session_id=compute_cle(jeton), compte_id=compte_id, niveau=niveau, id_token=id_token,
                    ouverte_le=instant, vue_le=instant, expire_le=instant + DUREE,
                )
            )  # fmt: skip
        return jeton

    def get(self, jeton: str) -> Session | None:
        """La session d'un jeton, ou None : inconnue, fermée, expirée, ou ouverte dans le futur (horloge)."""
        if not jeton or len(jeton) > TAILLE_MAX:
            return None
        instant = self._horloge()
        requete = select(sessions, comptes.c.courriel, comptes.c.siret).join(comptes)
        with self._moteur.connect() as connexion:
            ligne = connexion.execute(
                requete.where(sessions.c.session_id == compute_cle(jeton))
            ).mappings().one_or_none()  # fmt: skip
        if ligne is None or instant >= ligne["expire_le"] or instant + DUREE < ligne["expire_le"]:
            return None
        return Session(**{c: ligne[c] for c in Session.__slots__})

    def touch(self, session: Session) -> None:
        """Note un geste du lecteur, une fois par minute au plus."""
        instant = self._horloge()
        if instant - session.vue_le < PAS:
            return
        with self._moteur.begin() as connexion:
            connexion.execute(
                update(sessions).where(sessions.c.session_id == session.session_id).values(vue_le=instant)
            )

    def is_idle(self, session: Session) -> bool:
        """Vrai après trente minutes sans geste."""
        return self._horloge() - session.vue_le >= REPOS

    def close(self, jeton: str) -> str:
        """Ferme la session ; rend l'id_token que demande la déconnexion du fournisseur, vide sinon."""
        cle = sessions.c.session_id == compute_cle(jeton)
        with self._moteur.begin() as connexion:
            id_token = connexion.execute(select(sessions.c.id_token).where(cle)).scalar_one_or_none()
            connexion.execute(delete(sessions).where(cle))
        return id_token or ""

    def revoke(self, compte_id: str) -> int:
        """Ferme toutes les sessions d'un compte, sur toutes les instances ; rend leur nombre."""
        with self._moteur.begin() as connexion:
            return connexion.execute(delete(sessions).where(sessions.c.compte_id == compte_id)).rowcount

    def _is_over(self, instant: datetime) -> ColumnElement[bool]:
        return sessions.c.expire_le <= instant
