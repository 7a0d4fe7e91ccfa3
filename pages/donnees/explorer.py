"""Explorer : composer une vue, savoir ce qu'elle contient, l'emporter."""

import streamlit as st

from barometre.ui.blocks import explorer

st.title("Quelle vue des chiffres voulez-vous emporter\u202f?")
retenir = st.container()
explorer.render_modeles()
vue = explorer.select_vue()

with retenir:
    explorer.render_a_retenir(vue)
explorer.render_apercu(vue)
explorer.render_fichiers(vue)
explorer.render_reproduire()
