"""« Qui a répondu, et ce que cela change » : en mots, puis le tableau."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from barometre.assemblage.ensemble import load_qualites
from barometre.ui import porte
from barometre.ui.blocks.depliants import render_depliant
from barometre.ui.blocks.textes import render_tableau, texte
from barometre.views.donnees.qualite import Qualite, build_table_qualites

TITRE = "Qui a répondu, et ce que cela change"
CONSEQUENCE = (
    "Le redressement corrige ce que l’on connaît (type, taille, région, couverture par un OPSN). Il ne "
    "corrige pas l’envie de répondre elle-même : c’est pourquoi l’intervalle est dit « hors biais de "
    "participation »."
)


def render_qualite_theme(theme_id: str, vague_id: str) -> None:
    """Le questionnaire de ce thème, à cette vague."""
    for qualite in load_qualites(porte.get_gate()):
        if (qualite.questionnaire_id, qualite.vague_id) == (theme_id, vague_id):
            st.header(TITRE)
            _render_mots(qualite)
            detail = partial(_render_detail, qualite)
            render_depliant("Voir le détail du redressement", detail, cle=f"redressement-{theme_id}")


def _render_detail(qualite: Qualite) -> None:
    faits = pd.DataFrame({"fait": qualite.phrases})
    render_tableau(faits, f"{qualite.questionnaire}, {qualite.vague}")


def _render_mots(qualite: Qualite) -> None:
    lignes = "".join(f"<li>{texte(phrase)}</li>" for phrase in qualite.mots)
    st.html(f'<ul class="baro-qualite">{lignes}</ul><p class="baro-legende">{texte(CONSEQUENCE)}</p>')


def render_qualites() -> None:
    """Tous les questionnaires, à toutes les vagues."""
    qualites = load_qualites(porte.get_gate())
    if not qualites:
        return
    st.header(TITRE)
    st.html(f'<p class="baro-phrase">{texte(CONSEQUENCE)}</p>')
    render_depliant(
        "Voir le tableau, questionnaire par questionnaire",
        lambda: render_tableau(
            build_table_qualites(qualites), "Qualité du redressement, par vague et questionnaire"
        ),
        cle="redressements",
    )
