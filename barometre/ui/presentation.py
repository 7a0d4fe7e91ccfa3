"""Le mode présentation : la page projetée, une diapositive à la fois, sur une version figée.

Toutes les diapositives partent en un bloc : avancer ne demande rien au serveur (`presentation.js`), et la
place est dans l'adresse (`presentation=3`). Imprimer les donne toutes, une par feuille.
"""

from __future__ import annotations

from datetime import date

import streamlit as st

from barometre.assemblage import memoire
from barometre.catalogue import load_catalogue
from barometre.rapports.diapo import Choix
from barometre.rapports.diapos import build_diapos, is_presentable
from barometre.ui import porte, roles, selectors, state
from barometre.ui.blocks.diapos import Pied, build_presentation
from barometre.ui.navigation import PageDeclaree
from barometre.views.lecture.selection import read_selection

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


def read_choix(page: PageDeclaree) -> Choix:
    """Ce que l'adresse choisit, comme sur la page ; une mauvaise valeur donne celle par défaut."""
    catalogue = load_catalogue()
    themes = [theme.id for theme in catalogue.themes]
    theme = page.theme_id or selectors.read_choix("theme", dict.fromkeys(themes, ""), themes[0])
    vagues = selectors.list_vagues(theme)
    parts = [i.id for i in catalogue.list_indicateurs(theme, origine="declare") if i.est_part]
    niveaux = dict.fromkeys(("region", "departement"), "")
    return Choix(
        theme_id=theme,
        vague_id=selectors.read_choix("vague", vagues, selectors.get_vague_defaut(theme)),
        indicateur_id=selectors.read_choix("indicateur", dict.fromkeys(parts, ""), parts[0]),
        niveau=selectors.read_choix("niveau", niveaux, "region"),
        selection=selectors.read_theme_cell(theme) if page.theme_id else read_selection(state.read_adresse()),
        jour=date.today(),
    )


def _start() -> None:
    st.query_params[CLE] = "1"


def _leave() -> None:
    st.query_params.pop(CLE, None)
    state.write_valeur(VERSION, "", "")
