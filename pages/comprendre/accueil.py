"""L'accueil : trois portes, une par lecteur ; ce qui est réel d'abord."""

import streamlit as st

from barometre.assemblage.ensemble import load_accueil
from barometre.ui import porte
from barometre.ui.blocks import accueil, recherche

st.title("Où en sont les collectivités dans leur transformation numérique\u202f?")
st.markdown(
    "Le baromètre interroge les communes, intercommunalités, départements et régions sur neuf thèmes, "
    "et dit de chaque chiffre jusqu’où l’on peut s’y fier. "
    "Il est porté par la DINUM et Déclic depuis le 22 novembre 2023."
)
vue = load_accueil(porte.get_gate())
accueil.render_pilotage(vue)
accueil.render_portes()
recherche.render_recherche()
accueil.render_chiffres(vue, simulee=porte.get_version().simulee)
accueil.render_vagues(vue)
