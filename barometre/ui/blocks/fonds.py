"""Les blocs de la page Fonds."""

from __future__ import annotations

from functools import partial

import streamlit as st

from barometre.assemblage.fonds import FondsAffiche, load_fonds_affiche
from barometre.catalogue.fonds import load_fonds
from barometre.ui import porte, selectors
from barometre.ui.blocks.avant_apres import render_avant_apres, select_theme
from barometre.ui.blocks.graphiques import render_graphique
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.telechargements import render_telechargements
from barometre.ui.blocks.textes import render_tableau, texte
from barometre.views.piloter.fonds import (
    ABANDONS,
    EFFET_SANS_LISTE,
    NON_RECUE,
    VueFonds,
    build_table_credits,
    list_beneficiaires,
)

HORS_TABLEAU = ("resultat", "source")


def select_fonds() -> FondsAffiche:
    """Le fonds demandé ; le choix ne se montre que s'il y en a plusieurs."""
    options = {fonds.id: fonds.titre for fonds in load_fonds()}
    premier = next(iter(options))
    choisi = selectors.select_one("fonds", "Fonds", options, defaut=premier) if len(options) > 1 else premier
    return load_fonds_affiche(porte.get_gate(), choisi)


def render_a_retenir(vue: VueFonds) -> None:
    """La phrase à retenir, et ce qu'est le fonds."""
    st.html(
        f'<p class="baro-retenir"><strong>À retenir.</strong> {texte(vue.a_retenir)}</p>'
        f'<p class="baro-phrase">{texte(vue.fonds.description)}</p>'
    )


def render_chronologie(vue: VueFonds) -> None:
    """Les faits dans l'ordre du temps, chacun avec sa source."""
    st.header("Ce qui a été annoncé, et quand")
    render_tableau(vue.chronologie, f"Chronologie : {vue.fonds.titre}")
    render_telechargements(vue.chronologie, vue.name_fichier("chronologie"), cle="chronologie")


def render_credits(affiche: FondsAffiche) -> None:
    """Les crédits de la liste reçue, par région, par axe et par statut ; sinon ce qui manque."""
    st.header("Où vont les crédits\u202f?")
    vue = affiche.vue
    if vue.liste is None:
        render_message(NON_RECUE)
        return
    if affiche.regions is None:
        render_message(vue.liste.phrase)
    else:
        render_graphique(
            affiche.regions, vue.name_fichier("regions"), cle="credits-regions", titre="Crédits par région"
        )
        st.html(f'<p class="baro-legende">{texte(ABANDONS)}</p>')
        render_telechargements(
            build_table_credits(vue.liste.regions), vue.name_fichier("regions"), cle="credits-regions"
        )
    if affiche.axes is not None:
        st.subheader("Par axe")
        render_graphique(affiche.axes, vue.name_fichier("axes"), cle="credits-axes", titre="Crédits par axe")
    if vue.liste.statuts:
        st.subheader("Par état d’avancement")
        render_tableau(
            build_table_credits(vue.liste.statuts, habitants=False), "Crédits par état d’avancement"
        )
    _render_liste(vue)


def _render_liste(vue: VueFonds) -> None:
    if not porte.get_gate().can_read_actions():
        return
    st.html("<p>La liste nommée, que le programme seul lit\u202f:</p>")
    liste = partial(list_beneficiaires, porte.get_gate(), vue.fonds.id)
    render_telechargements(liste, vue.name_fichier("liste"), cle="liste-fonds")


def render_effet(vue: VueFonds) -> None:
    """Ce qui a changé chez les bénéficiaires de la liste reçue, et chez des comparables."""
    st.header("Les bénéficiaires ont-ils changé plus que d’autres\u202f?")
    if vue.liste is None:
        render_message(EFFET_SANS_LISTE)
        return
    render_avant_apres(vue.fonds.id, vue.fonds.titre, select_theme(), dates=True)


def render_projets(vue: VueFonds) -> None:
    """Les projets connus un par un, par axe et par territoire."""
    st.header("Les projets connus, un par un")
    if not vue.actions:
        render_message("Aucun projet de ce fonds n’est public.")
        return
    st.html(f'<p class="baro-phrase">{texte(vue.phrase_projets)}</p>')
    render_tableau(vue.projets.drop(columns=list(HORS_TABLEAU)), f"Projets connus : {vue.fonds.titre}")
    render_telechargements(vue.projets, vue.name_fichier("projets"), cle="projets-fonds")


def render_non_publics(vue: VueFonds) -> None:
    """Ce que l'on a cherché, et qui n'est pas public."""
    st.header("Ce qui n’est pas public")
    lignes = "".join(f"<li>{texte(phrase)}</li>" for phrase in vue.fonds.non_publics)
    st.html(f'<ul class="baro-qualite">{lignes}</ul>')
