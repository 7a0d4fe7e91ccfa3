"""Les obligations numériques : qui est concerné, qui l'a remplie, ce que l'on ne sait pas."""

import streamlit as st

from barometre.ui.blocks import obligations

st.title("Qui est concerné par une obligation numérique, et qui l’a remplie\u202f?")
retenir = st.container()
vue = obligations.select_vue()

with retenir:
    obligations.render_a_retenir(vue)
obligations.render_ensemble(vue)
obligations.render_detail(vue)
