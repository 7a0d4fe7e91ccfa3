"""Les neuf questionnaires, tels qu'ils sont posés."""

import streamlit as st

from barometre.ui.blocks import questionnaires

st.title("Quelles questions sont posées aux collectivités\u202f?")
st.markdown(
    "Neuf questionnaires, un par thème. Chaque question porte le code de sa colonne dans un export, et "
    "chaque réponse le sien."
)
questionnaires.render_choix()
