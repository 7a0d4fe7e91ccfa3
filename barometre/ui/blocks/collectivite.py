"""La collectivité de la page : lue dans l'adresse, retrouvée même par un ancien code, ou à choisir."""

from __future__ import annotations

from html import escape

import streamlit as st

from barometre.assemblage.collectivite import load_resolution
from barometre.domain.noms import format_sujet
from barometre.domain.territoire import Collectivite
from barometre.ui import navigation, porte, state
from barometre.ui.blocks.paroles import apply_lecteur
from barometre.ui.blocks.recherche import render_recherche
from barometre.ui.blocks.textes import texte
from barometre.views.collectivite.identite import Identite


def select_collectivite() -> Collectivite | None:
    """Celle que l'adresse désigne ; l'adresse est remise au propre, et le lecteur prévenu."""
    demande = state.read_adresse().get("collectivite")
    if not demande:
        return None
    resolution = load_resolution(porte.get_gate(), demande)
    if resolution.message:
        state.add_message(resolution.message)
    if resolution.collectivite is None:
        return None
    if resolution.collectivite.id != demande:
        st.query_params["collectivite"] = resolution.collectivite.id
    return resolution.collectivite


def get_nom(collectivite: Collectivite) -> str:
    """« Sainte-Colombe (Gironde) » : le nom et de quoi le distinguer d'un homonyme."""
    if collectivite.type in ("departement", "region") or not collectivite.departement:
        return collectivite.nom
    departement = porte.list_territoires().get(f"departement-{collectivite.departement}", "")
    return f"{collectivite.nom} ({departement.removesuffix(' (département)') or collectivite.departement})"


def get_sujet(collectivite: Collectivite) -> str:
    """Le même nom, avec son article s'il en a un : « la Corse », « la CA Mauges Communauté »."""
    return format_sujet(collectivite.type, get_nom(collectivite))


def render_choisir(page: str, titre: str, invitation: str) -> None:
    """La page sans collectivité : dire ce qu'on y trouvera, et chercher."""
    st.title(apply_lecteur(titre))
    st.markdown(invitation)
    render_recherche(page)


def render_changer(page: str) -> None:
    """Le même champ, en haut d'une page qui montre déjà une collectivité."""
    with st.container(key="changer"):
        render_recherche(page)


def build_carte_identite(identite: Identite) -> str:
    """La carte d'identité."""
    faits = "".join(f"<dt>{texte(nom)}</dt><dd>{texte(valeur)}</dd>" for nom, valeur in identite.faits)
    return (
        f'<section class="baro-carte" aria-label="Identité de la collectivité"><h3>{escape(identite.titre)}'
        f'</h3><dl class="baro-faits">{faits}</dl></section>'
    )


def render_vers(page: str, libelle: str, collectivite_id: str, *, cle: str) -> None:
    """Un lien vers l'autre page de la même collectivité."""
    with st.container(key=f"vers-{cle}"):
        st.page_link(
            navigation.get_page(page),
            label=libelle,
            query_params={"collectivite": collectivite_id},
        )
