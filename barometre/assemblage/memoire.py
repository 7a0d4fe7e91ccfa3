"""Ce qui est composé une fois et gardé.

Une clé = la portée, la version des données, les dates données aux vagues, des filtres simples.
La mémoire est bornée en octets : la vue la moins récemment lue s'efface la première.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Condition
from typing import Any, TypeVar

from cachetools import LRUCache, cached
from cachetools.keys import hashkey

from barometre.access import Gate, Lecture
from barometre.assemblage.depot import build_gate
from barometre.assemblage.poids import measure
from barometre.catalogue.calendrier import read_calendrier
from barometre.domain.portee import PUBLIC

Vue = TypeVar("Vue")
OCTETS = 256 * 1024 * 1024
_VUES: LRUCache[Any, Any] = LRUCache(OCTETS, getsizeof=measure)


def _build_key(gate: Gate, build: Callable[..., Any], *filtres: Any) -> Any:
    """Comparée valeur par valeur : deux filtres différents ne peuvent pas se confondre."""
    return hashkey(build, gate.portee, gate.version_id, read_calendrier(), filtres)


# `condition` : une vue que plusieurs demandent à la fois n'est construite qu'une fois.
@cached(_VUES, key=_build_key, condition=Condition())
def _compose(gate: Gate, build: Callable[..., Any], *filtres: Any) -> tuple[Any, tuple[Lecture, ...]]:
    """La vue, et ce qu'elle a lu de nommé : une porte à elle, pour ne compter que ses lectures."""
    porte = gate.reopen()
    vue = build(porte, *filtres)
    # La même lecture faite deux fois pour une vue n'est qu'un regard : elle s'inscrit une fois.
    return vue, tuple(dict.fromkeys(porte.lectures))


def get_vue(gate: Gate, build: Callable[..., Vue], *filtres: Any) -> Vue:
    """La vue `build(gate, *filtres)`, gardée. Les filtres sont des valeurs simples, jamais un tableau.

    Gardée ou non, elle est livrée : ses lectures nommées s'inscrivent chaque fois, au compte de cette porte.
    """
    vue, lectures = _compose(gate, build, *filtres)
    gate.record_again(lectures)
    livree: Vue = vue
    return livree


def get_vue_publique(gate: Gate, build: Callable[..., Vue], *filtres: Any) -> Vue:
    """Une vue de faits publics, la même pour tous les lecteurs : gardée une fois par version."""
    return get_vue(get_porte_publique(gate), build, *filtres)


def get_porte_publique(gate: Gate) -> Gate:
    """La porte d'un visiteur sur la même version."""
    return gate if gate.portee == PUBLIC else build_gate(PUBLIC, gate.version_id)


def count_octets() -> int:
    """Ce que pèsent les vues gardées, en octets."""
    return int(_VUES.currsize)


def forget() -> None:
    """Tout recomposer : les tests, ou un catalogue changé sans nouvelle version."""
    _VUES.clear()
