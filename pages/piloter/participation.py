"""Qui répond, face à qui existe, et où une réponse de plus apporterait le plus."""

import streamlit as st

from barometre.ui.blocks import participation

st.title("Qui répond au baromètre, et qui manque\u202f?")
retenir = st.container()
affichee = participation.select_participation()

with retenir:
    participation.render_a_retenir(affichee.vue)
participation.render_groupes(affichee)
participation.render_cumul(affichee)
participation.render_panel(affichee)
participation.render_plumes(affichee)
participation.render_representativite(affichee.vue)
participation.render_relance(affichee)
