"""Joue les changements de `scripts.mutants` : une extension de pytest, au lieu de ses essais.

Les essais se recueillent une fois. Un premier processus, né de celui-là, les joue tous et note les fonctions
changées que chacun appelle ; puis chaque changement a le sien, où ses essais passent, les rapides d'abord,
jusqu'au premier qui échoue. mutmut, lui, relance pytest à chaque changement (une seconde) dans un processus
qui a déjà joué les essais : ce qu'un cache ou une fixture y a gardé ne s'y recalcule pas, et survit à tort.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import _lru_cache_wrapper
from itertools import accumulate, pairwise
from pathlib import Path
from time import process_time

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import Phase, settings
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

JOURNAL, MESURE, DEMANDE = Path("journal.jsonl"), Path("mesure.json"), Path("demande.json")
# Secondes de processeur : tant de fois la durée de ses essais, et de quoi démarrer.
DELAI_FOIS, DELAI_DE_PLUS = 20, 10
# Les fonctions changées que les fixtures de chaque fichier ont appelées.
PREPARES: defaultdict[str, set[str]] = defaultdict(set)
SORTS = {0: "survivant", 1: "vu", -signal.SIGXCPU: "hors délai", -signal.SIGKILL: "hors délai"}


def pytest_configure() -> None:
    """Hypothesis ne réduit ni n'explique un échec : qu'il échoue suffit. Il tire toujours les mêmes cas."""
    phases = [Phase.explicit, Phase.generate]
    settings.register_profile("mutants", phases=phases, database=None, derandomize=True, deadline=None)
    settings.load_profile("mutants")


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Mesure, puis joue chaque changement qui n'a pas encore été vu."""
    if session.testsfailed:
        raise session.Interrupted("Un essai ne se recueille pas.")
    racine = Path.cwd()
    if _run_apart(lambda: _measure(session.items, racine / MESURE)) != 0:
        raise session.Failed("Un essai échoue sans aucun changement.")
    mesure = json.loads(MESURE.read_text("utf-8"))
    essais = {item.nodeid: item for item in session.items}
    demande = json.loads(DEMANDE.read_text("utf-8"))
    for nom, change in _list_restants(demande["changes"]):
        noms = mesure["essais"].get(nom.partition("__mutmut_")[0], [])
        passees = accumulate((mesure["durees"][n] for n in noms), initial=0.0)
        siens = [essais[n] for n, passe in zip(noms, passees, strict=False) if passe < demande["secondes"]]
        duree = sum(mesure["durees"][item.nodeid] for item in siens)
        delai = int(DELAI_FOIS * duree + DELAI_DE_PLUS)
        code = _run_apart(lambda n=nom, s=siens: _run_mutant(n, s), delai) if siens else 0  # type: ignore[misc]
        sort = SORTS.get(code, "vu") if siens else "sans essai"
        with JOURNAL.open("a", encoding="utf-8") as journal:
            journal.write(json.dumps({"nom": nom, "change": change, "sort": sort}) + "\n")
    return True


def _list_restants(changes: dict[str, str]) -> Iterator[tuple[str, str]]:
    lignes = JOURNAL.read_text("utf-8").splitlines() if JOURNAL.exists() else []
    dits = {e["nom"]: e for e in map(json.loads, lignes)}
    for nom, change in changes.items():
        dit = dits.get(nom, {})
        if dit.get("change") != change or dit["sort"] not in ("vu", "hors délai"):
            yield nom, change


def _run_apart(faire: Callable[[], int], delai: int | None = None) -> int:
    """Le code de retour d'un processus né de celui-ci, tel qu'il est ; négatif, le signal qui l'a tué."""
    enfant = os.fork()
    if enfant:
        return os.waitstatus_to_exitcode(os.waitpid(enfant, 0)[1])
    code = 1
    try:
        if delai is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (delai, delai + 5))
        code = faire()
    finally:
        os._exit(code)


def _run_mutant(nom: str, essais: list[pytest.Item]) -> int:
    set_mutant_under_test(nom)
    return int(any(not _passes(essai, suivant) for essai, suivant in _pair(essais)))


def _pair(essais: Iterable[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    """Chaque essai et le suivant : pytest ne défait d'une fixture que ce que le suivant ne reprend pas."""
    return pairwise([*essais, None])  # type: ignore[list-item]


def _passes(essai: pytest.Item, suivant: pytest.Item | None) -> bool:
    return not any(r.failed for r in runtestprotocol(essai, log=False, nextitem=suivant))


def pytest_runtest_call(item: pytest.Item) -> None:
    """Ce qui a tourné avant l'essai (une fixture) sert peut-être à tout son fichier."""
    PREPARES[item.nodeid.partition("::")[0]].update(state()._stats)


def _measure(essais: list[pytest.Item], ou: Path) -> int:
    """Joue chaque essai sans changement, caches vides : pleins, ils tairaient ce dont il a besoin."""
    set_mutant_under_test("stats")
    caches = [c for c in gc.get_objects() if isinstance(c, _lru_cache_wrapper)]
    caches = [c for c in caches if str(c.__module__).startswith(("barometre.", "tests."))]
    durees: dict[str, float] = {}
    appelees: dict[str, set[str]] = {}
    for essai, suivant in _pair(essais):
        for cache in caches:
            cache.cache_clear()
        state()._stats.clear()
        debut = process_time()
        if not _passes(essai, suivant):
            print(f"échoue sans aucun changement : {essai.nodeid}", flush=True)
            return 1
        durees[essai.nodeid] = process_time() - debut
        appelees[essai.nodeid] = set(state()._stats)
    par_fonction = _sort_essais(durees, appelees)
    ou.write_text(json.dumps({"durees": durees, "essais": par_fonction}), "utf-8")
    return 0


def _sort_essais(durees: dict[str, float], appelees: dict[str, set[str]]) -> dict[str, list[str]]:
    """Les essais de chaque fonction, rapides d'abord ; ce qu'un fichier prépare est à tous les siens."""
    par_fonction: defaultdict[str, list[str]] = defaultdict(list)
    for essai in sorted(durees, key=lambda e: durees[e]):
        for fonction in appelees[essai] | PREPARES[essai.partition("::")[0]]:
            par_fonction[fonction].append(essai)
    return dict(par_fonction)
