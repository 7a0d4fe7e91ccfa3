"""Ce qu'une page envoie, remis à la boucle du serveur par paquets.

Streamlit y réveille la boucle à chacun des vingt à cinquante messages d'une page : un appel au système, et
l'interpréteur passé d'un fil à l'autre, quatre fois par milliseconde. Un seul réveil les remet tous, dans
leur ordre, `ATTENTE` au plus après le premier.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Lock

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession

# s : moins que ce que Streamlit laisse de toute façon passer entre deux envois (5 ms).
ATTENTE = 0.004
_PAQUET = "_paquet_evenements"


class Paquet:
    """Les événements d'une session qui attendent la boucle."""

    def __init__(self, boucle: asyncio.AbstractEventLoop) -> None:
        self._boucle, self._verrou = boucle, Lock()
        self._attente: list[Callable[[], None]] = []

    def add(self, evenement: Callable[[], None]) -> None:
        """De n'importe quel fil. La boucle fermée, l'événement se perd, comme chez Streamlit."""
        with self._verrou:
            self._attente.append(evenement)
            premier = len(self._attente) == 1
        if not premier:
            return
        try:
            self._boucle.call_soon_threadsafe(self._boucle.call_later, ATTENTE, self.run_now)
        except RuntimeError:
            self._attente.clear()
            if not self._boucle.is_closed():
                raise

    def run_now(self) -> None:
        """Tout ce qui attend, dans son ordre, du fil de la boucle. L'un échoue : les autres arrivent."""
        with self._verrou:
            attente, self._attente = self._attente, []
        for evenement in attente:
            try:
                evenement()
            except Exception as erreur:
                self._boucle.call_exception_handler({"message": str(erreur), "exception": erreur})


def set_evenements_groupes() -> None:
    """Remplace le réveil de Streamlit, une fois ; sans effet la seconde.

    Un geste du lecteur attend d'abord ce qui était en chemin : Streamlit jette ce qu'un passage envoie encore
    quand le suivant a commencé.
    """
    if hasattr(AppSession, _PAQUET):
        return
    relancer = AppSession.request_rerun

    def call_soon(session: AppSession, evenement: Callable[[], None]) -> None:
        _get_paquet(session).add(evenement)

    def request_rerun(session: AppSession, etat: ClientState | None) -> None:
        if _is_boucle(session):
            _get_paquet(session).run_now()
        relancer(session, etat)

    remplaces = {"_call_soon_on_event_loop": call_soon, "request_rerun": request_rerun, _PAQUET: None}
    for nom, valeur in remplaces.items():
        setattr(AppSession, nom, valeur)


def _get_paquet(session: AppSession) -> Paquet:
    # `setdefault` : deux fils qui le demandent à la fois reçoivent le même.
    attributs = vars(session)
    return attributs.get(_PAQUET) or attributs.setdefault(_PAQUET, Paquet(session._event_loop))


def _is_boucle(session: AppSession) -> bool:
    """Vrai du fil de la boucle : un fichier source changé relance la page d'un autre."""
    try:
        return asyncio.get_running_loop() is session._event_loop
    except RuntimeError:
        return False
