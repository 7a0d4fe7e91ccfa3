"""Un texte de `docs/` affiché dans une page : il s'écrit et se corrige sans toucher au code."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

from barometre.domain.formats import format_ponctuation

RACINE = Path(__file__).resolve().parents[3]


@cache
def read_document(chemin: str) -> tuple[str, str]:
    """Le titre (première ligne « # … ») et le corps."""
    titre, _, corps = (RACINE / chemin).read_text(encoding="utf-8").partition("\n")
    return format_ponctuation(titre.removeprefix("# ").strip()), format_ponctuation(corps.strip())


def render_document(chemin: str) -> None:
    """Le document entier, sous le titre de la page."""
    titre, corps = read_document(chemin)
    st.title(titre)
    st.markdown(corps)
