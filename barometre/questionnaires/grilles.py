"""Les tableaux à deux entrées : chaque case est une question du catalogue.

« Q03_SQ001_SQ002 » est une case d'un tableau de nombres ou de textes, « Q03_SQ001#0 » la première échelle
d'une ligne ; leur libellé est celui d'un export de LimeSurvey, « Tête [Ligne][Colonne] ».
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from barometre.domain.enquete import Option, Question, Questionnaire, Tableau
from barometre.questionnaires.lecture import QuestionnaireRefuse

ECHELLE = "#"


@dataclass(frozen=True, slots=True)
class Grille:
    """Les lignes et les colonnes d'un tableau, et la question type de chaque colonne."""

    lignes: tuple[Option, ...]
    colonnes: tuple[Option, ...]
    modeles: tuple[Question, ...]

    @property
    def a_echelles(self) -> bool:
        """Vrai si ses colonnes sont deux échelles, aux options propres à chacune."""
        return ECHELLE in self.modeles[0].code


def is_case(question: Question) -> bool:
    """Vrai si elle est une case d'un tableau à deux entrées, ou l'échelle d'une de ses lignes."""
    return question.code.count("_") > 1 or ECHELLE in question.code


def check_sans_grille(questionnaire: Questionnaire) -> None:
    """Refuse un tableau à deux entrées : XLSForm n'en a pas."""
    for question in filter(is_case, questionnaire.questions):
        raise QuestionnaireRefuse(
            f"La question {question.code} vient d'un tableau à deux entrées, que XLSForm n'a pas : "
            "exportez en LSS, DOCX ou PDF, ou ajoutez-la dans l'outil."
        )


def build_case(modele: Question, tableau: Tableau, ligne: Option, colonne: Option, signe: str) -> Question:
    """La question d'une case ; `signe` : « _ », ou « # » devant le rang d'une échelle."""
    code = f"{tableau.code}_{ligne.code}{signe}{colonne.code}"
    libelle = f"{tableau.libelle} [{ligne.libelle}][{colonne.libelle}]"
    return replace(modele, id=code, code=code, libelle=libelle)


def read_grille(tableau: Tableau, cases: Sequence[Question]) -> Grille:
    """Le tableau que forment ces cases ; `QuestionnaireRefuse` s'il en manque, ou si une colonne change."""
    places = [_read_place(tableau, case) for case in cases]
    lignes = tuple(dict.fromkeys(ligne for ligne, _ in places))
    premieres = {colonne: case for (_, colonne), case in zip(reversed(places), reversed(cases), strict=True)}
    colonnes = tuple(dict.fromkeys(colonne for _, colonne in places))
    grille = Grille(lignes, colonnes, tuple(premieres[colonne] for colonne in colonnes))
    signe = ECHELLE if grille.a_echelles else "_"
    attendues = [
        build_case(premieres[colonne], tableau, ligne, colonne, signe)
        for ligne in lignes
        for colonne in colonnes
    ]
    if attendues != [replace(case, id=case.code) for case in cases] or not _is_ecrivable(grille):
        raise QuestionnaireRefuse(
            f"Le tableau {tableau.code} n'a pas toutes ses cases, ou une de ses colonnes change d'une ligne "
            "à l'autre : LimeSurvey ne sait pas le poser. Exportez en DOCX ou PDF."
        )
    return grille


def _is_ecrivable(grille: Grille) -> bool:
    """Deux échelles d'options ; ou des cases toutes pareilles, de nombres ou de textes."""
    if grille.a_echelles:
        types = {modele.type for modele in grille.modeles}
        return types == {"choix_unique"} and [c.code for c in grille.colonnes] == ["0", "1"]
    pareils = {replace(modele, id="", code="", libelle="") for modele in grille.modeles}
    return len(pareils) == 1 and grille.modeles[0].type in {"nombre", "texte"}


def _read_place(tableau: Tableau, case: Question) -> tuple[Option, Option]:
    """La ligne et la colonne d'une case, chacune son code et son libellé."""
    code = case.code.removeprefix(f"{tableau.code}_")
    ligne, _, colonne = code.partition(ECHELLE if ECHELLE in code else "_")
    titres = case.libelle.removeprefix(f"{tableau.libelle} [").removesuffix("]")
    titre, _, entete = titres.partition("][")
    return Option("", titre, ligne), Option("", entete, colonne)
