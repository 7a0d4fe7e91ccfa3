"""Administrer : importer, corriger, publier, accorder, relire le journal ; pour les opérateurs."""

import streamlit as st

from barometre.ui.blocks.administration import page

st.title("Que faut-il charger, corriger ou accorder\u202f?")
page.render_vue()
