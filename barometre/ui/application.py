"""L'affichage d'un geste du lecteur : menu, cadre, page, pied."""

from __future__ import annotations

import streamlit as st

from barometre.administration.operateur import has_droit_operateur
from barometre.domain.version import Version
from barometre.ui import compte, frame, navigation, porte, presentation, roles, state, visiteur
from barometre.ui.blocks import citer
from barometre.ui.blocks.messages import render_message
from barometre.ui.navigation import PageDeclaree
from barometre.views.lecture.address import explain_inconnues, list_inconnues
from barometre.warehouse.engine import EntrepotError

# Ces pages ne lisent pas l'entrepôt : elles s'affichent même s'il n'y en a pas.
SANS_DONNEES = frozenset({"accessibilite", "mentions_legales"})


def render_application() -> None:
    """La page demandée, dans son cadre."""
    visiteur.reread()
    page = navigation.render_navigation(operateur=has_droit_operateur(visiteur.get_lecteur()))
    _configure(page)
    state.reset_messages()
    state.restore_suivies(page.adresse)
    if inconnues := list_inconnues(st.query_params):
        state.add_message(f"{explain_inconnues(inconnues)}\u202f: la page n’en tient pas compte.")
    version, panne = _read_version()
    roles.restore_vue(version)
    if version is not None:
        porte.keep_droit()
    compare = page.adresse not in SANS_DONNEES
    if version is not None and (phrase := porte.explain_version(compare=compare)):
        state.add_message(phrase)
    compte.render_compte(page.adresse)
    roles.render_voir_comme(version)
    frame.render_header(version)
    roles.render_bandeau_role()
    if not panne and presentation.is_presentation(page):
        presentation.render_presentation(page)
        return
    messages = st.container()
    if panne and page.adresse not in SANS_DONNEES:
        _render_panne(panne)
    else:
        navigation.run_page(page)
    with messages:
        frame.render_messages()
    _render_pied(page, version)


def _render_pied(page: PageDeclaree, version: Version | None) -> None:
    """Le pied, et ce que l'on fait d'une page de chiffres : la citer, la projeter."""
    depart = presentation.build_depart(page)
    if version is None or page.adresse in SANS_DONNEES:
        frame.render_footer(version, depart)
        return
    with st.container(key="pied", horizontal=True, gap="medium"):
        citer.render_citer(page.titre, version)
        frame.render_footer(version, depart)


def _configure(page: PageDeclaree) -> None:
    titre = frame.NOM if page.adresse == navigation.ACCUEIL else f"{page.titre} · {frame.NOM}"
    st.set_page_config(page_title=titre, layout="wide", menu_items={"About": frame.A_PROPOS})


def _read_version() -> tuple[Version | None, str]:
    try:
        return porte.get_version(), ""
    except EntrepotError as erreur:
        return None, str(erreur)


def _render_panne(panne: str) -> None:
    st.title("Les données ne sont pas disponibles pour le moment")
    render_message(panne)
    st.write("Les pages reviendront dès que l’entrepôt sera lisible\u202f: rechargez dans quelques minutes.")
