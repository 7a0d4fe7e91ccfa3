"""Explorer : composer une vue, savoir ce qu'elle contient, l'emporter."""

import streamlit as st

from barometre.ui.blocks import explorer

st.title("Quelle vue des chiffres voulez-vous emporter\u202f?")
explorer.render_nom()
retenir = st.container()
explorer.render_modeles()
composee = explorer.select_vue()

with retenir:
    explorer.render_a_retenir(composee)
explorer.render_apercu(composee)
explorer.render_graphique(composee)
explorer.render_fichiers(composee)
explorer.render_exacts(composee)
explorer.render_garder(composee)
explorer.render_reproduire(composee)
