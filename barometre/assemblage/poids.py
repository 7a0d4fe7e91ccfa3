"""La place qu'une vue prend en mémoire, en octets : assez juste pour borner ce que l'on garde."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from sys import getsizeof
from typing import Any

import numpy as np
import pandas as pd

MINIMUM = 64


def measure(objet: Any) -> int:
    """Les octets de l'objet et de ce qu'il contient ; un objet partagé n'est compté qu'une fois."""
    vus: set[int] = set()
    pile, total = [objet], 0
    while pile:
        element = pile.pop()
        if id(element) in vus:
            continue
        vus.add(id(element))
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
    if isinstance(element, Mapping):
        yield from element.keys()
        yield from element.values()
    elif isinstance(element, list | tuple | set | frozenset):
        yield from element
    elif is_dataclass(element) and not isinstance(element, type):
        yield from (getattr(element, champ.name) for champ in fields(element))
    elif hasattr(element, "to_plotly_json"):
        yield element.to_plotly_json()
