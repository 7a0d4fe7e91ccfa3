"""Répondre à un thème sur place : les questions posées au fil des réponses, gardées dans la visite seule."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from barometre.assemblage.collectivite import ComparerAffiche, FicheAffichee, load_comparer
from barometre.catalogue import load_catalogue
from barometre.catalogue.model import Theme
from barometre.domain.enquete import Question, Questionnaire
from barometre.domain.formats import format_compte, format_guillemets
from barometre.domain.territoire import Collectivite
from barometre.ui import porte, selectors, state
from barometre.ui.blocks.telechargements import VISITE, FichierOffert, render_fichiers
from barometre.ui.blocks.textes import texte
from barometre.views.collectivite.comparer import VueComparer
from barometre.views.collectivite.repondre import (
    NE_SAIT_PAS,
    ReponsesRefusees,
    compute_minutes,
    compute_soi,
    count_repondues,
    list_posees,
    list_resultats,
    read_reponses,
    write_reponses,
)
from barometre.views.collectivite.soi import Reponse, Soi
from barometre.views.donnees.questionnaire import MODELE

_GARDEES = "_reponses_sur_place"
_FICHIER = "fichier_reponses"
# Le dépliant de la fiche, que son bouton « Répondre » ouvre ; ses pairs sont ceux de la fiche.
REPONDRE, CHOIX_FICHE = "repondre-fiche", "strate"
PROMESSE = (
    "Rien n’est enregistré\u202f: vos réponses restent dans cette visite et disparaissent avec elle. "
    "Téléchargez-les pour les reprendre plus tard."
)


def place_reponses(affiche: ComparerAffiche) -> ComparerAffiche:
    """La comparaison avec les réponses données sur place, s'il y en a ; sinon telle quelle."""
    vue = affiche.vue
    questionnaire = load_catalogue().questionnaires.get(vue.theme.id)
    brutes = _get_brutes(vue.collectivite.id, vue.theme.id)
    if questionnaire is None or not brutes:
        return affiche
    type_, vague = vue.collectivite.type, vue.pairs.vague_id
    return affiche.place(compute_soi(load_catalogue(), questionnaire, type_, brutes, vague))


def place_fiche(affichee: FicheAffichee) -> FicheAffichee:
    """La fiche avec toutes les réponses de cette visite, thème par thème ; sinon telle quelle."""
    catalogue, vue = load_catalogue(), affichee.vue
    reponses: dict[tuple[str, str], Reponse] = {}
    for theme in vue.themes:
        questionnaire = catalogue.questionnaires.get(theme.theme.id)
        brutes = _get_brutes(vue.collectivite.id, theme.theme.id)
        if questionnaire is not None and brutes:
            type_, vague = vue.collectivite.type, theme.pairs.vague_id
            reponses |= compute_soi(catalogue, questionnaire, type_, brutes, vague).reponses
    return affichee.place(Soi(vue.collectivite.id, reponses=reponses)) if reponses else affichee


def render_repondre_fiche(collectivite: Collectivite) -> None:
    """Sur la fiche : le thème, puis son questionnaire ; la page se met à jour à chaque réponse.

    C'est à la collectivité de répondre : un agent d'OPSN ou un responsable de programme ne le peut pas.
    """
    if porte.is_tiers():
        return
    themes = {t.id: _intitule(t, collectivite.type) for t in load_catalogue().themes}
    boite = st.expander("Répondre ici même", key=REPONDRE, on_change="rerun")
    if not boite.open:
        return
    with boite:
        theme_id = selectors.select_one("theme", "Thème", themes)
        affiche = load_comparer(porte.get_gate(), collectivite.id, theme_id, choix=CHOIX_FICHE, avec=())
        vue = place_reponses(affiche).vue
        questionnaire = load_catalogue().questionnaires.get(theme_id)
        if questionnaire is not None:
            _render_questionnaire(vue, questionnaire, _get_brutes(collectivite.id, theme_id))


def _intitule(theme: Theme, type_: str) -> str:
    questionnaire = load_catalogue().questionnaires.get(theme.id)
    return f"{theme.titre} ({compute_minutes(questionnaire, type_)} min)" if questionnaire else theme.titre


def _get_brutes(collectivite_id: str, questionnaire_id: str) -> dict[str, Any]:
    """Les réponses d'une collectivité : celles de l'une ne sont jamais placées sur la fiche d'une autre."""
    toutes: dict[tuple[str, str], dict[str, Any]] = st.session_state.setdefault(_GARDEES, {})
    return toutes.setdefault((collectivite_id, questionnaire_id), {})


def render_repondre(vue: VueComparer) -> None:
    """Le questionnaire du thème, replié tant qu'on n'y a pas répondu."""
    questionnaire = load_catalogue().questionnaires.get(vue.theme.id)
    if questionnaire is None or porte.is_tiers():
        return
    brutes = _get_brutes(vue.collectivite.id, vue.theme.id)
    titre = f"Répondre ici au thème {format_guillemets(vue.theme.titre)}"
    # Replié, le questionnaire (cinquante champs) ne part pas.
    boite = st.expander(titre, expanded=bool(brutes), key=f"repondre-{vue.theme.id}", on_change="rerun")
    if boite.open:
        with boite:
            _render_questionnaire(vue, questionnaire, brutes)


