"""Ce qui a bougé, baisse, vieillit ou ferme, et ce qu'il faut faire."""

import streamlit as st

from barometre.ui.blocks import alertes

st.title("Qu’est-ce qui appelle une action aujourd’hui\u202f?")
vue = alertes.select_vue()
alertes.render_a_retenir(vue)
alertes.render_alertes(vue)
alertes.render_regles(vue)
