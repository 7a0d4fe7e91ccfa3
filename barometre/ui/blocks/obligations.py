"""Les blocs de la page Obligations."""

from __future__ import annotations

import streamlit as st

from barometre.assemblage.piloter import ObligationAffichee, load_obligation, load_panorama
from barometre.domain.formats import format_date
from barometre.domain.jour import get_jour
from barometre.domain.territoire import LIBELLES_TYPES
from barometre.ui import porte, selectors
from barometre.ui.blocks.graphiques import render_graphique
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.telechargements import render_telechargements
from barometre.ui.blocks.textes import lien, render_tableau, texte
from barometre.views.collectivite.obligations import describe_verification
from barometre.views.lecture.selection import Selection
from barometre.views.piloter.obligation_detail import list_repartitions
from barometre.views.piloter.panorama_obligations import LigneObligation, VuePanorama


def select_vue() -> VuePanorama:
    """Le territoire et le type, puis toutes les obligations qui les concernent."""
    with selectors.open_rangee("obligations"):
        territoire = selectors.select_one("territoire", "Territoire", porte.list_territoires())
        type_ = selectors.select_one("type", "Type", {"": "Tous les types"} | LIBELLES_TYPES)
    return load_panorama(porte.get_gate(), Selection(territoire_id=territoire, type=type_), get_jour())


def render_a_retenir(vue: VuePanorama) -> None:
    """La phrase à retenir."""
    st.html(f'<p class="baro-retenir"><strong>À retenir.</strong> {texte(vue.a_retenir)}</p>')


def render_ensemble(vue: VuePanorama) -> None:
    """Toutes les obligations, et leurs cinq états."""
    st.header("Ce que l’on sait de chaque obligation")
    if not vue.lignes:
        return
    nom = vue.lignes[0].vague
    vague = f"\u202f: {nom}" if nom else ", dont aucune n’a de réponses"
    st.html(
        '<p class="baro-legende">Réponses à la question qui la prouve, à la dernière vague de son '
        f"thème{texte(vague)}. Déclarée remplie\u202f: part, intervalle hors biais de "
        "participation, note.</p>"
    )
    render_tableau(vue.matrice, f"Obligations : {vue.champ}")
    render_telechargements(lambda: vue.table, vue.provenance, cle="obligations")
    if vue.a_venir:
        titres = " ; ".join(f"{s.titre} ({format_date(s.depuis)})" for s in vue.a_venir)
        st.html(f'<p class="baro-legende">À venir\u202f: {texte(titres)}.</p>')


def render_detail(vue: VuePanorama) -> None:
    """Une obligation, choisie par le lecteur, par taille, territoire ou couverture."""
    if not vue.lignes:
        return
    st.header("Une obligation de près")
    options = {ligne.seuil.id: ligne.seuil.titre for ligne in vue.lignes}
    gauche, droite = st.columns(2)
    with gauche:
        choisie = selectors.select_one("obligation", "Obligation", options, defaut=next(iter(options)))
    with droite:
        repartitions = list_repartitions(vue.selection.territoire_id)
        repartition = selectors.select_segment("repartition", "Détail", repartitions, defaut="strate")
    detail = load_obligation(porte.get_gate(), choisie, vue.selection, repartition)
    st.html(_fiche(detail.vue.ligne))
    _render_declare(detail)
    titre = f"{detail.vue.ligne.seuil.titre} : {vue.champ}"
    render_tableau(detail.vue.matrice, titre)
    render_telechargements(lambda: detail.vue.table, detail.vue.provenance, cle=f"{choisie}-{repartition}")


def _fiche(ligne: LigneObligation) -> str:
    seuil = ligne.seuil
    faits = {
        "Ce que dit la loi": seuil.obligation,
        "Qui est concerné": f"{ligne.etats.public}.",
        "Condition": seuil.condition,
        "Depuis": f"{format_date(seuil.depuis)}." if seuil.depuis else "",
        "Constat de l’État": f"{ligne.releve.mesure or 'Aucune donnée de l’État chargée n’en parle'}.",
        "Précautions": seuil.precautions,
    }
    lignes = "".join(
        f"<p><strong>{texte(nom)}.</strong> {texte(fait)}</p>" for nom, fait in faits.items() if fait
    )
    return (
        f'<p class="baro-phrase">{texte(ligne.phrase)}</p><div class="baro-limites">{lignes}'
        f"<p><strong>Référence.</strong> {lien(seuil.reference, seuil.url)}. "
        f"{texte(describe_verification(seuil))}</p></div>"
    )


def _render_declare(detail: ObligationAffichee) -> None:
    st.subheader("Qui déclare l’avoir remplie\u202f?")
    preuve, vague = detail.vue.ligne.etats.preuve, detail.vue.ligne.vague
    if detail.declare is None or preuve is None:
        render_message(
            "Personne n’a encore répondu à la question pour ces collectivités, ou elle n’est pas posée"
            "\u202f: l’état de cette obligation est inconnu."
        )
        return
    st.html(
        f'<p class="baro-legende">Question\u202f: {texte(preuve.titre)}. {texte(vague)}. Parmi les '
        "répondantes\u202f; pour les autres, l’état est inconnu.</p>"
    )
    cle = f"declare-{detail.vue.ligne.seuil.id}"
    render_graphique(
        detail.declare, detail.vue.provenance, cle=cle, titre="Part qui déclare l’obligation remplie"
    )