def _render_questionnaire(vue: VueComparer, questionnaire: Questionnaire, brutes: dict[str, Any]) -> None:
    st.html(f'<p class="baro-phrase">{texte(PROMESSE)}</p>')
    if questionnaire.modele:
        st.html(f'<p class="baro-legende">{texte(MODELE)}</p>')
    for question in list_posees(questionnaire, vue.collectivite.type, brutes):
        _render_question(vue.collectivite.id, question, brutes)
        _render_resultats(vue, question)
    _render_sortie(vue, questionnaire, brutes)


def _render_question(collectivite_id: str, question: Question, brutes: dict[str, Any]) -> None:
    cle = f"sur-place-{question.id}"
    garde: dict[str, Any] = {
        "key": cle,
        "help": question.aide or None,
        "on_change": _record,
        "args": (collectivite_id, question, cle),
    }
    libelle, valeur = question.libelle, brutes.get(question.id)
    if question.type == "choix_unique":
        options = {o.id: o.libelle for o in question.options} | _ne_sait_pas(question)
        state.set_widget(cle, valeur if valeur in options else None)
        st.radio(libelle, list(options), format_func=lambda o: options.get(o, o), index=None, **garde)
    elif question.type == "choix_multiple":
        options = {o.id: o.libelle for o in question.options} | _ne_sait_pas(question)
        choisies = valeur if isinstance(valeur, list) else [valeur]
        state.set_widget(cle, [o for o in choisies if o in options])
        st.pills(
            libelle, list(options), format_func=lambda o: options.get(o, o), selection_mode="multi", **garde
        )
    elif question.type == "nombre":
        state.set_widget(cle, float(valeur) if isinstance(valeur, int | float) else None)
        bas, haut = (None if b is None else float(b) for b in (question.minimum, question.maximum))
        suite = f" ({question.unite})" if question.unite else ""
        st.number_input(f"{libelle}{suite}", min_value=bas, max_value=haut, value=None, step=1.0, **garde)


def _render_resultats(vue: VueComparer, question: Question) -> None:
    """À côté de la réponse, ce que font les pairs."""
    lignes = list_resultats(question, vue.indicateurs, vue.pairs, vue.soi)
    if question.id in _get_brutes(vue.collectivite.id, question.questionnaire_id) and lignes:
        elements = "".join(f"<li>{texte(ligne)}</li>" for ligne in lignes)
        st.html(f'<ul class="baro-resultats" role="status">{elements}</ul>')


def _ne_sait_pas(question: Question) -> dict[str, str]:
    return {NE_SAIT_PAS: "Je ne sais pas"} if question.ne_sait_pas else {}


def _record(collectivite_id: str, question: Question, cle: str) -> None:
    """Ce que le navigateur envoie n'est gardé que tel quel : `read_saisie` n'en retient que l'offert."""
    valeur = st.session_state.get(cle)
    if isinstance(valeur, list) and NE_SAIT_PAS in valeur:
        # « Je ne sais pas » ne va avec aucune autre réponse.
        valeur = NE_SAIT_PAS
    _get_brutes(collectivite_id, question.questionnaire_id)[question.id] = valeur


def _render_sortie(vue: VueComparer, questionnaire: Questionnaire, brutes: dict[str, Any]) -> None:
    faites, posees = count_repondues(questionnaire, vue.collectivite.type, brutes)
    compte = format_compte(faites, "question répondue", "questions répondues")
    st.html(f'<p class="baro-phrase" role="status">{compte} sur {posees}.</p>')
    with st.container(horizontal=True, vertical_alignment="bottom", key="sortie-reponses"):
        if faites:
            render_fichiers([_offer(vue, questionnaire, brutes)], cle="mes-reponses", prive=VISITE)
        effacees = (vue.collectivite.id, questionnaire.id)
        st.button("Effacer mes réponses", on_click=_forget, args=effacees, disabled=not faites)
    st.file_uploader(
        "Reprendre un fichier de réponses",
        type=["json"],
        key=_FICHIER,
        on_change=_reload,
        args=(vue.collectivite.id,),
        max_upload_size=1,
    )


def _offer(vue: VueComparer, questionnaire: Questionnaire, brutes: dict[str, Any]) -> FichierOffert:
    build = partial(write_reponses, questionnaire, vue.collectivite.id, brutes)
    nom = f"mes-reponses_{questionnaire.id}.json"
    return FichierOffert("json", "Télécharger mes réponses", nom, "application/json", build)


def _forget(collectivite_id: str, questionnaire_id: str) -> None:
    _get_brutes(collectivite_id, questionnaire_id).clear()


def _reload(collectivite_id: str) -> None:
    """Lit le fichier en mémoire ; une phrase s'il ne convient pas."""
    fichier = st.session_state.get(_FICHIER)
    if fichier is None:
        return
    try:
        reprises = read_reponses(load_catalogue(), fichier.getvalue(), collectivite_id)
    except ReponsesRefusees as erreur:
        state.keep_message(str(erreur))
        return
    donnees = _get_brutes(collectivite_id, reprises.questionnaire_id)
    state.keep_message(reprises.describe(donnees))
    donnees.update(reprises.reponses)
    # Le fichier peut parler d'un autre thème : la page y va.
    st.query_params["theme"] = reprises.questionnaire_id
