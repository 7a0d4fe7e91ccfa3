"""Faire le même travail sur plusieurs éléments, plusieurs à la fois si la machine le peut."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from threading import Thread
from typing import Any, TypeVar

Element = TypeVar("Element")
Resultat = TypeVar("Resultat")

# Toutes les combien de secondes un enfant regarde si son parent vit encore.
VEILLE = 0.5
# Le travail en cours, que les processus enfants reçoivent à leur naissance sans le recopier.
_TRAVAIL: dict[str, Callable[[Any], Any]] = {}


@contextmanager
def start_parallel(
    travail: Callable[[Element], Resultat], elements: Sequence[Element], processus: int
) -> Iterator[Iterator[Resultat]]:
    """Les résultats, dans l'ordre des éléments. Les processus naissent en entrant, avant toute connexion."""
    if processus <= 1 or len(elements) <= 1:
        yield map(travail, elements)
        return
    _TRAVAIL["en_cours"] = travail
    bassin = _open_bassin(processus)
    try:
        yield bassin.map(_run, elements)
    finally:
        bassin.shutdown(cancel_futures=True)
        _TRAVAIL.clear()


@contextmanager
def start_apart(travail: Callable[[], Resultat], processus: int) -> Iterator[Callable[[], Resultat]]:
    """Le travail, commencé à côté s'il y a plus d'un processus : l'appeler en attend le résultat.

    Entre-temps, une connexion peut s'ouvrir : d'ici, plus rien ne naît. D'un seul processus, il se fait à
    l'appel.
    """
    if processus <= 1:
        yield travail
        return
    _TRAVAIL["en_cours"] = lambda _: travail()
    bassin = _open_bassin(1)
    try:
        yield bassin.submit(_run, None).result
    finally:
        bassin.shutdown(cancel_futures=True)
        _TRAVAIL.clear()


def run_parallel(
    travail: Callable[[Element], Resultat], elements: Sequence[Element], processus: int
) -> list[Resultat]:
    """Les résultats, tous, dans l'ordre des éléments ; aucune connexion ne doit être ouverte."""
    with start_parallel(travail, elements, processus) as resultats:
        return list(resultats)


def _open_bassin(processus: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        processus, mp_context=get_context("fork"), initializer=_start, initargs=(os.getpid(),)
    )


def _start(parent: int) -> None:
    """Un enfant vit quelques secondes : le ramasse-miettes ne lui rendrait rien.

    Son parent tué (« kill -9 »), il attendrait toujours qu'on lise son résultat, et garderait le verrou de
    l'entrepôt, dont il a hérité : plus rien ne s'importerait.
    """
    gc.disable()
    Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(VEILLE)
    os._exit(1)


def _run(element: Any) -> Any:
    return _TRAVAIL["en_cours"](element)
