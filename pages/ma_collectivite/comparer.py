"""Comparer une collectivité à ses pairs, et à trois autres au plus ; répondre sur place pour se situer."""

import streamlit as st

from barometre.ui.blocks import collectivite, comparer, repondre

TITRE = "Où se situe ma collectivité parmi celles qui lui ressemblent\u202f?"
INVITATION = (
    "Cherchez-la\u202f: vous choisirez ensuite ses pairs (à taille égale, à taille et accompagnement égaux, "
    "ou les plus semblables) et le thème. Elle n’a pas répondu\u202f? Vous pourrez répondre ici même."
)

choisie = collectivite.select_collectivite()
if choisie is None:
    collectivite.render_choisir("comparer", TITRE, INVITATION)
else:
    st.title(f"Où se situe {collectivite.get_sujet(choisie)} parmi ses pairs\u202f?")
    collectivite.render_changer("comparer")
    affiche = repondre.place_reponses(comparer.select_comparaison(choisie))
    vue = affiche.vue
    comparer.render_entete(vue)
    comparer.render_positions(affiche)
    repondre.render_repondre(vue)
    comparer.render_contraste(vue)
    comparer.render_pairs(vue)
    comparer.render_cote_a_cote(vue)
    comparer.render_retour(vue)
