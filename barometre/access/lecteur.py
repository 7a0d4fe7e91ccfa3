"""Qui lit : sa session et ses droits, relus au registre à chaque affichage. Dans le doute, le public."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from barometre.access.erreurs import PANNES
from barometre.access.oidc.niveaux import NIVEAUX_FORTS
from barometre.access.registre import Registre
from barometre.access.sessions import Session
from barometre.domain.portee import PUBLIC, Portee

SESSION_FINIE = (
    "Votre session est terminée : vous lisez les pages publiques. Reconnectez-vous pour retrouver vos droits."
)
REGISTRE_MUET = "Vos droits ne peuvent pas être lus pour le moment : vous lisez les pages publiques."
A_RENFORCER = "Ce droit demande une connexion à deux facteurs."
# Qui voit plus que les siens : trente minutes sans geste, et deux facteurs.
SOUS_GARDE = frozenset({"programme", "operateur"})

journal = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lecteur:
    """Une personne connectée (compte vide : personne), la portée qu'elle a prise, ce qu'il faut lui dire."""

    compte: str = ""
    courriel: str = ""
    droits: Mapping[int, Portee] = field(default_factory=dict)
    droit: int = 0
    portee: Portee = PUBLIC
    phrase: str = ""
    a_renforcer: bool = False
    # Le condensé de sa session : ce qui lui est remis ne vaut pas dans une autre.
    session: str = ""


def read_lecteur(ouvrir: Callable[[], Registre], jeton: str, choisi: int = 0) -> Lecteur:
    """Le lecteur de ce jeton ; `choisi` : le droit qu'il demande, comparé à ceux qu'il a.

    Session inconnue ou finie, droit retiré ou expiré, registre en panne : le public.
    """
    if not jeton:
        return Lecteur()
    try:
        registre = ouvrir()
        session = registre.sessions.get(jeton)
        return Lecteur(phrase=SESSION_FINIE) if session is None else _read(registre, session, jeton, choisi)
    except PANNES:
        journal.exception("Le registre des accès ne répond pas")
        return Lecteur(phrase=REGISTRE_MUET)


def _read(registre: Registre, session: Session, jeton: str, choisi: int) -> Lecteur:
    droits = registre.list_portees(session.compte_id, session.siret)
    gardes = any(portee.role in SOUS_GARDE for portee in droits.values())
    if gardes and registre.sessions.is_idle(session):
        registre.sessions.close(jeton)
        return Lecteur(phrase=SESSION_FINIE)
    registre.sessions.touch(session)
    droit = choisi if choisi in droits else next(iter(droits), 0)
    portee = droits.get(droit, PUBLIC)
    faible = portee.role in SOUS_GARDE and session.niveau not in NIVEAUX_FORTS
    return Lecteur(
        session.compte_id, session.courriel, droits, droit, PUBLIC if faible else portee,
        A_RENFORCER if faible else "", faible, session.session_id,
    )  # fmt: skip
