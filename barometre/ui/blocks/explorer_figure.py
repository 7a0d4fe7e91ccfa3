"""Le graphique d'Explorer : celui que propose la forme de la vue, et ses images."""

from __future__ import annotations

import streamlit as st

from barometre.assemblage.carte_gardee import Dessin, load_cartes
from barometre.assemblage.explorer import load_figure
from barometre.ui import porte
from barometre.ui.blocks import carte_et_doubles as blocs_carte
from barometre.ui.blocks.graphiques import render_graphique
from barometre.ui.blocks.textes import texte
from barometre.views.carte.vue_carte import ChoixCarte
from barometre.views.donnees.demande import DemandeExplorer
from barometre.views.donnees.explorer import VueExplorer
from barometre.views.donnees.figure import SANS_FIGURE, choose_figure


def render_figure(vue: VueExplorer, demande: DemandeExplorer) -> None:
    """Une carte, un nuage, une ligne par groupe, ou la phrase qui dit quand il y en a un."""
    nature = choose_figure(vue, demande)
    if nature == "carte":
        _render_carte(vue, demande)
    elif (figure := load_figure(porte.get_gate(), demande)) is not None:
        st.subheader(figure.titre)
        render_graphique(
            figure.dessin, vue.provenance, cle="explorer-figure", titre=figure.titre, images_a_part=True
        )
    else:
        st.caption(SANS_FIGURE)


def _render_carte(vue: VueExplorer, demande: DemandeExplorer) -> None:
    indicateur = vue.indicateurs[0]
    choix = (ChoixCarte(indicateur.id, indicateur.theme_id, demande.niveau, demande.selection),)
    affichee = load_cartes(porte.get_gate(), choix, Dessin())[0]
    st.subheader(indicateur.titre)
    blocs_carte.render_messages(affichee.messages)
    st.html(f'<p class="baro-phrase">{texte(affichee.carte.phrase)}</p>')
    blocs_carte.render_image(choix, Dessin(), 0, affichee.carte)
    blocs_carte.render_legende(affichee.carte.legende)
    blocs_carte.render_source(affichee.carte)
    blocs_carte.render_images(affichee, cle="explorer")
