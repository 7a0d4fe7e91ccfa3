"""Un graphique et ses doubles : la phrase avant, le texte de remplacement, le tableau derrière."""

from __future__ import annotations

import streamlit as st

from barometre.charts import CONFIG, Dessin, Graphique, Marques
from barometre.charts.cadre import NOMBRES
from barometre.domain.provenance import Provenance
from barometre.ui.blocks.depliants import render_tableau_replie
from barometre.ui.blocks.paroles import render_html
from barometre.ui.blocks.telechargements import Prive
from barometre.ui.blocks.textes import texte


def render_graphique(
    graphique: Dessin, provenance: Provenance, *, cle: str, titre: str, prive: Prive = None
) -> None:
    """La phrase, le dessin, sa légende, « Voir le tableau » et ses fichiers."""
    if isinstance(graphique, Marques):
        render_html(build_marques(graphique))
    else:
        _render_figure(graphique, cle)
    sans = tuple(nom for nom in NOMBRES if nom in graphique.table)
    render_tableau_replie(
        lambda: graphique.table, titre, provenance, cle=f"tableau-{cle}", sans=sans, prive=prive
    )


def build_marques(marques: Marques, *, legende: bool = True) -> str:
    """Tout en un bloc. Les lignes du dessin sont du texte : un lecteur d'écran les lit, une fois."""
    dite = f'<p class="baro-legende">{texte(marques.legende)}</p>' if legende and marques.legende else ""
    return f'<p class="baro-phrase">{texte(marques.phrase)}</p>{marques.html}{dite}'


def _render_figure(graphique: Graphique, cle: str) -> None:
    # Un lecteur d'écran saute la figure : le texte de remplacement, qui contient la phrase, en tient lieu.
    st.html(
        f'<p class="baro-phrase" aria-hidden="true">{texte(graphique.phrase)}</p>'
        f'<p class="baro-invisible">{texte(graphique.alt)}</p>'
    )
    st.plotly_chart(graphique.get_ecrite(), width="stretch", config=CONFIG, key=f"graphique-{cle}")
    if graphique.legende:
        st.html(f'<p class="baro-legende">{texte(graphique.legende)}</p>')
