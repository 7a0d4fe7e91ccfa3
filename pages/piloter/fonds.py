"""Un fonds : l'enveloppe, où vont les crédits, les projets connus, ce qui n'est pas public."""

import streamlit as st

from barometre.ui.blocks import fonds

st.title("Où en est le fonds France Relance pour le numérique des territoires\u202f?")
affiche = fonds.select_fonds()
fonds.render_a_retenir(affiche.vue)
fonds.render_credits(affiche)
fonds.render_effet(affiche.vue)
fonds.render_projets(affiche.vue)
fonds.render_chronologie(affiche.vue)
fonds.render_non_publics(affiche.vue)
