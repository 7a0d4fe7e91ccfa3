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


def build_depart(page: PageDeclaree) -> str:
    """Le lien qui lance la présentation, au pied des pages qui se projettent ; vide ailleurs.

    `francais.js` garde le reste de l'adresse, que la page a pu changer depuis sans se réécrire.
    """
    if not is_presentable(page.adresse):
        return ""
    return (
        f'<a class="baro-bouton" href="?{CLE}=1" target="_self" data-page="garder" '
        'title="Une diapositive à la fois">Présenter</a>'
    )


def _leave() -> None:
    st.query_params.pop(CLE, None)
    state.write_valeur(VERSION, "", "")
