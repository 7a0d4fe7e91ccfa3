"""Un questionnaire en document : à lire en réunion, à relire avant de le mettre en ligne."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from barometre.domain.enquete import Groupe, Question, Questionnaire
from barometre.domain.formats import format_date
from barometre.rapports.modele import Bloc, Document, Liste, Paragraphe, Section, Tableau
from barometre.views.donnees.questionnaire import MODELE, build_condition, build_public, build_reponse

SOURCE = "Baromètre Collectivités & Numérique, DINUM et Déclic"
CASE = "☐"


def build_document_questionnaire(questionnaire: Questionnaire, jour: date) -> Document:
    """Les questions posées aujourd'hui, sous leurs groupes ; `jour` date le document."""
    pose = questionnaire.keep_actuelles()
    groupes = {groupe.id: groupe for groupe in pose.groupes}
    tete = Section("Questionnaire", (Paragraphe(pose.introduction),))
    sections = [
        _build_section(groupes.get(groupe_id), list(questions), pose)
        for groupe_id, questions in groupby(pose.questions, key=lambda q: q.groupe)
    ]
    mentions = [("Source", SOURCE), ("Version", f"questionnaire du {format_date(jour)}")]
    return Document(
        pose.titre,
        "Questionnaire tel qu’il est posé",
        f"barometre_questionnaire_{pose.id}",
        "",
        tuple(mentions + ([("À savoir", MODELE)] if pose.modele else [])),
        jour.isoformat(),
        (tete, *sections),
    )


def _build_section(groupe: Groupe | None, questions: Sequence[Question], pose: Questionnaire) -> Section:
    blocs: list[Bloc] = [Paragraphe(groupe.description)] if groupe and groupe.description else []
    for code, lignes in groupby(questions, key=lambda q: q.tableau):
        if code:
            blocs += _build_tableau(code, list(lignes), pose)
        else:
            blocs += [bloc for question in lignes for bloc in _build_question(question, pose)]
    return Section(groupe.titre if groupe else "Les questions", tuple(blocs))


def _build_question(question: Question, pose: Questionnaire) -> list[Bloc]:
    choix = [option.libelle for option in question.options]
    choix += ["Je ne sais pas"] if question.ne_sait_pas else []
    blocs = _build_tete(question, f"{question.code}. {question.libelle}", pose)
    if not question.options:
        ligne = f"Réponse : ………………………… {question.unite}".rstrip()
        blocs.append(Paragraphe(ligne, lie=bool(choix)))
    return [*blocs, Liste(tuple(choix))] if choix else blocs


def _build_tableau(code: str, lignes: Sequence[Question], pose: Questionnaire) -> list[Bloc]:
    tete = next(tableau.libelle for tableau in pose.tableaux if tableau.code == code)
    colonnes = [o.libelle for o in lignes[0].options] or [lignes[0].unite or "Réponse"]
    colonnes += ["Je ne sais pas"] if lignes[0].ne_sait_pas else []
    case = CASE if lignes[0].options else "……"
    rangs = tuple(
        (q.libelle.removeprefix(f"{tete} [").removesuffix("]"), *[case] * len(colonnes)) for q in lignes
    )
    return [*_build_tete(lignes[0], f"{code}. {tete}", pose), Tableau(code, ("Ligne", *colonnes), rangs)]


def _build_tete(question: Question, titre: str, pose: Questionnaire) -> list[Bloc]:
    public = f"Posée aux : {build_public(question)}" if question.types else ""
    reponse = build_reponse(question).capitalize()
    phrases = ". ".join(filter(None, (reponse, build_condition(question, pose), public)))
    # « Plusieurs réponses possibles. » ne se dit pas deux fois.
    aide = [question.aide] if question.aide.rstrip(".") not in ("", reponse) else []
    # Une question n'est pas coupée de ses réponses par un bas de page.
    dites = (Paragraphe(phrase, lie=True) for phrase in (f"{phrases}.", *aide))
    return [Paragraphe(titre, fort=True, lie=True), *dites]
