"""Construire un questionnaire et refuser ses références fausses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from barometre.catalogue.validation import CatalogueError
from barometre.domain.enquete import Condition, Option, Question, Questionnaire

Echelles = Mapping[str, tuple[Option, ...]]
# Code de « Je ne sais pas » dans un export : aucune option ne peut le prendre.
CODE_NE_SAIT_PAS = "NSP"


def build_echelles(contenu: Any) -> Echelles:
    """Les listes d'options partagées par plusieurs questions."""
    return {id_: build_options(options) for id_, options in contenu.items()}


def build_options(contenu: Iterable[Any]) -> tuple[Option, ...]:
    """Les modalités d'une question."""
    return tuple(Option(o["id"], o["libelle"], o["code"]) for o in contenu)


def build_questionnaire(contenu: Any, echelles: Echelles, nom: str) -> Questionnaire:
    """Le questionnaire d'un fichier ; `nom` est celui que les phrases de refus donnent."""
    phrases = [f"{nom}, {phrase}" for q in contenu["questions"] for phrase in _options_fausses(q, echelles)]
    if phrases:
        raise CatalogueError(phrases)
    questions = tuple(_question(q, contenu["id"], echelles) for q in contenu["questions"])
    phrases = [f"{nom}, {phrase}" for phrase in _references_fausses(questions)]
    if phrases:
        raise CatalogueError(phrases)
    return Questionnaire(
        contenu["id"], contenu["titre"], contenu["introduction"], contenu["modele"], questions
    )


def list_doublons(valeurs: Iterable[str]) -> list[str]:
    """Les valeurs présentes plus d'une fois."""
    return [valeur for valeur, fois in Counter(valeurs).items() if fois > 1]


def _question(q: Any, questionnaire_id: str, echelles: Echelles) -> Question:
    condition = q.get("condition")
    return Question(
        id=q["id"],
        questionnaire_id=questionnaire_id,
        code=q["code"],
        libelle=q["libelle"],
        type=q["type"],
        options=echelles[q["echelle"]] if "echelle" in q else build_options(q.get("options", ())),
        aide=q.get("aide", ""),
        ne_sait_pas=q.get("ne_sait_pas", False),
        condition=Condition(condition["question"], tuple(condition["options"])) if condition else None,
        types=tuple(q.get("types", ())),
        reformulee=tuple(q.get("reformulee", ())),
        unite=q.get("unite", ""),
        minimum=q.get("minimum"),
        maximum=q.get("maximum"),
    )


def _options_fausses(q: Any, echelles: Echelles) -> Iterator[str]:
    choix = q["type"].startswith("choix_")
    declarees = ("options" in q) + ("echelle" in q)
    if choix and declarees != 1:
        yield f"{q['id']} : une question à choix a soit « options », soit « echelle »."
    if not choix and declarees:
        yield f"{q['id']} : une question de type « {q['type']} » n'a pas d'options."
    if "echelle" in q and q["echelle"] not in echelles:
        yield f"{q['id']} › echelle : l'échelle « {q['echelle']} » n'existe pas dans echelles.yml."


def _references_fausses(questions: Sequence[Question]) -> Iterator[str]:
    yield from (
        f"l'identifiant de question « {id_} » est en double."
        for id_ in list_doublons(q.id for q in questions)
    )
    yield from (
        f"le code de question « {code} » est en double." for code in list_doublons(q.code for q in questions)
    )
    deja: dict[str, Question] = {}
    for question in questions:
        if not question.id.startswith(f"{question.questionnaire_id}_q"):
            yield f"{question.id} : l'identifiant doit commencer par « {question.questionnaire_id}_q »."
        yield from _modalites_fausses(question)
        yield from _condition_fausse(question, deja)
        deja[question.id] = question


def _modalites_fausses(question: Question) -> Iterator[str]:
    for id_ in list_doublons(option.id for option in question.options):
        yield f"{question.id} : l'option « {id_} » est en double."
    for code in list_doublons(option.code for option in question.options):
        yield f"{question.id} : le code d'option « {code} » est en double."
    if any(option.code == CODE_NE_SAIT_PAS for option in question.options):
        yield f"{question.id} : le code « {CODE_NE_SAIT_PAS} » est réservé à « Je ne sais pas »."


def _condition_fausse(question: Question, deja: Mapping[str, Question]) -> Iterator[str]:
    if question.condition is None:
        return
    visee = deja.get(question.condition.question_id)
    if visee is None:
        yield (
            f"{question.id} › condition : la question « {question.condition.question_id} » "
            "n'existe pas avant celle-ci."
        )
        return
    connues = {option.id for option in visee.options}
    for option in question.condition.options:
        if option not in connues:
            yield f"{question.id} › condition : « {option} » n'est pas une option de {visee.id}."
