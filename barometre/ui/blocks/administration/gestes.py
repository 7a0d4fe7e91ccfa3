"""Ce qui entoure chaque geste d'un opérateur : son droit relu, une phrase pour ce qui est refusé."""

from __future__ import annotations

from collections.abc import Callable

from barometre.access.registre import get_registre
from barometre.administration.operateur import (
    REFUS,
    Operateur,
    check_operateur,
    has_droit_operateur,
    is_operateur,
)
from barometre.assemblage import depot
from barometre.ui import porte, state, visiteur

A_CHOISIR = (
    "Vous avez un droit d’opérateur, et lisez sous un autre\u202f: choisissez «\u202fOpérateur du "
    "baromètre\u202f» dans le menu, sous «\u202fLire comme\u202f»."
)
ANCIENNE = "On administre la version en service\u202f: ôtez «\u202fversion\u202f» de l’adresse."
RESERVEE = (
    "Cette page est réservée aux opérateurs du baromètre, connectés avec un second facteur. Rien de ce "
    "qu’elle montre n’est dans les autres pages."
)


def get_operateur() -> Operateur:
    """L'opérateur de ce geste, relu au registre à l'instant ; `AccesRefuse` sinon."""
    visiteur.reread()
    return check_operateur(visiteur.get_lecteur(), get_registre())


def explain_refus() -> str:
    """Pourquoi la page ne s'ouvre pas à ce lecteur ; vide si elle s'ouvre."""
    lecteur = visiteur.get_lecteur()
    if is_operateur(lecteur):
        return ANCIENNE if porte.is_ancienne() else ""
    return A_CHOISIR if has_droit_operateur(lecteur) and not lecteur.a_renforcer else RESERVEE


def run_geste(geste: Callable[[Operateur], str]) -> bool:
    """Fait un geste (une fonction de rappel) et garde sa phrase pour l'affichage ; vrai s'il a eu lieu."""
    try:
        phrase = geste(get_operateur())
    except REFUS as refus:
        state.keep_message(str(refus))
        return False
    state.keep_message(phrase)
    # Une mise en service ou un import se lit tout de suite, et non une demi-seconde plus tard.
    depot.get_version_id.cache.clear()
    for memoire in (depot.is_gardee, depot.is_preparee):
        memoire.cache.clear()
    return True
