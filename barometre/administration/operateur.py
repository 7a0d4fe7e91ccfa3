"""Qui administre : un opérateur dont le droit vient d'être relu, et qui signe chacun de ses gestes.

Aucune valeur du navigateur n'y mène : le lecteur vient de sa session, relue au registre. Le journal s'écrit
avant le geste ; s'il ne s'écrit pas, le geste n'a pas lieu.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from barometre.access import AccesRefuse, Registre
from barometre.access.lecteur import Lecteur
from barometre.access.registre import RegistreError
from barometre.domain.portee import OPERATEUR
from barometre.ingest.errors import ImportRefuse
from barometre.warehouse.engine import EntrepotError

# Ce qu'un geste peut refuser, d'une phrase pour qui l'a fait.
REFUS = (AccesRefuse, RegistreError, ImportRefuse, EntrepotError)
RESERVEE = "Cette page est réservée aux opérateurs du baromètre."


@dataclass(frozen=True, slots=True)
class Operateur:
    """Le compte qui agit et le registre où il signe."""

    compte: str
    registre: Registre = field(repr=False)

    def record(self, action: str, objet: str, detail: str = "") -> None:
        """Inscrit un geste ; `RegistreError` s'il ne peut pas l'être, et le geste n'a pas lieu."""
        self.registre.journaliser(action, objet, portee=OPERATEUR, compte=self.compte, detail=detail)


def is_operateur(lecteur: Lecteur) -> bool:
    """Vrai si la portée prise est celle d'un opérateur, accordée et non prêtée par la démonstration."""
    return bool(lecteur.compte) and lecteur.portee.role == "operateur" and not lecteur.portee.simulee


def has_droit_operateur(lecteur: Lecteur) -> bool:
    """Vrai si l'un de ses droits est celui d'un opérateur, qu'il l'ait pris ou non."""
    return any(portee.role == "operateur" for portee in lecteur.droits.values())


def check_operateur(lecteur: Lecteur, registre: Registre) -> Operateur:
    """L'opérateur ; `AccesRefuse` sinon, et le refus d'une personne connectée est inscrit."""
    if is_operateur(lecteur):
        return Operateur(lecteur.compte, registre)
    if lecteur.compte:
        registre.journaliser(
            "refus_administrer", "administration", portee=lecteur.portee, compte=lecteur.compte
        )
    raise AccesRefuse(RESERVEE)
