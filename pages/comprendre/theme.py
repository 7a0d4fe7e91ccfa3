"""Un thème en quatre vues : l'essentiel, les répartitions, les territoires, les données et la méthode."""

import streamlit as st

from barometre.assemblage.theme import load_theme
from barometre.ui import navigation, porte, selectors
from barometre.ui.blocks import theme as blocs

theme = navigation.get_theme()
st.title(theme.question)
affiche = load_theme(porte.get_gate(), theme.id, selectors.read_theme_cell(theme.id))

blocs.render_a_retenir(affiche)
blocs.render_selection(affiche)
blocs.render_vue(affiche)
