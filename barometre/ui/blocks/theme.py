"""Les blocs de la page d'un thème, dans l'ordre où elle les montre."""

from __future__ import annotations

from functools import partial

import streamlit as st

from barometre.assemblage.theme import IndicateurAffiche, ThemeAffiche, load_indicateur
from barometre.domain.indicateur import Indicateur
from barometre.ui import porte, selectors
from barometre.ui.blocks.cartes import build_carte, render_cartes
from barometre.ui.blocks.depliants import render_depliant
from barometre.ui.blocks.graphiques import render_graphique
from barometre.ui.blocks.groupes import render_suite
from barometre.ui.blocks.questionnaire import render_questionnaire
from barometre.ui.blocks.telechargements import render_telechargements
from barometre.ui.blocks.textes import lien, texte
from barometre.views.comprendre.theme import VueTheme


def render_a_retenir(affiche: ThemeAffiche) -> None:
    """La phrase à retenir, puis la sélection en mots."""
    vue = affiche.vue
    for message in vue.messages:
        st.info(message)
    st.html(f'<p class="baro-retenir"><strong>À retenir.</strong> {texte(vue.a_retenir)}</p>')
    champ = f"{vue.contexte.champ} ; {vue.contexte.vague}"
    st.html(f'<p class="baro-legende">Sélection\u202f: {texte(champ)}.</p>')


def render_cles(affiche: ThemeAffiche) -> None:
    """Les chiffres clés."""
    if affiche.vue.cles:
        st.header("Les chiffres clés")
        render_cartes(affiche.vue.cles, affiche.vue.selection.valeur)


def render_ensemble(affiche: ThemeAffiche) -> None:
    """Tous les indicateurs du thème, puis chaque question à choix multiple."""
    vue = affiche.vue
    st.header("Tous les indicateurs")
    if "ensemble" in affiche.graphiques:
        render_graphique(
            affiche.graphiques["ensemble"], vue.provenance, cle="ensemble", titre=vue.theme.titre
        )
    for groupe in vue.groupes:
        st.subheader(groupe.titre)
        render_graphique(affiche.graphiques[groupe.id], vue.provenance, cle=groupe.id, titre=groupe.titre)


def render_indicateur(affiche: ThemeAffiche) -> None:
    """Un indicateur de près, choisi par le lecteur."""
    st.header("Un indicateur de près")
    choix = {ligne.indicateur.id: ligne.indicateur.titre for ligne in affiche.vue.lignes}
    premier = affiche.vue.get_ligne("").indicateur.id
    choisi = selectors.select_one("indicateur", "Indicateur", choix, defaut=premier)
    detail = load_indicateur(porte.get_gate(), choisi, affiche.vue.selection)
    gauche, droite = st.columns([2, 3], gap="large")
    with gauche:
        st.html(build_carte(detail.vue.ligne, detail.vue.selection.valeur))
        _render_limites(detail)
    with droite:
        _render_repartitions(detail)
    _render_agir(detail.vue.ligne.indicateur)


def _render_repartitions(detail: IndicateurAffiche) -> None:
    titres = {r.id: r.tete for r in detail.vue.repartitions}
    choisie = selectors.select_segment("vue", "Répartition", titres, defaut=next(iter(titres)))
    repartition = detail.vue.get_repartition(choisie)
    cle = f"{detail.vue.ligne.indicateur.id}-{choisie}"
    render_graphique(detail.get_graphique(choisie), detail.vue.provenance, cle=cle, titre=repartition.titre)
    if repartition.sans_chiffre:
        st.html(
            f'<p class="baro-legende">Sans réponse\u202f: {texte(", ".join(repartition.sans_chiffre))}.</p>'
        )
    render_suite(detail, choisie)
    st.html('<p class="baro-legende">Télécharger cet indicateur, avec toutes ses répartitions\u202f:</p>')
    render_telechargements(
        lambda: detail.vue.table, detail.vue.provenance, cle=detail.vue.ligne.indicateur.id
    )


def _render_limites(detail: IndicateurAffiche) -> None:
    indicateur = detail.vue.ligne.indicateur
    faits = {
        "Qui est compté": indicateur.base,
        "Précautions": indicateur.precautions,
        "Si le biais était plus fort": detail.vue.sensibilite,
        "Donnée de l’État": detail.vue.croisement.phrase if detail.vue.croisement else "",
        "Référence légale": indicateur.reference_legale,
    }
    lignes = "".join(
        f"<p><strong>{texte(nom)}.</strong> {texte(fait.rstrip('.') + '.')}</p>"
        for nom, fait in faits.items()
        if fait
    )
    st.html(f'<div class="baro-limites">{lignes}</div>')


def _render_agir(indicateur: Indicateur) -> None:
    actions = "".join(
        f"<li>{lien(action.texte, action.lien) if action.lien else texte(action.texte)}</li>"
        for action in indicateur.actions
    )
    agir = f"<h3>Comment agir</h3><ul>{actions}</ul>" if actions else ""
    pourquoi = f"<h3>Pourquoi c’est important</h3><p>{texte(indicateur.pourquoi)}</p>"
    st.html(f'<div class="baro-agir">{pourquoi}{agir}</div>')


def render_questions(vue: VueTheme) -> None:
    """Le questionnaire tel qu'il est posé."""
    if vue.questionnaire is not None:
        questionnaire = partial(render_questionnaire, vue.questionnaire, vue.provenance)
        cle = f"questionnaire-{vue.theme.id}"
        render_depliant("Le questionnaire, tel qu’il est posé", questionnaire, cle=cle)


def render_exports(vue: VueTheme) -> None:
    """Toute la page en un fichier."""
    st.header("Emporter ces chiffres")
    render_telechargements(lambda: vue.table, vue.provenance, cle="theme", formats=("csv", "xlsx", "parquet"))
