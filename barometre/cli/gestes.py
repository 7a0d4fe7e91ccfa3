"""Ce qu'une commande change, signé du compte de la machine au même journal que les gestes de la page."""

from __future__ import annotations

from barometre.access.registre import get_registre
from barometre.cli.sortie import get_operateur
from barometre.domain.portee import OPERATEUR

SANS_NOM = "commande"


def record_geste(action: str, objet: str, detail: str = "") -> None:
    """Inscrit ce que la commande va faire ; `RegistreError` s'il ne peut pas l'être, et rien n'est fait."""
    get_registre().journaliser(
        action, objet, portee=OPERATEUR, compte=get_operateur() or SANS_NOM, detail=detail
    )
