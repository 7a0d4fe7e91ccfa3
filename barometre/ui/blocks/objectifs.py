"""Les blocs de la page Objectifs."""

from __future__ import annotations

import streamlit as st

from barometre.assemblage.piloter import load_vue_objectifs
from barometre.ui import porte
from barometre.ui.blocks.telechargements import render_telechargements
from barometre.ui.blocks.textes import render_tableau, texte
from barometre.views.piloter.objectifs import EXEMPLE, VueObjectifs

LECTURE = (
    "« Atteint » n’est écrit que si l’intervalle entier passe la cible\u202f; « en bonne voie » que s’il "
    "passe ce que donnerait un rythme régulier\u202f; « en retard » que s’il reste tout entier en deçà. "
    "L’incertitude du chiffre de départ s’y ajoute. Le reste n’est pas démontré."
)
HORS_TABLEAU = ("part_bas", "part_haut", "chemin", "par_an", "decide_par")


def select_vue() -> VueObjectifs:
    """Tous les objectifs."""
    return load_vue_objectifs(porte.get_gate())


def render_a_retenir(vue: VueObjectifs) -> None:
    """La phrase à retenir, et ce que valent ces objectifs."""
    st.html(f'<p class="baro-retenir"><strong>À retenir.</strong> {texte(vue.a_retenir)}</p>')
    if any(e.objectif.exemple for e in vue.etats):
        st.html(f'<p class="baro-bandeau" role="note">{texte(EXEMPLE)}</p>')


def render_etats(vue: VueObjectifs) -> None:
    """Chaque objectif : la phrase, puis le tableau et ses fichiers."""
    if not vue.etats or vue.provenance is None:
        return
    st.header("Chaque objectif, et ce que le test permet d’en dire")
    lignes = "".join(f"<li>{texte(etat.phrase)}</li>" for etat in vue.etats)
    st.html(f'<ul class="baro-qualite">{lignes}</ul><p class="baro-legende">{texte(LECTURE)}</p>')
    # Les bornes et le chemin sont dans les phrases et les fichiers : le tableau tient dans la page.
    render_tableau(vue.table.drop(columns=list(HORS_TABLEAU)), "Objectifs du programme")
    render_telechargements(vue.table, vue.provenance, cle="objectifs")
