"""Le mode présentation : la page projetée, une diapositive à la fois, sur une version figée.

Toutes les diapositives partent en un bloc : avancer ne demande rien au serveur (`presentation.js`), et la
place est dans l'adresse (`presentation=3`). Imprimer les donne toutes, une par feuille.
"""

from __future__ import annotations

import streamlit as st

from barometre.assemblage import memoire
from barometre.rapports.diapos import build_diapos, is_presentable
from barometre.ui import porte, roles, state
from barometre.ui.blocks.diapos import Pied, build_presentation
from barometre.ui.choix_projete import read_choix
from barometre.ui.navigation import PageDeclaree

CLE, VERSION = "presentation", "version"


def is_presentation(page: PageDeclaree) -> bool:
    """Vrai si l'adresse demande de projeter cette page."""
    rang = st.query_params.get(CLE, "")
    return rang.isascii() and rang.isdecimal() and is_presentable(page.adresse)


def render_presentation(page: PageDeclaree) -> None:
    """Les diapositives de la page, et le bouton qui en sort."""
    # Une version mise en service pendant la réunion ne change rien à l'écran.
    state.write_valeur(VERSION, porte.get_version_id(), "")
    gate = porte.get_gate()
    diapos = memoire.get_vue(gate, build_diapos, page.adresse, read_choix(page))
    pied = Pied(porte.get_version(), page.titre, roles.describe_vue_simulee())
    st.html(build_presentation(diapos, int(st.query_params[CLE]), pied))
    st.button("Quitter la présentation", key="quitter-presentation", on_click=_leave)


def render_depart(page: PageDeclaree) -> None:
    """Le bouton qui lance la présentation, au pied des pages qui se projettent."""
    if is_presentable(page.adresse):
        st.button("Présenter", key="presenter", on_click=_start, help="Une diapositive à la fois")


def _start() -> None:
    st.query_params[CLE] = "1"


def _leave() -> None:
    st.query_params.pop(CLE, None)
    state.write_valeur(VERSION, "", "")
