"""La carte : un indicateur par territoire, ou deux cartes liées, jusqu'à la commune."""

import streamlit as st

from barometre.ui.blocks import carte_choix, carte_page

st.title("Qu’est-ce qui change d’un territoire à l’autre\u202f?")
retenir = st.container()
demande = carte_choix.select_demande()
carte_page.render_fil(demande.choix)
cartes = carte_page.load_cartes(demande)

with retenir:
    carte_page.render_a_retenir(cartes)
carte_page.render_cartes(cartes, demande)
carte_page.render_tableaux(cartes)
