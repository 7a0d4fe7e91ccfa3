"""Le questionnaire reçu, sur celui du catalogue : les identifiants connus restent, et l'histoire avec eux."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from barometre.domain.enquete import Condition, Formulation, Groupe, Option, Question, Questionnaire
from barometre.ingest.labels import clean_label
from barometre.questionnaires.rapprochement import Rapprochement, match_options

_HORS_IDENTIFIANT = re.compile(r"[^a-z0-9]+")
_MAX_IDENTIFIANT = 40


@dataclass(frozen=True, slots=True)
class Epoque:
    """La vague dont le questionnaire reçu est celui ; `premiere` : aucune vague ne l'a posé avant."""

    vague_id: str
    premiere: bool


def merge_questionnaires(
    lu: Questionnaire,
    connu: Questionnaire,
    rapprochement: Rapprochement,
    epoque: Epoque,
    gardees: Sequence[str],
) -> Questionnaire:
    """Le questionnaire à écrire ; `gardees` : les questions que des indicateurs ou des réponses citent."""
    noms = _build_noms(lu, connu, rapprochement)
    posees = [_finish(lue, rapprochement.get_ancienne(lue.code), noms, epoque) for lue in lu.questions]
    vues = {question.id for question in posees}
    retirees = [
        _retire(q, epoque) for q in connu.questions if q.id not in vues and (q.retiree or q.id in gardees)
    ]
    complet = replace(
        connu,
        titre=lu.titre or connu.titre,
        introduction=lu.introduction or connu.introduction,
        modele=False,
        questions=(*(replace(q, questionnaire_id=connu.id) for q in posees), *retirees),
        groupes=tuple(replace(g, id=noms.groupes[g.id]) for g in lu.groupes),
        tableaux=lu.tableaux,
    )
    # Rien d'autre que la mention de modèle : c'est le même, relu.
    return connu if replace(complet, modele=connu.modele) == connu else complet


@dataclass(frozen=True, slots=True)
class _Noms:
    """Du code lu aux identifiants du catalogue ; `options` : par code de question."""

    questions: dict[str, str]
    options: dict[str, dict[str, str]]
    groupes: dict[str, str]


def _build_noms(lu: Questionnaire, connu: Questionnaire, rapprochement: Rapprochement) -> _Noms:
    options = {lue.code: _name_options(lue, rapprochement.get_ancienne(lue.code)) for lue in lu.questions}
    groupes = _name_groupes(lu.groupes, connu.groupes)
    return _Noms(_name_questions(lu, connu, rapprochement), options, groupes)


def _finish(lue: Question, ancienne: Question | None, noms: _Noms, epoque: Epoque) -> Question:
    """La question lue, sous ses identifiants ; de l'ancienne viennent l'histoire et ce qui est tu."""
    question = replace(
        lue,
        id=noms.questions[lue.code],
        groupe=noms.groupes.get(lue.groupe, ""),
        condition=lue.condition and _name_condition(lue.condition, noms),
        options=tuple(replace(o, id=noms.options[lue.code][o.id]) for o in lue.options),
    )
    if ancienne is None:
        return question if epoque.premiere else replace(question, depuis=epoque.vague_id)
    jointe = replace(
        question,
        types=lue.types or ancienne.types,
        unite=lue.unite or ancienne.unite,
        depuis=ancienne.depuis,
        minimum=ancienne.minimum if lue.minimum is None else lue.minimum,
        maximum=ancienne.maximum if lue.maximum is None else lue.maximum,
        reformulee=ancienne.reformulee,
        anciennes=ancienne.anciennes,
    )
    return jointe if epoque.premiere else _add_histoire(jointe, ancienne, epoque.vague_id)


def _name_condition(lue: Condition, noms: _Noms) -> Condition:
    options = noms.options[lue.question_id]
    return Condition(noms.questions[lue.question_id], tuple(options[code] for code in lue.options))


def _add_histoire(question: Question, ancienne: Question, vague_id: str) -> Question:
    """Avant cette vague, les mots et les codes d'hier ; d'autres mots coupent la série."""
    ecrite = (question.libelle, question.code, question.options)
    if ecrite == (ancienne.libelle, ancienne.code, ancienne.options):
        return question
    anciennes, reformulee = question.anciennes, question.reformulee
    # Le même questionnaire, corrigé et réimporté : ce qui était vrai avant la vague n'a pas changé.
    if all(a.avant != vague_id for a in anciennes):
        anciennes += (Formulation(vague_id, ancienne.libelle, ancienne.code, ancienne.options),)
    if _sens(question) != _sens(ancienne) and vague_id not in reformulee:
        reformulee = (*reformulee, vague_id)
    return replace(question, anciennes=anciennes, reformulee=reformulee)


def _sens(question: Question) -> tuple[str, frozenset[tuple[str, str]]]:
    """Ce que lit une répondante : ni la casse, ni la ponctuation, ni les codes."""
    return clean_label(question.libelle), frozenset((o.id, clean_label(o.libelle)) for o in question.options)


def _retire(question: Question, epoque: Epoque) -> Question:
    """Remplacée depuis la première vague, elle n'a jamais été posée : elle n'a plus de date de début."""
    if question.retiree:
        return question
    depuis = "" if epoque.premiere else question.depuis
    return replace(question, retiree=epoque.vague_id, depuis=depuis, groupe="")


def _name_questions(lu: Questionnaire, connu: Questionnaire, rapprochement: Rapprochement) -> dict[str, str]:
    """Code → identifiant : celui que l'on connaît, ou le numéro suivant, jamais rendu à une autre."""
    numeros = [int(q.id.rpartition("_q")[2]) for q in connu.questions]
    suivant = max(numeros, default=0)
    ids = {}
    for lue in lu.questions:
        ancienne = rapprochement.get_ancienne(lue.code)
        suivant += ancienne is None
        ids[lue.code] = ancienne.id if ancienne else f"{connu.id}_q{suivant:02d}"
    return ids


def _name_options(lue: Question, ancienne: Question | None) -> dict[str, str]:
    connues = match_options(ancienne.options, lue.options) if ancienne else {}
    pris = {option.id for option in connues.values()}
    noms = {}
    for option in lue.options:
        connue = connues.get(option.code)
        noms[option.id] = connue.id if connue else _name(option, pris.__contains__)
        pris.add(noms[option.id])
    return noms


def _name_groupes(lus: Sequence[Groupe], connus: Sequence[Groupe]) -> dict[str, str]:
    """Identifiant du fichier → celui du catalogue : le même titre garde le sien."""
    libres: dict[str, list[str]] = {}
    for connu in connus:
        libres.setdefault(connu.titre, []).append(connu.id)
    pris, noms = {connu.id for connu in connus}, {}
    for lu in lus:
        gardes = libres.get(lu.titre, [])
        noms[lu.id] = gardes.pop(0) if gardes else _name(Option("", lu.titre, lu.id), pris.__contains__)
        pris.add(noms[lu.id])
    return noms


def _name(option: Option, is_pris: Callable[[str], bool]) -> str:
    """Un identifiant lisible, tiré du libellé ; « oui », « non » et « autre » ont un sens pour l'import."""
    mot = _HORS_IDENTIFIANT.sub("_", clean_label(option.libelle))[:_MAX_IDENTIFIANT].strip("_")
    base = ("autre" if option.id == "autre" else mot) or "option"
    candidats = (base, *(f"{base}_{rang}" for rang in range(2, 1_000)))
    return next(candidat for candidat in candidats if not is_pris(candidat))
