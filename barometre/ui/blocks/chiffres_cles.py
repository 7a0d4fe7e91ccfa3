"""Les chiffres publiés, thème par thème."""

from __future__ import annotations

import streamlit as st

from barometre.ui import selectors
from barometre.ui.blocks.accueil import build_carte_publie
from barometre.views.comprendre.chiffres_cles import VueChiffresCles


def render_chiffres(vue: VueChiffresCles) -> None:
    """Tous les thèmes, ou celui que le lecteur choisit."""
    options = {"": "Tous les thèmes"} | {identifiant: titre for identifiant, titre, _ in vue.groupes}
    choisi = selectors.select_one("theme", "Thème", options)
    for identifiant, titre, chiffres in vue.groupes:
        if choisi in ("", identifiant):
            st.header(titre)
            cartes = "".join(build_carte_publie(c.publie, c.ici, c.citation) for c in chiffres)
            st.html(f'<div class="baro-cartes">{cartes}</div>')
