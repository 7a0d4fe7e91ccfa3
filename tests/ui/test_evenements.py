"""Les événements d'une page arrivent à la boucle par paquets, tous, dans leur ordre."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import Any, TypeVar

import pytest
from streamlit.runtime.app_session import AppSession, AppSessionState

from barometre.ui.serving.evenements import Paquet, set_evenements_groupes

Resultat = TypeVar("Resultat")
COMBIEN = 200


def _run(travail: Coroutine[Any, Any, Resultat]) -> Resultat:
    """À part : un essai du navigateur laisse une boucle ouverte dans le fil principal."""
    with ThreadPoolExecutor(1) as a_part:
        return a_part.submit(asyncio.run, travail).result()


async def _wait(vus: list[Any], combien: int) -> None:
    async with asyncio.timeout(10):
        while len(vus) < combien:
            await asyncio.sleep(0.001)


class Boucle:
    """La boucle en cours, dont les réveils se comptent."""

    def __init__(self) -> None:
        self._boucle, self.reveils = asyncio.get_running_loop(), 0
        self.erreurs: list[dict[str, Any]] = []

    def __getattr__(self, nom: str) -> Any:
        return getattr(self._boucle, nom)

    def call_soon_threadsafe(self, *arguments: Any) -> Any:
        self.reveils += 1
        return self._boucle.call_soon_threadsafe(*arguments)

    def call_exception_handler(self, contexte: dict[str, Any]) -> None:
        self.erreurs.append(contexte)


def _send(add: Callable[[Callable[[], None]], None], vus: list[int]) -> None:
    for rang in range(COMBIEN):
        add(lambda rang=rang: vus.append(rang))  # type: ignore[misc]


def test_tout_arrive_dans_l_ordre_en_bien_moins_de_reveils() -> None:
    async def envoyer() -> tuple[list[int], int]:
        boucle, vus = Boucle(), list[int]()
        Thread(target=_send, args=(Paquet(boucle).add, vus)).start()  # type: ignore[arg-type]
        await _wait(vus, COMBIEN)
        return vus, boucle.reveils

    vus, reveils = _run(envoyer())
    assert vus == list(range(COMBIEN))
    assert reveils < COMBIEN / 4


def test_deux_fils_a_la_fois_ne_perdent_rien() -> None:
    async def envoyer() -> list[list[int]]:
        paquet, suites = Paquet(asyncio.get_running_loop()), [list[int](), list[int]()]
        for vus in suites:
            Thread(target=_send, args=(paquet.add, vus)).start()
        for vus in suites:
            await _wait(vus, COMBIEN)
        return suites

    assert _run(envoyer()) == [list(range(COMBIEN))] * 2


def test_un_evenement_qui_echoue_n_arrete_pas_les_autres() -> None:
    async def envoyer() -> tuple[list[int], list[dict[str, Any]]]:
        boucle, vus = Boucle(), list[int]()
        paquet = Paquet(boucle)  # type: ignore[arg-type]
        paquet.add(lambda: vus.append(1))
        paquet.add(lambda: vus.append(1 // 0))
        paquet.add(lambda: vus.append(2))
        await _wait(vus, 2)
        return vus, boucle.erreurs

    vus, erreurs = _run(envoyer())
    assert vus == [1, 2]
    assert [type(e["exception"]) for e in erreurs] == [ZeroDivisionError]


def test_la_boucle_fermee_ce_qui_arrive_se_perd_sans_faute() -> None:
    boucle = asyncio.new_event_loop()
    paquet, vus = Paquet(boucle), list[int]()
    boucle.close()
    paquet.add(lambda: vus.append(1))
    paquet.add(lambda: vus.append(2))
    assert not vus
    assert not paquet._attente


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> type[AppSession]:
    """Une session de Streamlit dont le réveil est remplacé, remise comme elle était ensuite."""
    for nom in ("_call_soon_on_event_loop", "request_rerun"):
        monkeypatch.setattr(AppSession, nom, getattr(AppSession, nom))
    monkeypatch.setattr(AppSession, "_paquet_evenements", None, raising=False)
    monkeypatch.delattr(AppSession, "_paquet_evenements")
    return AppSession


def test_un_geste_attend_ce_qui_etait_en_chemin(
    session: type[AppSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streamlit jette ce qu'un passage envoie encore quand le suivant a commencé : rien ne reste donc."""
    faits: list[str] = []
    monkeypatch.setattr(session, "request_rerun", lambda *_: faits.append("geste"))
    set_evenements_groupes()
    set_evenements_groupes()

    async def jouer() -> None:
        sienne = AppSession.__new__(session)
        sienne._event_loop = asyncio.get_running_loop()
        sienne._state = AppSessionState.SHUTDOWN_REQUESTED
        sienne._call_soon_on_event_loop(lambda: faits.append("fin du premier passage"))
        sienne.request_rerun(None)
        await asyncio.sleep(0.02)

    _run(jouer())
    assert faits == ["fin du premier passage", "geste"]


def test_un_fichier_source_change_relance_d_un_autre_fil_sans_rien_remettre(
    session: type[AppSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    faits: list[str] = []
    monkeypatch.setattr(session, "request_rerun", lambda *_: faits.append("geste"))
    set_evenements_groupes()

    async def jouer() -> None:
        sienne = AppSession.__new__(session)
        sienne._event_loop = asyncio.get_running_loop()
        sienne._state = AppSessionState.SHUTDOWN_REQUESTED
        sienne._call_soon_on_event_loop(lambda: faits.append("message"))
        ailleurs = Thread(target=sienne.request_rerun, args=(None,))
        ailleurs.start()
        ailleurs.join()
        assert faits == ["geste"]
        await asyncio.sleep(0.02)

    _run(jouer())
    assert faits == ["geste", "message"]
