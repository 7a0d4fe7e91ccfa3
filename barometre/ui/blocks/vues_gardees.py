"""Le nom d'une vue d'Explorer, et les vues que garde une personne connectée.

Le nom est dans l'adresse : qui la reçoit le lit. La liste est au compte seul, relue au registre à chaque
affichage ; une vue gardée est une adresse, que chacun rouvre avec ses propres droits.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

import streamlit as st

from barometre.access.erreurs import PANNES, RegistreError
from barometre.access.registre import get_registre
from barometre.access.reglages import read_reglages
from barometre.access.vues_gardees import NON_TENU, SIGNES_TITRE, VueGardee, VuesGardees
from barometre.domain.formats import format_compte, format_guillemets
from barometre.ui import state, visiteur
from barometre.ui.blocks.depliants import render_depliant
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.textes import build_lien_page

_NOM, _DITE = "nom-de-la-vue", "_vue_gardee_dite"


def render_garder(requete: str) -> None:
    """Nommer la vue, et la garder si l'on est connecté ; `requete` : la vue, sans son nom."""
    state.set_widget(_NOM, state.read_adresse().get("nom"))
    compte = visiteur.get_lecteur().compte
    with st.container(horizontal=True, vertical_alignment="bottom", key="garder"):
        st.text_input(
            "Nom de la vue",
            key=_NOM,
            max_chars=SIGNES_TITRE,
            on_change=_write_nom,
            help="Il est dans l’adresse : qui reçoit le lien le lit.",
        )
        if compte:
            st.button("Garder cette vue", key="garder-vue", on_click=_save, args=(compte, requete))
    _render_dite()
    if compte:
        render_depliant("Mes vues gardées", partial(_render_gardees, compte), cle="vues-gardees")
    elif read_reglages().has_connexion:
        st.caption("Identifiez-vous pour garder vos vues\u202f; sans compte, le lien de la page suffit.")


def _write_nom() -> None:
    state.write_valeur("nom", str(st.session_state.get(_NOM, "")).strip(), "")


def _save(compte: str, requete: str) -> None:
    titre = str(st.session_state.get(_NOM, ""))
    _try(lambda vues: vues.save(compte, titre, requete), "La vue est gardée.")


def _render_gardees(compte: str) -> None:
    _render_dite()
    try:
        gardees = get_registre().vues.list(compte)
    except PANNES:
        render_message(NON_TENU)
        return
    st.caption(format_compte(len(gardees), "vue gardée", "vues gardées") if gardees else "Aucune vue gardée.")
    for vue in gardees:
        _render_gardee(compte, vue)


def _render_gardee(compte: str, vue: VueGardee) -> None:
    adresse = f"explorer?{vue.requete}&{urlencode({'nom': vue.titre})}"
    st.html(build_lien_page(adresse, vue.titre))
    cle = f"titre-{vue.vue_id}"
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"gardee-{vue.vue_id}"):
        st.text_input("Nouveau nom", value=vue.titre, key=cle, max_chars=SIGNES_TITRE)
        for libelle, geste in (("Renommer", _rename), ("Oublier", _remove)):
            st.button(libelle, key=f"{libelle}-{vue.vue_id}", on_click=geste, args=(compte, vue))


def _rename(compte: str, vue: VueGardee) -> None:
    titre = str(st.session_state.get(f"titre-{vue.vue_id}", ""))
    _try(lambda vues: vues.rename(compte, vue.vue_id, titre), "La vue est renommée.")


def _remove(compte: str, vue: VueGardee) -> None:
    oubliee = f"La vue {format_guillemets(vue.titre)} est oubliée."
    _try(lambda vues: vues.remove(compte, vue.vue_id), oubliee)


def _try(geste: Callable[[VuesGardees], object], faite: str) -> None:
    """Fait le geste et dit ce qui s'est passé, d'une phrase."""
    try:
        geste(get_registre().vues)
        dite = faite
    except RegistreError as erreur:
        dite = str(erreur)
    except PANNES:
        dite = NON_TENU
    st.session_state[_DITE] = dite


def _render_dite() -> None:
    """Près du geste : un dépliant se rejoue sans la page, et ses messages."""
    if dite := st.session_state.pop(_DITE, ""):
        render_message(dite)
