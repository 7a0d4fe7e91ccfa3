"""Répondre à un thème sur place : les questions posées au fil des réponses, gardées dans la visite seule."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from barometre.assemblage.collectivite import ComparerAffiche
from barometre.catalogue import load_catalogue
from barometre.domain.enquete import Question, Questionnaire
from barometre.formats import format_compte, format_guillemets
from barometre.ui import state
from barometre.ui.blocks.telechargements import VISITE, FichierOffert, render_fichiers
from barometre.ui.blocks.textes import texte
from barometre.views.collectivite.comparer import VueComparer
from barometre.views.collectivite.repondre import (
    NE_SAIT_PAS,
    ReponsesRefusees,
    compute_soi,
    count_repondues,
    list_posees,
    read_reponses,
    write_reponses,
)
from barometre.views.donnees.questionnaire import MODELE

_GARDEES = "_reponses_sur_place"
_FICHIER = "fichier_reponses"
PROMESSE = (
    "Rien n’est enregistré\u202f: vos réponses restent dans cette visite et disparaissent avec elle. "
    "Téléchargez-les pour les reprendre plus tard."
)


def place_reponses(affiche: ComparerAffiche) -> ComparerAffiche:
    """La comparaison avec les réponses données sur place, s'il y en a ; sinon telle quelle."""
    vue = affiche.vue
    questionnaire = load_catalogue().questionnaires.get(vue.theme.id)
    brutes = _get_brutes(vue.theme.id)
    if questionnaire is None or not brutes:
        return affiche
    type_, vague = vue.collectivite.type, vue.pairs.vague_id
    return affiche.place(compute_soi(load_catalogue(), questionnaire, type_, brutes, vague))


def _get_brutes(questionnaire_id: str) -> dict[str, Any]:
    toutes: dict[str, dict[str, Any]] = st.session_state.setdefault(_GARDEES, {})
    return toutes.setdefault(questionnaire_id, {})


def render_repondre(vue: VueComparer) -> None:
    """Le questionnaire du thème ; absent pour qui lit déjà les réponses de sa collectivité."""
    questionnaire = load_catalogue().questionnaires.get(vue.theme.id)
    if questionnaire is None:
        return
    brutes = _get_brutes(vue.theme.id)
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
        _render_question(question, brutes)
    _render_sortie(vue, questionnaire, brutes)


def _render_question(question: Question, brutes: dict[str, Any]) -> None:
    cle = f"sur-place-{question.id}"
    garde: dict[str, Any] = {
        "key": cle,
        "help": question.aide or None,
        "on_change": _record,
        "args": (question, cle),
    }
    libelle, valeur = question.libelle, brutes.get(question.id)
    if question.type == "choix_unique":
        options = {o.id: o.libelle for o in question.options} | _ne_sait_pas(question)
        st.session_state[cle] = valeur if valeur in options else None
        st.radio(libelle, list(options), format_func=lambda o: options.get(o, o), index=None, **garde)
    elif question.type == "choix_multiple":
        options = {o.id: o.libelle for o in question.options} | _ne_sait_pas(question)
        choisies = valeur if isinstance(valeur, list) else [valeur]
        st.session_state[cle] = [o for o in choisies if o in options]
        st.pills(
            libelle, list(options), format_func=lambda o: options.get(o, o), selection_mode="multi", **garde
        )
    elif question.type == "nombre":
        st.session_state[cle] = float(valeur) if isinstance(valeur, int | float) else None
        bas, haut = (None if b is None else float(b) for b in (question.minimum, question.maximum))
        suite = f" ({question.unite})" if question.unite else ""
        st.number_input(f"{libelle}{suite}", min_value=bas, max_value=haut, value=None, step=1.0, **garde)


def _ne_sait_pas(question: Question) -> dict[str, str]:
    return {NE_SAIT_PAS: "Je ne sais pas"} if question.ne_sait_pas else {}


def _record(question: Question, cle: str) -> None:
    """Ce que le navigateur envoie n'est gardé que tel quel : `read_saisie` n'en retient que l'offert."""
    valeur = st.session_state.get(cle)
    if isinstance(valeur, list) and NE_SAIT_PAS in valeur:
        # « Je ne sais pas » ne va avec aucune autre réponse.
        valeur = NE_SAIT_PAS
    _get_brutes(question.questionnaire_id)[question.id] = valeur


def _render_sortie(vue: VueComparer, questionnaire: Questionnaire, brutes: dict[str, Any]) -> None:
    faites, posees = count_repondues(questionnaire, vue.collectivite.type, brutes)
    compte = format_compte(faites, "question répondue", "questions répondues")
    st.html(f'<p class="baro-phrase" role="status">{compte} sur {posees}.</p>')
    with st.container(horizontal=True, vertical_alignment="bottom", key="sortie-reponses"):
        if faites:
            render_fichiers([_offer(vue, questionnaire, brutes)], cle="mes-reponses", prive=VISITE)
        st.button("Effacer mes réponses", on_click=_forget, args=(questionnaire.id,), disabled=not faites)
    st.file_uploader(
        "Reprendre un fichier de réponses", type=["json"], key=_FICHIER, on_change=_reload, max_upload_size=1
    )


def _offer(vue: VueComparer, questionnaire: Questionnaire, brutes: dict[str, Any]) -> FichierOffert:
    build = partial(write_reponses, questionnaire, vue.collectivite.id, brutes)
    nom = f"mes-reponses_{questionnaire.id}.json"
    return FichierOffert("json", "Télécharger mes réponses", nom, "application/json", build)


def _forget(questionnaire_id: str) -> None:
    _get_brutes(questionnaire_id).clear()


def _reload() -> None:
    """Lit le fichier en mémoire ; une phrase s'il ne convient pas."""
    fichier = st.session_state.get(_FICHIER)
    if fichier is None:
        return
    try:
        questionnaire_id, reponses = read_reponses(load_catalogue(), fichier.getvalue())
    except ReponsesRefusees as erreur:
        state.keep_message(str(erreur))
        return
    _get_brutes(questionnaire_id).update(reponses)
    # Le fichier peut parler d'un autre thème : la page y va.
    st.query_params["theme"] = questionnaire_id
