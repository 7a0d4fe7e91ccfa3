"""Ce que le baromètre a publié, avec sa source."""

import streamlit as st

from barometre.assemblage.ensemble import load_chiffres_cles
from barometre.ui import porte
from barometre.ui.blocks import chiffres_cles
from barometre.ui.blocks.telechargements import render_telechargements

vue = load_chiffres_cles(porte.get_gate())
st.title("Qu’est-ce que le baromètre a déjà publié\u202f?")
st.markdown(
    "Voici tous les chiffres parus entre 2023 et 2025, mot pour mot, avec leur source. Ils sont bruts\u202f: "
    "ils comptent les répondants sans corriger leur profil. Une base jamais publiée est dite telle. "
    "«\u202fIci\u202f» donne notre chiffre national pour la même question et la même vague."
)
chiffres_cles.render_chiffres(vue)
st.header("Emporter ces chiffres")
render_telechargements(lambda: vue.table, vue.provenance, cle="chiffres-cles")
