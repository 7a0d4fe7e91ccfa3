"""Les objectifs du programme, et la distance qui en sépare, dite par un test."""

import streamlit as st

from barometre.ui.blocks import objectifs

st.title("Les objectifs du programme seront-ils tenus\u202f?")
vue = objectifs.select_vue()
objectifs.render_a_retenir(vue)
objectifs.render_etats(vue)
