"""D'un questionnaire du catalogue à un XLSForm : KoboToolbox, ODK, Enketo le mettent en ligne."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from itertools import groupby

import xlsxwriter

from barometre.domain.enquete import Groupe, Option, Question, Questionnaire
from barometre.domain.territoire import LIBELLES_TYPES
from barometre.questionnaires.conditions import CODE_TYPE, CODES_TYPES, write_xlsform
from barometre.questionnaires.grilles import check_sans_grille
from barometre.questionnaires.nombres import write_bornes, write_forme

# L'unité voyage en attribut du formulaire : XLSForm n'a pas de colonne pour elle.
COLONNES = (
    "type", "name", "label", "hint", "relevant", "constraint", "constraint_message", "required", "appearance",
    "instance::unite",
)  # fmt: skip
INTRODUCTION, EN_TABLEAU = "introduction", "table-list"
_GENRES = {
    "choix_unique": "select_one",
    "choix_multiple": "select_multiple",
    "nombre": "decimal",
    "texte": "text",
}
# En signes ; ce qui n'y est pas en a vingt.
_LARGEURS = {"label": 60, "hint": 44, "relevant": 26, "constraint": 26, "required": 9, "appearance": 11}
_HAUTEUR = 15
_REFUS = "Ce nombre n’est pas possible ici."
Ligne = dict[str, str]


def to_xlsform(questionnaire: Questionnaire) -> bytes:
    """Le classeur : les questions, leurs choix, les réglages."""
    pose = questionnaire.keep_actuelles()
    check_sans_grille(pose)
    choix: list[tuple[str, str, str]] = []
    lignes = [*_build_introduction(pose.introduction), *_build_identite(pose, choix)]
    groupes = {groupe.id: groupe for groupe in pose.groupes}
    for groupe_id, questions in groupby(pose.questions, key=lambda q: q.groupe):
        lignes += _build_groupe(groupes.get(groupe_id), list(questions), pose, choix)
    reglages = [("form_title", "form_id", "default_language"), (pose.titre, pose.id, "fr")]
    return _write(
        {
            "survey": [COLONNES, *([ligne.get(c, "") for c in COLONNES] for ligne in lignes)],
            "choices": [("list_name", "name", "label"), *choix],
            "settings": reglages,
        }
    )


def _build_introduction(texte: str) -> list[Ligne]:
    """Rien sans texte : une note sans libellé, et aucun outil n'ouvre le formulaire."""
    return [_build(type="note", name=INTRODUCTION, label=texte)] if texte else []


def _build_groupe(
    groupe: Groupe | None,
    questions: Sequence[Question],
    pose: Questionnaire,
    choix: list[tuple[str, str, str]],
) -> list[Ligne]:
    lignes: list[Ligne] = []
    for tableau, rangs in groupby(questions, key=lambda q: q.tableau):
        posees = [_build_question(q, pose, choix, tableau) for q in rangs]
        if tableau:
            tete = next(t.libelle for t in pose.tableaux if t.code == tableau)
            posees = [
                _build(type="begin_group", name=tableau, label=tete, appearance=EN_TABLEAU),
                *posees,
                _FIN,
            ]
        lignes += posees
    if groupe is None:
        return lignes
    # Le nom d'un groupe d'XLSForm partage l'espace des codes de questions.
    debut = _build(
        type="begin_group", name=f"groupe_{groupe.id}", label=groupe.titre, hint=groupe.description
    )
    return [debut, *lignes, _FIN]


def _build_identite(pose: Questionnaire, choix: list[tuple[str, str, str]]) -> list[Ligne]:
    """Qui répond : sans SIREN, l'import ne saurait à qui rendre la réponse."""
    _add_choix(choix, "PROFIL", [Option("", "Agent", "AGENT"), Option("", "Élu", "ELU")])
    lignes = [
        _build(type="begin_group", name="identite", label="Votre collectivité"),
        _build(
            type="text", name="SIREN", label="SIREN de la collectivité (9 chiffres)", required="yes",
            constraint="regex(., '^[0-9]{9}$')", constraint_message="Un SIREN a neuf chiffres.",
        ),
        _build(type="select_one PROFIL", name="PROFIL", label="Vous répondez en tant que"),
    ]  # fmt: skip
    if any(q.types for q in pose.questions):
        _add_choix(choix, CODE_TYPE, [Option("", LIBELLES_TYPES[t], code) for t, code in CODES_TYPES.items()])
        lignes.append(
            _build(
                type=f"select_one {CODE_TYPE}", name=CODE_TYPE, label="Type de collectivité", required="yes"
            )
        )
    return [*lignes, _FIN]


def _build_question(
    question: Question, pose: Questionnaire, choix: list[tuple[str, str, str]], tableau: str
) -> Ligne:
    liste = tableau or question.code
    genre = "rank" if question.classement else _GENRES[question.type]
    contrainte = write_bornes(".", question.minimum, question.maximum)
    if question.options:
        genre += f" {liste}"
        nsp = [Option("", "Je ne sais pas", question.code_nsp)] if question.ne_sait_pas else []
        _add_choix(choix, liste, [*question.options, *nsp])
    elif question.ne_sait_pas:
        genre, contrainte = "text", _write_contrainte(question, contrainte)
    return _build(
        type=genre, name=question.code, label=question.libelle, hint=question.aide,
        relevant=write_xlsform(question, pose), constraint=contrainte,
        constraint_message=_REFUS if contrainte else "", **{"instance::unite": question.unite},
    )  # fmt: skip


def _write_contrainte(question: Question, bornes: str) -> str:
    forme = f"regex(., '{write_forme(question.code_nsp)}')"
    return f"{forme} and (. = '{question.code_nsp}' or ({bornes}))" if bornes else forme


def _add_choix(choix: list[tuple[str, str, str]], liste: str, options: Iterable[Option]) -> None:
    if liste not in {nom for nom, _, _ in choix}:
        choix += [(liste, option.code, _protect(option.libelle)) for option in options]


def _build(**cellules: str) -> Ligne:
    mots = {"label", "hint"}
    return {nom: _protect(texte) if nom in mots else texte for nom, texte in cellules.items()}


_FIN = _build(type="end_group")


def _protect(texte: str) -> str:
    """« ${ » appelle une autre question : un espace sans chasse l'en empêche."""
    return texte.replace("${", "$\u200b{")


def _write(feuilles: dict[str, Sequence[Sequence[str]]]) -> bytes:
    sortie = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(sortie, options) as classeur:
        plie = classeur.add_format({"text_wrap": True, "valign": "top"})
        entete = classeur.add_format({"bold": True, "bottom": 1})
        for nom, lignes in feuilles.items():
            feuille = classeur.add_worksheet(nom)
            largeurs = [_LARGEURS.get(titre, 20) for titre in lignes[0]]
            for rang, ligne in enumerate(lignes):
                plis = max(-(-len(texte) // (n - 4)) for texte, n in zip(ligne, largeurs, strict=True))
                feuille.set_row(rang, _HAUTEUR * max(plis, 1))
                for colonne, texte in enumerate(ligne):
                    feuille.write_string(rang, colonne, texte, plie if rang else entete)
            for colonne, largeur in enumerate(largeurs):
                feuille.set_column(colonne, colonne, largeur)
            # Relu sur écran ou sur papier avant d'être mis en ligne : rien n'y est coupé.
            feuille.freeze_panes(1, 0)
            feuille.set_landscape()
            feuille.fit_to_pages(1, 0)
            feuille.repeat_rows(0)
    return sortie.getvalue()
