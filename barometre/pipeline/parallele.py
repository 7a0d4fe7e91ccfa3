"""Faire le même travail sur plusieurs éléments, deux à la fois si la machine le peut."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

Element = TypeVar("Element")
Resultat = TypeVar("Resultat")

# Le travail en cours, que les processus enfants reçoivent à leur naissance sans le recopier.
_TRAVAIL: dict[str, Callable[[Any], Any]] = {}


def map_parallel(
    travail: Callable[[Element], Resultat], elements: Sequence[Element], processus: int
) -> Iterator[Resultat]:
    """Les résultats dans l'ordre des éléments ; `processus` à la fois."""
    if processus <= 1 or len(elements) <= 1:
        yield from map(travail, elements)
        return
    _TRAVAIL["en_cours"] = travail
    try:
        with ProcessPoolExecutor(processus, mp_context=get_context("fork")) as bassin:
            yield from bassin.map(_run, elements)
    finally:
        _TRAVAIL.clear()


def _run(element: Any) -> Any:
    return _TRAVAIL["en_cours"](element)
