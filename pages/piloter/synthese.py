"""La synthèse annuelle : choisir un territoire, lire l'essentiel, repartir avec un document."""

import streamlit as st

from barometre.ui.blocks import synthese

st.title("Que retenir du baromètre, en un document\u202f?")
retenir = st.container()
choisie = synthese.select_document()

with retenir:
    synthese.render_a_retenir(choisie)
synthese.render_fichiers(choisie)
synthese.render_apercu(choisie)
