"""La récupération des données de l'État, pendant que l'application est ouverte : où elle en est."""

from __future__ import annotations

import streamlit as st

from barometre.ui.blocks.textes import texte
from barometre.warehouse.avancement import read_avancement

# En secondes, et seulement tant qu'une récupération tourne.
RELECTURE = 3.0


def render_en_fond() -> None:
    """Une barre pendant la récupération, une phrase après ; rien s'il n'y en a pas eu."""
    avancement = read_avancement()
    if avancement is None:
        return
    if avancement.etat == "en_cours":
        _render_en_cours()
    else:
        st.html(f'<p class="baro-preuve">{texte(avancement.phrase)}</p>')


@st.fragment(run_every=RELECTURE)
def _render_en_cours() -> None:
    avancement = read_avancement()
    if avancement is None or avancement.etat != "en_cours":
        # La page entière se relit : une version neuve peut être en service.
        st.rerun()
    rang = f" ({avancement.rang} sur {avancement.nombre})" if avancement.nombre else ""
    etape = f"Données de l’État\u202f: {avancement.phrase}{rang}"
    st.progress(avancement.part, text=etape)
