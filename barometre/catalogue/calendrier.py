"""Les dates qu'un opérateur a données aux vagues, par-dessus celles de `vagues.yml`.

Le catalogue ne sait pas où elles sont gardées : qui assemble l'application lui dit comment les lire, et tout
ce qui lit les vagues (pages, alertes, import, construction) les suit, sans fichier à changer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from barometre.domain.enquete import Vague


@dataclass(frozen=True, slots=True)
class Periode:
    """Les dates d'une vague ; `None` : inconnue, ou pas encore close."""

    vague_id: str
    ouverture: date | None
    fermeture: date | None


Calendrier = tuple[Periode, ...]


def _read_rien() -> Calendrier:
    return ()


_lecteurs: list[Callable[[], Calendrier]] = [_read_rien]


def set_lecteur(lecteur: Callable[[], Calendrier]) -> None:
    """Dit comment lire les dates données ; le dernier dit l'emporte."""
    _lecteurs[:] = [lecteur]


def read_calendrier() -> Calendrier:
    """Les dates données, une par vague au plus."""
    return _lecteurs[0]()


def apply_calendrier(vagues: Iterable[Vague], calendrier: Calendrier) -> tuple[Vague, ...]:
    """Les vagues, avec les dates données ; une vague que le catalogue ne connaît plus est ignorée."""
    donnees = {periode.vague_id: periode for periode in calendrier}
    return tuple(
        replace(v, ouverture=donnees[v.id].ouverture, fermeture=donnees[v.id].fermeture)
        if v.id in donnees
        else v
        for v in vagues
    )
