"""Le cadre de toute page : nom du produit, bandeau de démonstration, messages, pied de page."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from html import escape
from pathlib import Path

import streamlit as st

from barometre.domain.formats import FINE, format_date
from barometre.domain.version import Version
from barometre.ui import state
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.textes import build_lien_page

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
    st.logo(_read_logo(), size="large")
    simulee = version is not None and version.simulee
    bandeau = f'<p class="baro-bandeau" role="note">{BANDEAU}</p>' if simulee else ""
    st.html(
        f'<div class="baro-entete"><span class="baro-nom">{escape(NOM)}</span>'
        f'<span class="baro-version">{_describe_version(version)}</span>'
        f'<span class="baro-porteurs">DINUM · Déclic</span></div>{bandeau}'
    )


@cache
def _read_logo() -> str:
    """L'icône en adresse : donnée par son chemin, Streamlit la relirait du disque à chaque geste."""
    return f"data:image/svg+xml;base64,{b64encode(ICONE.read_bytes()).decode()}"


def render_messages() -> None:
    """Ce que l'adresse demandait et que la page n'a pas compris."""
    for message in state.list_messages():
        render_message(message)


def render_footer(version: Version | None, gestes: str = "") -> None:
    """Lien à copier, `gestes` (du HTML : ce que l'on fait de cette page), liens, version des données.

    En un bloc : chaque bouton et chaque lien de Streamlit coûterait son message à chaque geste.
    """
    liens = "".join(build_lien_page(adresse, libelle) for adresse, libelle in LIENS_PIED.items())
    st.html(
        f'<div class="baro-pied"><div class="baro-actions">{COPIER}{gestes}{liens}</div>'
        f"<p>{_describe_version(version)}</p></div>"
    )


LIENS_PIED = {
    "sources_methode": "Sources et méthode",
    "accessibilite": "Accessibilité",
    "mentions_legales": "Mentions légales",
}
# `francais.js` l'entend : il copie l'adresse entière de la page.
COPIER = (
    '<button type="button" class="baro-bouton" data-copier="adresse" data-fait="Lien copié">'
    "Copier le lien</button>"
)


def _describe_version(version: Version | None) -> str:
    if version is None:
        return "Aucune version des données n’est en service."
    return (
        f"Données\u202f: version {escape(version.version_id)}, construite le "
        f"{format_date(version.creee_le)} ({version.nature})."
    )
