"""Un questionnaire tel qu'il est posé, à plat : une ligne par question ou par modalité de réponse."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from barometre.domain.enquete import Question, Questionnaire
from barometre.domain.formats import format_guillemets, format_liste
from barometre.domain.provenance import Definition, Provenance
from barometre.domain.territoire import LIBELLES_TYPES
from barometre.domain.version import Version
from barometre.views.lecture.provenance import build_provenance

TYPES_QUESTION = {
    "choix_unique": "une seule réponse",
    "choix_multiple": "plusieurs réponses possibles",
    "nombre": "un nombre",
    "texte": "réponse libre",
}
MODELE = (
    "Questionnaire modèle : la formulation des questionnaires du baromètre n’est pas publique. "
    "Celui-ci couvre les mêmes sujets."
)
_COLONNES = (
    "question_id", "code", "question", "aide", "reponse", "posee_si", "posee_a", "posee_depuis",
    "retiree", "option_id", "option_code", "option",
)  # fmt: skip


def build_table_questionnaire(questionnaire: Questionnaire) -> pd.DataFrame:
    """Le questionnaire avec ses codes, tel qu'il se télécharge."""
    lignes = [ligne for question in questionnaire.questions for ligne in _lignes(question, questionnaire)]
    return pd.DataFrame(lignes, columns=list(_COLONNES))


def _lignes(question: Question, questionnaire: Questionnaire) -> list[tuple[str, ...]]:
    tete = (
        question.id,
        question.code,
        question.libelle,
        question.aide,
        build_reponse(question),
        build_condition(question, questionnaire),
        build_public(question),
        question.depuis,
        question.retiree,
    )
    options = [(option.id, option.code, option.libelle) for option in question.options]
    if question.ne_sait_pas:
        options.append(("ne_sait_pas", "NSP", "Je ne sais pas"))
    return [(*tete, *option) for option in options or [("", "", "")]]


def build_reponse(question: Question) -> str:
    """« une seule réponse » : la forme de réponse attendue."""
    return "à classer par ordre de préférence" if question.classement else TYPES_QUESTION[question.type]


def build_condition(question: Question, questionnaire: Questionnaire) -> str:
    """« Si « … » : Oui », ou rien si la question est posée à tous."""
    if question.condition is None:
        return ""
    amont = next((q for q in questionnaire.questions if q.id == question.condition.question_id), None)
    if amont is None:
        return ""
    retenues = [o.libelle for o in amont.options if o.id in question.condition.options]
    return f"Si la réponse à la question {amont.code} est : {format_liste(retenues, 'ou')}"


def list_histoire(question: Question, vagues: Mapping[str, str]) -> list[str]:
    """Depuis quand elle est posée, ses anciens mots, quand elle ne l'est plus ; `vagues` : leurs titres."""
    phrases = [f"Posée depuis : {vagues[question.depuis]}"] if question.depuis else []
    phrases += [f"Avant {vagues[a.avant]} : {format_guillemets(a.libelle)}" for a in question.anciennes]
    if question.retiree:
        phrases.append(f"N’est plus posée depuis : {vagues[question.retiree]}")
    return phrases


def build_public(question: Question) -> str:
    """À qui la question est posée, quand ce n'est pas à toutes les collectivités."""
    return format_liste([LIBELLES_TYPES.get(type_, type_) for type_ in question.types])


def build_provenance_questionnaire(questionnaire: Questionnaire, version: Version) -> Provenance:
    """La provenance du questionnaire : ce n'est pas une réponse, rien n'y est simulé."""
    return build_provenance(
        version,
        f"Questionnaire : {questionnaire.titre}",
        f"questionnaire_{questionnaire.id}",
        filtres="Toutes les questions",
        definitions=(
            Definition("posee_si", "Condition pour que la question soit posée ; vide : posée à tous."),
        ),
        precautions=(MODELE,) if questionnaire.modele else (),
        reponses=False,
    )
