"""Les programmes de l'État et les projets des territoires : qui en bénéficie, et avec quel écart."""

import streamlit as st

from barometre.ui.blocks import actions_publiques

st.title("Qui bénéficie des programmes publics, et qu’est-ce qui distingue ces communes\u202f?")
retenir = st.container()
vue = actions_publiques.select_vue()

with retenir:
    actions_publiques.render_a_retenir(vue)
actions_publiques.render_programmes(vue)
actions_publiques.render_projets(vue)
