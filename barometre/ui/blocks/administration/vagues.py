"""Les vagues : où chacune en est, l'ouvrir, la clore, en changer les dates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import streamlit as st

from barometre.administration.operateur import Operateur
from barometre.administration.vagues import (
    close_vague,
    get_vague,
    list_vagues,
    open_vague,
    reset_dates,
    set_dates,
)
from barometre.assemblage.calendrier import forget_calendrier
from barometre.catalogue import load_catalogue
from barometre.ui.blocks.administration.gestes import get_operateur, run_geste
from barometre.ui.blocks.textes import render_tableau

_VAGUE, _OUVERTURE, _FERMETURE = "vague-a-dater", "vague-ouverture-", "vague-fermeture-"
FORMAT = "DD/MM/YYYY"


def render_vagues() -> None:
    """Le tableau, puis la vague choisie et ses gestes ; tout suit aussitôt, sans reconstruction."""
    st.header("Où en est chaque vague")
    render_tableau(list_vagues(get_operateur(), date.today()), "Vagues")
    st.header("Ouvrir, clore")
    titres = {vague.id: vague.titre for vague in load_catalogue().vagues}
    vague_id = str(
        st.selectbox("Vague", list(titres), index=len(titres) - 1, format_func=titres.__getitem__, key=_VAGUE)
    )
    with st.container(horizontal=True):
        _add_bouton("Ouvrir aujourd’hui", "ouvrir", vague_id, _open)
        _add_bouton("Clore aujourd’hui", "clore", vague_id, _close)
        _add_bouton("Revenir aux dates du catalogue", "rendre", vague_id, _reset)
    _render_dates(vague_id)


def _add_bouton(libelle: str, nom: str, vague_id: str, geste: Callable[[str], None]) -> None:
    st.button(libelle, key=f"vague-{nom}", on_click=geste, args=(vague_id,))


def _render_dates(vague_id: str) -> None:
    vague = get_vague(vague_id)
    # Les dates affichées font la clé : un autre geste (clore) les montre neuves.
    suite = f"{vague_id}-{vague.ouverture}-{vague.fermeture}"
    with st.form("dater-vague", border=True):
        gauche, droite = st.columns(2)
        gauche.date_input("Ouverture", vague.ouverture, key=f"{_OUVERTURE}{suite}", format=FORMAT)
        droite.date_input("Clôture", vague.fermeture, key=f"{_FERMETURE}{suite}", format=FORMAT)
        st.form_submit_button("Donner ces dates", on_click=_save, args=(vague_id, suite))


def _open(vague_id: str) -> None:
    _run(lambda operateur: open_vague(operateur, vague_id, date.today()), "La vague est ouverte.")


def _close(vague_id: str) -> None:
    _run(lambda operateur: close_vague(operateur, vague_id, date.today()), "La vague est close ce soir.")


def _reset(vague_id: str) -> None:
    _run(lambda operateur: reset_dates(operateur, vague_id), "La vague a les dates du catalogue.")


def _save(vague_id: str, suite: str) -> None:
    dates = [_read(f"{nom}{suite}") for nom in (_OUVERTURE, _FERMETURE)]
    _run(lambda operateur: set_dates(operateur, vague_id, *dates), "La vague a ces dates.")


def _read(cle: str) -> date | None:
    """Un message forgé peut porter autre chose qu'une date."""
    lue = st.session_state.get(cle)
    return lue if isinstance(lue, date) else None


def _run(geste: Callable[[Operateur], None], phrase: str) -> None:
    def execute(operateur: Operateur) -> str:
        geste(operateur)
        return f"{phrase} Les pages, les alertes et l’import la suivent."

    run_geste(execute)
    forget_calendrier()
