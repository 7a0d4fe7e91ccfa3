"""Le cadre de toute page : nom du produit, bandeau de démonstration, messages, pied de page."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path

import streamlit as st

from barometre.domain.formats import FINE, format_date
from barometre.domain.version import Version
from barometre.ui import navigation, state
from barometre.ui.blocks.messages import render_message

ICONE = Path(__file__).resolve().parent / "ressources" / "icone.svg"
NOM = "Baromètre Collectivités & Numérique"
BANDEAU = (
    f"<strong>Réponses simulées{FINE}: démonstration.</strong> Les réponses aux questionnaires sont tirées "
    "au sort et ne se citent pas<span>\u202f; les collectivités, les données de l’État et les chiffres "
    "publiés sont réels</span>."
)
A_PROPOS = (
    f"**{NOM}**\n\nLancé le 22 novembre 2023 par la DINUM (programme Transformation numérique des "
    "territoires) et Déclic, la fédération des opérateurs publics de services numériques."
)


def render_header(version: Version | None) -> None:
    """En haut de chaque page ; le bandeau reste tant que la version est simulée.

    La version n'y est que sur le papier : au pied, elle y aurait une feuille à elle seule.
    """
    st.logo(str(ICONE), size="large")
    st.html(
        f'<div class="baro-entete"><span class="baro-nom">{escape(NOM)}</span>'
        f'<span class="baro-version">{_describe_version(version)}</span>'
        '<span class="baro-porteurs">DINUM · Déclic</span></div>'
    )
    if version is not None and version.simulee:
        st.html(f'<p class="baro-bandeau" role="note">{BANDEAU}</p>')


def render_messages() -> None:
    """Ce que l'adresse demandait et que la page n'a pas compris."""
    for message in state.list_messages():
        render_message(message)


def render_footer(version: Version | None, render_gestes: Callable[[], None] = lambda: None) -> None:
    """Version des données, lien à copier, liens ; `render_gestes` : ce que l'on fait de cette page."""
    with st.container(key="pied"):
        st.html(f'<div class="baro-pied">{_describe_version(version)}</div>')
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            render_copy_link()
            render_gestes()
            for adresse, libelle in LIENS_PIED.items():
                st.page_link(navigation.get_page(adresse), label=libelle)


LIENS_PIED = {
    "sources_methode": "Sources et méthode",
    "accessibilite": "Accessibilité",
    "mentions_legales": "Mentions légales",
}


def render_copy_link() -> None:
    """Le bouton que `francais.js` entend : il copie l'adresse entière de la page."""
    st.html(
        '<button type="button" class="baro-bouton" data-copier="adresse" data-fait="Lien copié">'
        "Copier le lien</button>",
        width="content",
    )


def _describe_version(version: Version | None) -> str:
    if version is None:
        return "Aucune version des données n’est en service."
    return (
        f"Données\u202f: version {escape(version.version_id)}, construite le "
        f"{format_date(version.creee_le)} ({version.nature})."
    )
