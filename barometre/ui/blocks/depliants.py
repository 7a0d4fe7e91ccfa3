"""Un contenu que l'on déplie, construit et envoyé seulement à qui l'ouvre."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


@st.fragment
def render_depliant(libelle: str, render: Callable[[], None], *, cle: str) -> None:
    """Pour un contenu lourd (une grille interactive) : l'ouvrir ne rejoue que lui, pas la page."""
    boite = st.expander(libelle, key=cle, on_change="rerun")
    if boite.open:
        with boite:
            render()
