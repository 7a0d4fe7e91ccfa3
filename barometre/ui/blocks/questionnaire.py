"""Un questionnaire tel qu'il est posé."""

from __future__ import annotations

import streamlit as st

from barometre.domain.enquete import Question, Questionnaire
from barometre.ui import porte
from barometre.ui.blocks.telechargements import render_telechargements
from barometre.ui.blocks.textes import texte
from barometre.views.donnees.questionnaire import (
    MODELE,
    TYPES_QUESTION,
    build_condition,
    build_provenance_questionnaire,
    build_public,
    build_table_questionnaire,
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
    """Le HTML des questions ; le numéro est celui du code de l'export. `codes` : ceux des réponses aussi."""
    return "".join(_question(question, questionnaire, codes) for question in questionnaire.questions)


def _question(question: Question, questionnaire: Questionnaire, codes: bool) -> str:
    precisions = [
        TYPES_QUESTION[question.type],
        build_condition(question, questionnaire),
        f"Posée aux : {build_public(question)}" if question.types else "",
    ]
    options = [(option.code, option.libelle) for option in question.options]
    options += [("NSP", "Je ne sais pas")] if question.ne_sait_pas else []
    lignes = "".join(f"<li>{_code(code) if codes else ''}{texte(libelle)}</li>" for code, libelle in options)
    liste = f"<ul>{lignes}</ul>" if options else ""
    aide = f"<p><em>{texte(question.aide)}</em></p>" if question.aide else ""
    return (
        f'<section class="baro-question"><p><strong>{texte(f"{question.code}. {question.libelle}")}</strong>'
        f'<br><span class="baro-preuve">{texte(" ; ".join(filter(None, precisions)))}</span></p>'
        f"{aide}{liste}</section>"
    )


def _code(code: str) -> str:
    return f"<code>{texte(code)}</code> "
