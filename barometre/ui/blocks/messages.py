"""Les phrases qui peuvent porter un texte du dehors (adresse, fichier, recherche) : jamais du Markdown.

`st.info` lit le Markdown, et ni l'échappement ni les guillemets n'y suffisent : les adresses nues et les
`:material/…:` y sont remplacées après la lecture. Du HTML échappé n'a rien à interpréter.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from barometre.domain.formats import format_liste
from barometre.ui.blocks.textes import texte


def build_message(phrase: str) -> str:
    """La phrase en un paragraphe, entièrement échappée."""
    return f'<p class="baro-message" role="status">{texte(phrase)}</p>'


def render_message(phrase: str) -> None:
    """La phrase à l'écran ; le seul chemin d'une phrase qui n'est pas écrite dans le code."""
    st.html(build_message(phrase))


def render_vue_imprimee(vues: Mapping[str, str], choisie: str, avant: str = "") -> None:
    """Sur le papier seulement : la sélection en mots, quelle vue s'imprime, et le nom des autres."""
    autres = format_liste([titre for vue, titre in vues.items() if vue != choisie])
    phrase = f"Vue imprimée\u202f: {vues[choisie]}. Les autres s’impriment de leur page\u202f: {autres}."
    st.html(f'<p class="baro-papier baro-legende">{texte(" ".join(filter(None, (avant, phrase))))}</p>')
