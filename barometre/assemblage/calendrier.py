"""Les dates des vagues, lues au registre : ce que le catalogue suit dans ce processus."""

from __future__ import annotations

import os
from threading import Condition

from cachetools import TTLCache, cached

from barometre.access.erreurs import PANNES
from barometre.access.registre import VARIABLE, get_registre, is_registre_ouvert
from barometre.catalogue.calendrier import Calendrier, Periode, set_lecteur

# Une page demande le catalogue cent fois ; un autre processus voit un changement dans ce délai.
SECONDES, REGISTRES = 0.5, 4


def _get_adresse() -> str:
    return os.environ.get(VARIABLE, "")


@cached(TTLCache(REGISTRES, ttl=SECONDES), key=_get_adresse, condition=Condition())
def read_calendrier_garde() -> Calendrier:
    """Les dates données par l'opérateur ; un registre qui ne répond pas laisse celles du catalogue."""
    if not is_registre_ouvert():
        return ()
    try:
        donnees = get_registre().calendrier.list()
    except PANNES:
        return ()
    return tuple(Periode(d.vague_id, d.ouverture, d.fermeture) for d in donnees)


def set_calendrier_garde() -> None:
    """Le catalogue de ce processus suit désormais le registre."""
    set_lecteur(read_calendrier_garde)


def forget_calendrier() -> None:
    """Relit au prochain affichage : un opérateur voit tout de suite son geste."""
    read_calendrier_garde.cache.clear()
