"""Un thème : ce qu'il faut retenir, ses chiffres et ce qu'ils valent, ses questions."""

import streamlit as st

from barometre.assemblage.theme import load_theme
from barometre.ui import navigation, porte, selectors
from barometre.ui.blocks import carte, etat, qualite
from barometre.ui.blocks import theme as blocs

theme = navigation.get_theme()
st.title(theme.question)
retenir = st.container()
affiche = load_theme(porte.get_gate(), theme.id, selectors.select_theme_cell(theme.id))

with retenir:
    blocs.render_a_retenir(affiche)
blocs.render_cles(affiche)
blocs.render_ensemble(affiche)
blocs.render_indicateur(affiche)
carte.render_carte_theme(affiche.vue)
etat.render_mesures(affiche.vue)
etat.render_accord(affiche.vue)
qualite.render_qualite_theme(theme.id, affiche.vue.selection.vague_id)
blocs.render_questions(affiche.vue)
blocs.render_exports(affiche.vue)
