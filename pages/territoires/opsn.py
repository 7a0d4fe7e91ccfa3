"""Qui couvre quoi, ce que l'accompagnement change, et le périmètre d'un agent d'OPSN."""

import streamlit as st

from barometre.ui.blocks import opsn

st.title("Qui accompagne les collectivités, et qu’y voit-on\u202f?")
retenir = st.container()
affiches = opsn.select_opsn()

with retenir:
    opsn.render_a_retenir(affiches)
opsn.render_perimetre(affiches)
opsn.render_pratiques(affiches)
opsn.render_ecarts(affiches)
opsn.render_liste(affiches)
