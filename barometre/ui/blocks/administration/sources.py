"""Les données de l'État : leur état, et un bouton qui en récupère une."""

from __future__ import annotations

import streamlit as st

from barometre.administration.operateur import REFUS
from barometre.administration.sources import build_table_sources, fetch_source, list_recuperables
from barometre.ui import porte
from barometre.ui.blocks.administration.gestes import get_operateur
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.textes import render_tableau

_SOURCE = "source-a-recuperer"


def render_sources() -> None:
    """La récupération d'une source, puis l'état de toutes."""
    st.header("Récupérer une source")
    titres = list_recuperables()
    choisie = st.selectbox("Source", list(titres), format_func=titres.__getitem__, key=_SOURCE)
    if st.button("Récupérer, et mettre en service", type="primary", key="recuperer-source"):
        _fetch(str(choisie))
    st.header("Où en est chaque source")
    render_tableau(build_table_sources(porte.get_gate()), "Sources de données")


def _fetch(source_id: str) -> None:
    """Le droit est relu au clic ; la barre suit la commande."""
    barre = st.progress(0.0, text="Récupération")

    def show(etape: str, part: float) -> None:
        barre.progress(part, text=etape)

    try:
        phrase = fetch_source(get_operateur(), source_id, show)
    except REFUS as refus:
        phrase = str(refus)
    barre.empty()
    render_message(phrase)
