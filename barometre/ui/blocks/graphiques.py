"""Un graphique et ses doubles : la phrase avant, le texte de remplacement, le tableau derrière."""

from __future__ import annotations

import streamlit as st

from barometre.charts import CONFIG, Graphique
from barometre.domain.provenance import Provenance
from barometre.ui.blocks.depliants import render_tableau_replie
from barometre.ui.blocks.textes import texte


def render_graphique(graphique: Graphique, provenance: Provenance, *, cle: str, titre: str) -> None:
    """La phrase, la figure, sa légende, « Voir le tableau » et ses fichiers."""
    # Le texte de remplacement est lu juste avant la figure, que les lecteurs d'écran sautent.
    st.html(
        f'<p class="baro-phrase">{texte(graphique.phrase)}</p>'
        f'<p class="baro-invisible">{texte(graphique.alt)}</p>'
    )
    st.plotly_chart(graphique.get_ecrite(), width="stretch", config=CONFIG, key=f"graphique-{cle}")
    if graphique.legende:
        st.html(f'<p class="baro-legende">{texte(graphique.legende)}</p>')
    render_tableau_replie(lambda: graphique.table, titre, provenance, cle=f"tableau-{cle}")
