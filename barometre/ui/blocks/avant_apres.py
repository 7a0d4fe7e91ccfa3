"""« Mesurer l'effet », sur les pages Actions publiques et Fonds."""

from __future__ import annotations

import streamlit as st

from barometre.assemblage.piloter import load_avant_apres
from barometre.catalogue import load_catalogue
from barometre.ui import porte, selectors
from barometre.ui.blocks.graphiques import render_graphique
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.textes import texte
from barometre.views.piloter.avant_apres import format_periode


def select_theme() -> str:
    """Le thème dont les pratiques se comparent."""
    themes = {theme.id: theme.titre for theme in load_catalogue().themes}
    return selectors.select_one("theme", "Thème", themes, defaut=next(iter(themes)))


def render_avant_apres(programme_id: str, titre: str, theme_id: str, *, dates: bool) -> None:
    """L'écart entre deux évolutions, son intervalle, sa force, et ce qui empêche d'y lire une preuve."""
    affiche = load_avant_apres(porte.get_gate(), programme_id, titre, theme_id, dates=dates)
    vue = affiche.vue
    if affiche.graphique is None:
        render_message(vue.phrase)
        return
    lignes = "".join(f"<li>{texte(phrase)}</li>" for phrase in vue.precautions)
    st.html(
        f'<p class="baro-legende">{texte(format_periode(vue.vagues))}.</p>'
        f'<ul class="baro-qualite">{lignes}</ul>'
    )
    cle = f"avant-apres-{programme_id}-{theme_id}"
    render_graphique(affiche.graphique, vue.provenance, cle=cle, titre=f"{titre} : avant et après")
