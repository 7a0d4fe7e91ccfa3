"""Répondre aux demandes, accorder et retirer des droits : chaque geste est signé d'un compte.

Un opérateur ne lit aucune réponse : il ne s'accorde pas à lui-même le droit d'en lire.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from barometre.access import RegistreError
from barometre.administration.operateur import Operateur
from barometre.domain.portee import Portee

SANS_MOTIF = "Dites pourquoi : le motif est gardé avec le droit et au journal."
MOTIF_MAX = 200
MOTIF_LONG = f"Le motif tient en {MOTIF_MAX} signes : il se lit au journal."
DATE_PASSEE = "Le dernier jour du droit est déjà passé."
A_SOI = "Un opérateur ne s'accorde pas de droit : un autre opérateur doit le faire."


@dataclass(frozen=True, slots=True)
class Accord:
    """Ce qu'un opérateur accorde. `dernier_jour` : compris ; None, ou le dernier des jours : sans fin."""

    portee: Portee
    motif: str
    dernier_jour: date | None = None

    @property
    def expire_le(self) -> datetime | None:
        """Le lendemain du dernier jour, à minuit (UTC)."""
        if self.dernier_jour in (None, date.max):
            return None
        return datetime.combine(self.dernier_jour, time()) + _JOUR


_JOUR = timedelta(days=1)


def accept_demande(operateur: Operateur, demande_id: int, accord: Accord) -> int:
    """Répond oui ; rend le numéro du droit. `RegistreError` d'une phrase si l'accord n'est pas recevable."""
    _check_accord(accord)
    if _get_compte(operateur, demande_id) == operateur.compte:
        raise RegistreError(A_SOI)
    return operateur.registre.accorder_demande(
        demande_id, accord.portee, par=operateur.compte, motif=accord.motif, expire_le=accord.expire_le
    )


def reject_demande(operateur: Operateur, demande_id: int, motif: str) -> None:
    """Répond non ; la personne lira le motif."""
    _check_motif(motif)
    operateur.registre.refuser_demande(demande_id, par=operateur.compte, motif=motif)


def remove_droit(operateur: Operateur, acces_id: int) -> None:
    """Retire un droit : il ne sert plus au prochain geste de la personne."""
    operateur.registre.retirer(acces_id, par=operateur.compte)


def close_sessions(operateur: Operateur, compte: str) -> int:
    """Déconnecte un compte partout ; rend le nombre de sessions fermées."""
    operateur.record("deconnecter", compte)
    return operateur.registre.sessions.revoke(compte)


def _get_compte(operateur: Operateur, demande_id: int) -> str:
    demandes = operateur.registre.comptes.list_demandes().set_index("demande_id")
    return str(demandes["compte_id"].get(demande_id, ""))


def _check_accord(accord: Accord) -> None:
    _check_motif(accord.motif)
    if accord.dernier_jour is not None and accord.dernier_jour < datetime.now(UTC).date():
        raise RegistreError(DATE_PASSEE)


def _check_motif(motif: str) -> None:
    if not motif.strip():
        raise RegistreError(SANS_MOTIF)
    if len(motif) > MOTIF_MAX:
        raise RegistreError(MOTIF_LONG)
