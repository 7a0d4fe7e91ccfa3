"""La page des questionnaires : en choisir un, le lire, l'emporter."""

from __future__ import annotations

from functools import partial

import streamlit as st

from barometre.catalogue import load_catalogue
from barometre.ui import porte, selectors
from barometre.ui.blocks.paroles import Ecrit
from barometre.ui.blocks.questionnaire import build_liste
from barometre.ui.blocks.telechargements import render_telechargements
from barometre.ui.blocks.textes import texte
from barometre.views.donnees.questionnaire import (
    MODELE,
    build_provenance_questionnaire,
    build_table_questionnaire,
)


def render_choix() -> None:
    """Le questionnaire choisi, en entier."""
    catalogue = load_catalogue()
    titres = {theme.id: theme.titre for theme in catalogue.themes if theme.id in catalogue.questionnaires}
    questionnaire = catalogue.get_questionnaire(
        selectors.select_one("questionnaire", "Questionnaire", titres)
    )
    if questionnaire.modele:
        st.warning(MODELE)
    provenance = build_provenance_questionnaire(questionnaire, porte.get_gate().get_version())
    st.header(questionnaire.titre)
    st.html(f"<p>{texte(questionnaire.introduction)}</p>")
    table = partial(build_table_questionnaire, questionnaire)
    render_telechargements(table, provenance, cle="questionnaire")
    st.html(Ecrit(build_liste(questionnaire, codes=True)))
