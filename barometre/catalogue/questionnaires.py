"""Construire un questionnaire et refuser ses références fausses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from barometre.catalogue.validation import CatalogueError
from barometre.domain.enquete import (
    CODE_NE_SAIT_PAS,
    Condition,
    Formulation,
    Groupe,
    Option,
    Question,
    Questionnaire,
    Tableau,
)

Echelles = Mapping[str, tuple[Option, ...]]


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
    questionnaire = Questionnaire(
        contenu["id"], contenu["titre"], contenu["introduction"], contenu["modele"], questions,
        tuple(Groupe(**groupe) for groupe in contenu.get("groupes", ())),
        tuple(Tableau(**tableau) for tableau in contenu.get("tableaux", ())),
    )  # fmt: skip
    fausses = (*_references_fausses(questions), *_rangements_faux(questionnaire))
    if phrases := [f"{nom}, {phrase}" for phrase in fausses]:
        raise CatalogueError(phrases)
    return questionnaire


def check_vagues(questionnaires: Iterable[Questionnaire], vagues: Sequence[str]) -> None:
    """Refuse une question datée d'une vague inconnue, ou retirée avant d'être posée."""
    phrases = [
        f"themes/{questionnaire.id}/questionnaire.yml, {question.id} : {phrase}"
        for questionnaire in questionnaires
        for question in questionnaire.questions
        for phrase in _dates_fausses(question, vagues)
    ]
    if phrases:
        raise CatalogueError(phrases)


def _dates_fausses(question: Question, vagues: Sequence[str]) -> Iterator[str]:
    citees = [question.depuis, question.retiree, *question.reformulee, *(a.avant for a in question.anciennes)]
    if inconnues := [vague for vague in citees if vague and vague not in vagues]:
        yield f"la vague « {inconnues[0]} » n'existe pas dans vagues.yml."
    elif question.depuis and question.retiree and not question.is_posee(question.depuis, vagues):
        yield f"retirée ({question.retiree}) avant d'être posée ({question.depuis})."


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
        groupe=q.get("groupe", ""),
        classement=q.get("classement", False),
        depuis=q.get("depuis", ""),
        retiree=q.get("retiree", ""),
        anciennes=tuple(_formulation(ancienne) for ancienne in q.get("anciennes", ())),
        code_nsp=q.get("code_nsp", CODE_NE_SAIT_PAS),
    )


def _formulation(contenu: Any) -> Formulation:
    options = build_options(contenu.get("options", ()))
    return Formulation(contenu["avant"], contenu["libelle"], contenu["code"], options)


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
    # Une question retirée laisse son code à celle qui la remplace.
    yield from (
        f"le code de question « {code} » est en double."
        for code in list_doublons(q.code for q in questions if not q.retiree)
    )
    deja: dict[str, Question] = {}
    for question in questions:
        if not question.id.startswith(f"{question.questionnaire_id}_q"):
            yield f"{question.id} : l'identifiant doit commencer par « {question.questionnaire_id}_q »."
        yield from _modalites_fausses(question)
        yield from _condition_fausse(question, deja)
        deja[question.id] = question


def _rangements_faux(questionnaire: Questionnaire) -> Iterator[str]:
    """Les groupes, dans l'ordre des questions, et les tableaux, dont les lignes ont la même forme."""
    doubles = list_doublons(g.id for g in questionnaire.groupes)
    doubles += list_doublons(t.code for t in questionnaire.tableaux)
    yield from (f"« {id_} » est déclaré deux fois." for id_ in doubles)
    posees = questionnaire.keep_actuelles().questions
    yield from _groupes_faux(questionnaire, posees)
    tetes = {tableau.code: tableau.libelle for tableau in questionnaire.tableaux}
    for question in posees:
        if question.classement and question.type != "choix_multiple":
            yield f"{question.id} › classement : seul un choix multiple se range par ordre."
        if question.tableau:
            yield from _ligne_fausse(question, tetes)
    for code, lignes in groupby((q for q in posees if q.tableau), key=lambda q: q.tableau):
        # Les deux échelles d'une ligne (« Q03_SQ001#0 » et « #1 ») ont chacune leurs options.
        formes = {(q.code.partition("#")[2], _get_forme(q)) for q in lignes}
        if len(formes) > len({echelle for echelle, _ in formes}):
            yield f"tableaux, {code} : ses lignes n'ont pas toutes la même forme de réponse."


def _groupes_faux(questionnaire: Questionnaire, posees: Sequence[Question]) -> Iterator[str]:
    if not (questionnaire.groupes or any(q.groupe for q in posees)):
        return
    rangs = {groupe.id: rang for rang, groupe in enumerate(questionnaire.groupes)}
    for question in posees:
        if question.groupe not in rangs:
            yield f"{question.id} › groupe : le groupe « {question.groupe} » n'existe pas."
    suite = [rangs.get(q.groupe, 0) for q in posees]
    if suite != sorted(suite):
        yield "groupes : les questions doivent se suivre dans l'ordre des groupes."


def _ligne_fausse(question: Question, tetes: Mapping[str, str]) -> Iterator[str]:
    tete = tetes.get(question.tableau)
    if tete is None:
        yield f"{question.id} › code : le tableau « {question.tableau} » n'est pas dans « tableaux »."
    elif not (question.libelle.startswith(f"{tete} [") and question.libelle.endswith("]")):
        yield f"{question.id} › libelle : une ligne de tableau s'écrit « {tete} [Ligne] »."
    if question.type == "choix_multiple":
        yield f"{question.id} › type : une ligne de tableau n'a qu'une réponse."


def _get_forme(q: Question) -> tuple[Any, ...]:
    """Ce que les lignes d'un tableau ont en commun : il n'a qu'une colonne de réponses."""
    reponses = (q.type, q.options, q.ne_sait_pas, q.code_nsp, q.unite, q.minimum, q.maximum)
    return (*reponses, q.condition, q.types, q.groupe, q.aide)


def _modalites_fausses(question: Question) -> Iterator[str]:
    for id_ in list_doublons(option.id for option in question.options):
        yield f"{question.id} : l'option « {id_} » est en double."
    for code in list_doublons(option.code for option in question.options):
        yield f"{question.id} : le code d'option « {code} » est en double."
    if any(option.code in {CODE_NE_SAIT_PAS, question.code_nsp} for option in question.options):
        yield f"{question.id} : le code « {question.code_nsp} » est réservé à « Je ne sais pas »."
    if question.type == "texte" and question.ne_sait_pas:
        yield f"{question.id} › ne_sait_pas : une réponse libre peut l'écrire elle-même."


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
