"""La place qu'une vue prend en mémoire, en octets : assez juste pour borner ce que l'on garde."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from sys import getsizeof
from typing import Any

import numpy as np
import pandas as pd

from barometre.catalogue.model import Theme
from barometre.domain.enquete import Questionnaire
from barometre.domain.indicateur import Indicateur
from barometre.warehouse.lectures import measure_tableau

MINIMUM = 64
# Ce qui ne contient rien : neuf éléments d'une vue sur dix.
ATOMES = frozenset({str, int, float, bool, bytes, type(None), date, datetime})
# Les nombres d'une valeur du domaine : au plus autant d'octets chacun, sans les visiter un à un.
NOMBRES = frozenset({int, float, bool, type(None)})
NOMBRE = 28
# Le catalogue en tient un seul exemplaire, que mille vues montrent : le peser à chacune prenait la moitié du
# temps de pesée, et comptait mille fois ce qui n'est là qu'une.
DU_CATALOGUE = frozenset({Indicateur, Questionnaire, Theme})


def measure(objet: Any) -> int:
    """Les octets de l'objet et de ce qu'il contient ; un objet partagé n'est compté qu'une fois."""
    vus: set[int] = set()
    pile, total = [objet], 0
    while pile:
        element = pile.pop()
        if (place := id(element)) in vus:
            continue
        vus.add(place)
        classe: Any = type(element)
        if classe in DU_CATALOGUE:
            continue
        if classe in ATOMES:
            total += getsizeof(element)
        elif (lire := _find_lecteur(classe)) is not None:
            total += getsizeof(element)
            for champ in lire(element):
                if type(champ) in NOMBRES:
                    total += NOMBRE
                else:
                    pile.append(champ)
        else:
            total += _measure_one(element)
            pile.extend(_list_parts(element))
    return max(total, MINIMUM)


def _measure_one(element: Any) -> int:
    if isinstance(element, pd.DataFrame):
        return measure_tableau(element)
    if isinstance(element, pd.Series | pd.Index):
        return int(element.memory_usage(deep=True))
    return int(element.nbytes) if isinstance(element, np.ndarray) else getsizeof(element)


def _list_parts(element: Any) -> Iterable[Any]:
    """Ce que contient un conteneur ; un tableau est déjà compté en entier."""
    if isinstance(element, list | tuple | set | frozenset):
        return element
    if isinstance(element, Mapping):
        return chain(element.keys(), element.values())
    return (element.to_plotly_json(),) if hasattr(element, "to_plotly_json") else ()


@lru_cache(maxsize=512)
def _find_lecteur(classe: Hashable) -> Callable[[Any], tuple[Any, ...]] | None:
    """De quoi lire d'un coup les champs d'une valeur du domaine ; None pour toute autre classe."""
    champs = [champ.name for champ in fields(classe)] if is_dataclass(classe) else []
    # Deux noms au moins : d'un seul, `attrgetter` rend la valeur et non un tuple.
    return attrgetter(*champs, *champs[:1]) if champs else None
