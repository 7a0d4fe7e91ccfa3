"""Les blocs de la page Obligations."""

from __future__ import annotations

from datetime import date

import streamlit as st

from barometre.assemblage.piloter import ObligationAffichee, load_obligation, load_panorama
from barometre.catalogue import load_catalogue
from barometre.domain.territoire import LIBELLES_TYPES
from barometre.formats import format_date
from barometre.ui import porte, selectors
from barometre.ui.blocks.graphiques import render_graphique
from barometre.ui.blocks.telechargements import render_telechargements
from barometre.ui.blocks.textes import lien, render_tableau, texte
from barometre.views.lecture.selection import Selection
from barometre.views.piloter.obligation_detail import describe_public
from barometre.views.piloter.panorama_obligations import LigneObligation, VuePanorama


def select_vue() -> VuePanorama:
    """Le territoire et le type, puis toutes les obligations qui les concernent."""
    gauche, droite = st.columns(2)
    with gauche:
        territoire = selectors.select_one("territoire", "Territoire", porte.list_territoires())
    with droite:
        type_ = selectors.select_one("type", "Type", {"": "Tous les types"} | LIBELLES_TYPES)
    return load_panorama(porte.get_gate(), Selection(territoire_id=territoire, type=type_), date.today())


def render_a_retenir(vue: VuePanorama) -> None:
    """La phrase à retenir."""
    st.html(f'<p class="baro-retenir"><strong>À retenir.</strong> {texte(vue.a_retenir)}</p>')


def render_ensemble(vue: VuePanorama) -> None:
    """Toutes les obligations, en un tableau."""
    st.header("Toutes les obligations suivies")
    if not vue.lignes:
        return
    colonnes = ["obligation", "concernees", "repondantes", "constatees"]
    st.html(
        '<p class="baro-legende">«\u202fOnt répondu\u202f»\u202f: au questionnaire du thème, à sa dernière '
        f"vague\u202f: {texte(vue.lignes[0].vague)}. La part déclarée remplie se lit plus bas.</p>"
    )
    render_tableau(vue.table[colonnes], f"Obligations : {vue.champ}")
    render_telechargements(vue.table, vue.provenance, cle="obligations")
    if vue.a_venir:
        titres = " ; ".join(f"{s.titre} ({format_date(s.depuis)})" for s in vue.a_venir)
        st.html(f'<p class="baro-legende">À venir\u202f: {texte(titres)}.</p>')


def render_detail(vue: VuePanorama) -> None:
    """Une obligation, choisie par le lecteur."""
    if not vue.lignes:
        return
    st.header("Une obligation de près")
    options = {ligne.seuil.id: ligne.seuil.titre for ligne in vue.lignes}
    choisie = selectors.select_one("obligation", "Obligation", options, defaut=next(iter(options)))
    detail = load_obligation(porte.get_gate(), choisie, vue.selection)
    gauche, droite = st.columns([2, 3], gap="large")
    with gauche:
        st.html(_fiche(detail.vue.ligne))
    with droite:
        _render_declare(detail, vue)
    _render_concernees(detail, vue)


def _fiche(ligne: LigneObligation) -> str:
    seuil = ligne.seuil
    theme = load_catalogue().get_theme(seuil.theme_id).titre
    constat = ligne.mesure or "aucune donnée de l’État chargée n’en parle"
    faits = {
        "Ce que dit la loi": seuil.obligation,
        "Qui est concerné": describe_public(ligne),
        "Condition": seuil.condition,
        "Depuis": format_date(seuil.depuis) if seuil.depuis else "",
        "Thème du baromètre": theme,
        "Constat de l’État": constat,
        "Vérification": ligne.verification,
        "Précautions": seuil.precautions,
    }
    lignes = "".join(
        f"<p><strong>{texte(nom)}.</strong> {texte(fait)}</p>" for nom, fait in faits.items() if fait
    )
    return (
        f'<p class="baro-phrase">{texte(ligne.phrase)}</p><div class="baro-limites">{lignes}'
        f"<p><strong>Référence.</strong> {lien(seuil.reference, seuil.url)}</p></div>"
    )


def _render_declare(detail: ObligationAffichee, vue: VuePanorama) -> None:
    st.subheader("Qui déclare l’avoir remplie\u202f?")
    if detail.declare is None or detail.vue.preuve is None:
        st.info(
            "Personne n’a encore répondu à la question pour ces collectivités, ou elle n’est pas posée"
            "\u202f: l’état de cette obligation est inconnu."
        )
        return
    st.html(
        f'<p class="baro-legende">Question\u202f: {texte(detail.vue.preuve.titre)}. '
        f"{texte(detail.vue.ligne.vague)}. Parmi les répondantes\u202f; pour les autres, l’état est "
        "inconnu.</p>"
    )
    cle = f"declare-{detail.vue.ligne.seuil.id}"
    render_graphique(detail.declare, vue.provenance, cle=cle, titre="Part qui déclare l’obligation remplie")
    repartition = detail.vue.repartition
    if repartition is not None and repartition.sans_chiffre:
        sans = ", ".join(repartition.sans_chiffre)
        st.html(f'<p class="baro-legende">Sans réponse\u202f: {texte(sans)}.</p>')


def _render_concernees(detail: ObligationAffichee, vue: VuePanorama) -> None:
    st.subheader("Qui est concerné\u202f?")
    render_tableau(detail.vue.table, f"Par taille et type : {vue.champ}")
    render_telechargements(detail.vue.table, vue.provenance, cle=f"tailles-{detail.vue.ligne.seuil.id}")
    if detail.territoires is not None:
        cle = f"territoires-{detail.vue.ligne.seuil.id}"
        render_graphique(detail.territoires, vue.provenance, cle=cle, titre="Concernées par territoire")
