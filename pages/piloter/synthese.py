"""La synthèse annuelle : choisir un territoire, lire l'essentiel, repartir avec un document."""

import streamlit as st

from barometre.ui.blocks import synthese

st.title("Que retenir du baromètre, en un document\u202f?")
retenir = st.container()
document = synthese.select_document()

with retenir:
    synthese.render_a_retenir(document)
synthese.render_fichiers(document)
synthese.render_apercu(document)
