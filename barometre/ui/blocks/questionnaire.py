"""Un questionnaire tel qu'il est posé."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from barometre.catalogue import load_catalogue
from barometre.domain.enquete import Question, Questionnaire
from barometre.ui import porte
from barometre.ui.blocks.telechargements import render_telechargements
from barometre.ui.blocks.textes import texte
from barometre.views.donnees.questionnaire import (
    MODELE,
    build_condition,
    build_provenance_questionnaire,
    build_public,
    build_reponse,
    build_table_questionnaire,
    list_histoire,
)


def render_questionnaire(questionnaire: Questionnaire) -> None:
    """Les questions dans l'ordre, leurs réponses possibles, et le fichier avec les codes."""
    if questionnaire.modele:
        st.info(MODELE)
    st.html(f"<p>{texte(questionnaire.introduction)}</p>{build_liste(questionnaire)}")
    sortie = build_provenance_questionnaire(questionnaire, porte.get_version())
    render_telechargements(
        build_table_questionnaire(questionnaire), sortie, cle=f"questions-{questionnaire.id}"
    )


def build_liste(questionnaire: Questionnaire, *, codes: bool = False) -> str:
    """Le HTML des questions ; le numéro est celui du code de l'export. `codes` : ceux des réponses aussi.

    Une question qui n'est plus posée vient à la fin : des réponses lui ont été données.
    """
    vagues = {vague.id: vague.titre for vague in load_catalogue().vagues}
    posees, retirees = _build_posees(questionnaire, codes, vagues), ""
    for question in questionnaire.questions:
        retirees += _question(question, questionnaire, codes, vagues) if question.retiree else ""
    return posees + (f"<h3>Questions qui ne sont plus posées</h3>{retirees}" if retirees else "")


def _build_posees(questionnaire: Questionnaire, codes: bool, vagues: Mapping[str, str]) -> str:
    """Les questions d'aujourd'hui, sous le titre de leur groupe quand le questionnaire en a."""
    titres = {groupe.id: groupe for groupe in questionnaire.groupes}
    morceaux, groupe_id = [], ""
    for question in questionnaire.keep_actuelles().questions:
        if question.groupe != groupe_id and question.groupe in titres:
            groupe = titres[question.groupe]
            morceaux.append(f"<h3>{texte(groupe.titre)}</h3><p>{texte(groupe.description)}</p>")
        groupe_id = question.groupe
        morceaux.append(_question(question, questionnaire, codes, vagues))
    return "".join(morceaux)


def _question(
    question: Question, questionnaire: Questionnaire, codes: bool, vagues: Mapping[str, str]
) -> str:
    precisions = [
        build_reponse(question),
        build_condition(question, questionnaire),
        f"Posée aux : {build_public(question)}" if question.types else "",
        *list_histoire(question, vagues),
    ]
    options = [(option.code, option.libelle) for option in question.options]
    options += [("NSP", "Je ne sais pas")] if question.ne_sait_pas else []
    lignes = "".join(f"<li>{_code(code) if codes else ''}{texte(libelle)}</li>" for code, libelle in options)
    liste = f"<ul>{lignes}</ul>" if options else ""
    aide = f"<p><em>{texte(question.aide)}</em></p>" if question.aide else ""
    titre = f"<strong>{texte(f'{question.code}. {question.libelle}')}</strong>"
    preuve = f'<p class="baro-preuve">{texte(" ; ".join(filter(None, precisions)))}</p>'
    return f'<details class="baro-question"><summary>{titre}</summary>{preuve}{aide}{liste}</details>'


def _code(code: str) -> str:
    return f"<code>{texte(code)}</code> "
