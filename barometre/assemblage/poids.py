"""La place qu'une vue prend en mémoire, en octets : assez juste pour borner ce que l'on garde."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import lru_cache
from sys import getsizeof
from typing import Any

import numpy as np
import pandas as pd

MINIMUM = 64
# Ce qui ne contient rien : neuf éléments d'une vue sur dix.
ATOMES = frozenset({str, int, float, bool, bytes, type(None), date, datetime})


def measure(objet: Any) -> int:
    """Les octets de l'objet et de ce qu'il contient ; un objet partagé n'est compté qu'une fois."""
    vus: set[int] = set()
    pile, total = [objet], 0
    while pile:
        element = pile.pop()
        if id(element) in vus:
            continue
        vus.add(id(element))
        if type(element) in ATOMES:
            total += getsizeof(element)
            continue
        total += _measure_one(element)
        pile.extend(_list_parts(element))
    return max(total, MINIMUM)


def _measure_one(element: Any) -> int:
    if isinstance(element, pd.DataFrame):
        return int(element.memory_usage(deep=True).sum())
    if isinstance(element, pd.Series | pd.Index):
        return int(element.memory_usage(deep=True))
    return int(element.nbytes) if isinstance(element, np.ndarray) else getsizeof(element)


def _list_parts(element: Any) -> Iterator[Any]:
    """Ce que contient un conteneur ou une valeur du domaine ; un tableau est déjà compté en entier."""
    classe: Any = type(element)
    if isinstance(element, list | tuple | set | frozenset):
        yield from element
    elif champs := _list_champs(classe):
        yield from (getattr(element, champ) for champ in champs)
    elif isinstance(element, Mapping):
        yield from element.keys()
        yield from element.values()
    elif hasattr(element, "to_plotly_json"):
        yield element.to_plotly_json()


@lru_cache(maxsize=512)
def _list_champs(classe: Hashable) -> tuple[str, ...]:
    """Les champs d'une valeur du domaine, lus une fois par classe."""
    return tuple(champ.name for champ in fields(classe)) if is_dataclass(classe) else ()
