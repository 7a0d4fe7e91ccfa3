"""D'un XLSForm à un questionnaire du catalogue."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from barometre.domain.enquete import (
    CODE_NE_SAIT_PAS,
    Groupe,
    Option,
    Question,
    Questionnaire,
    Tableau,
    TypeQuestion,
)
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.xlsx_reader import read_xlsx
from barometre.questionnaires.conditions import set_portee
from barometre.questionnaires.lecture import (
    MAX_OCTETS,
    Lecture,
    QuestionnaireRefuse,
    get_ligne,
    is_identite,
    name_ligne,
    read_texte,
    set_choix,
)
from barometre.questionnaires.nombres import read_bornes, read_nsp
from barometre.questionnaires.xlsform_ecriture import EN_TABLEAU, INTRODUCTION, Ligne

_CHOIX = {"select_one", "select_multiple", "rank"}
_NOMBRES, _TEXTES = {"integer", "decimal", "range"}, {"text", "date", "time", "datetime", "barcode"}
_MUETTES = {
    "note", "calculate", "hidden", "start", "end", "today", "deviceid", "username", "audit", "acknowledge",
}  # fmt: skip
_DEBUT, _FIN = re.compile(r"^begin[ _]group$"), re.compile(r"^end[ _]group$")
FERMETURE = (
    "Ce XLSForm ferme par « {} » un groupe que rien n'ouvre : ce qui suit ne se lirait pas. Corrigez-le."
)
_REPETE = re.compile(r"^(begin|end)[ _]repeat$")


def read_xlsform(chemin: Path, langue: str = "") -> Lecture:
    """Le questionnaire du fichier ; `QuestionnaireRefuse` s'il ne pose aucune question."""
    if chemin.stat().st_size > MAX_OCTETS:
        raise QuestionnaireRefuse(f"« {chemin.name} » est démesuré : un questionnaire tient dans 20 Mo.")
    try:
        feuilles = {feuille.nom.casefold(): feuille.lignes for feuille in read_xlsx(chemin)}
    except ImportRefuse as erreur:
        raise QuestionnaireRefuse(str(erreur)) from erreur
    if "survey" not in feuilles:
        raise QuestionnaireRefuse(
            f"« {chemin.name} » n'est pas un XLSForm : il n'a pas de feuille « survey »."
        )
    tables = {nom: _index(lignes, langue) for nom, lignes in feuilles.items()}
    lecteur = _Lecteur(_list_choix(tables.get("choices", [])))
    for ligne in tables["survey"]:
        lecteur.read(ligne)
    if not lecteur.lues:
        raise QuestionnaireRefuse(f"« {chemin.name} » ne pose aucune question que le baromètre sache garder.")
    (reglages, *_) = tables.get("settings") or [{}]
    return lecteur.finish(read_texte(reglages.get("form_title", "")))


def _index(lignes: Sequence[tuple[int, Sequence[str]]], langue: str) -> list[Ligne]:
    """Chaque ligne par entête ; « label::Français (fr) » vaut « label » quand c'est la langue choisie."""
    if not lignes:
        return []
    (_, entetes), *reste = lignes
    # La moins bonne d'abord : une autre langue, puis sans langue, puis celle que l'on veut.
    rangs = sorted(range(len(entetes)), key=lambda rang: _rate(entetes[rang], langue))
    return [
        {_name(entetes[rang]): ligne[rang] for rang in rangs if rang < len(ligne) and ligne[rang]}
        for _, ligne in reste
    ]


def _name(entete: str) -> str:
    nom, deux_points, _ = entete.strip().partition("::")
    return nom if deux_points and nom in {"label", "hint"} else entete.strip()


def _rate(entete: str, langue: str) -> int:
    nom, deux_points, parlee = entete.strip().partition("::")
    if nom not in {"label", "hint"} or not deux_points:
        return 1
    return 2 if langue in {parlee, parlee.rpartition("(")[2].rstrip(")")} else 0


def _list_choix(lignes: Sequence[Ligne]) -> dict[str, list[Option]]:
    choix: dict[str, list[Option]] = defaultdict(list)
    for ligne in lignes:
        if code := ligne.get("name", ""):
            liste = ligne.get("list_name", ligne.get("list name", ""))
            choix[liste].append(Option(code, read_texte(ligne.get("label", "")) or code, code))
    return choix


@dataclass(slots=True)
class _Lecteur:
    choix: dict[str, list[Option]]
    lues: dict[str, Question] = field(default_factory=dict)
    remarques: list[str] = field(default_factory=list)
    groupes: list[Groupe] = field(default_factory=list)
    tableaux: list[Tableau] = field(default_factory=list)
    introduction: str = ""
    # Les groupes ouverts, du plus large au plus étroit, et la condition de chacun.
    _ouverts: list[Ligne] = field(default_factory=list)
    _repete: int = 0

    def read(self, ligne: Ligne) -> None:
        genre, _, liste = ligne.get("type", "").strip().partition(" ")
        entier = ligne.get("type", "").strip()
        if trouve := _REPETE.match(entier):
            self._repete += 1 if trouve[1] == "begin" else -1
            if self._repete < 0:
                raise QuestionnaireRefuse(FERMETURE.format(entier))
            if trouve[1] == "begin":
                self.remarques.append(f"{ligne.get('name', '')} : un groupe répété ne se garde pas.")
        elif self._repete:
            return
        elif _DEBUT.match(entier):
            self._open(ligne)
        elif _FIN.match(entier):
            if not self._ouverts:
                raise QuestionnaireRefuse(FERMETURE.format(entier))
            self._ouverts.pop()
        elif genre == "note" and ligne.get("name") == INTRODUCTION:
            self.introduction = read_texte(ligne.get("label", ""))
        elif genre and genre not in _MUETTES:
            self._read_question(ligne, genre, liste.strip())

    def _open(self, ligne: Ligne) -> None:
        self._ouverts.append(ligne)
        libelle = read_texte(ligne.get("label", ""))
        if _is_tableau(ligne):
            self.tableaux.append(Tableau(ligne.get("name", ""), libelle))
        elif libelle:
            self.groupes.append(Groupe(ligne.get("name", ""), libelle, read_texte(ligne.get("hint", ""))))

    def _read_question(self, ligne: Ligne, genre: str, liste: str) -> None:
        code = ligne.get("name", "")
        libelle = read_texte(ligne.get("label", "")) or code
        question = Question(code, "", code, libelle, "texte", aide=read_texte(ligne.get("hint", "")))
        if is_identite(question):
            return
        lue = self._set_genre(question, ligne, genre, liste)
        if lue is None:
            self.remarques.append(f"{code} : le type « {genre} » ne se garde pas dans le baromètre.")
            return
        lue = self._place(self._set_portee(lue, ligne))
        self.lues[lue.code] = lue

    def _set_genre(self, question: Question, ligne: Ligne, genre: str, liste: str) -> Question | None:
        nsp = read_nsp(ligne.get("constraint", ""))
        if genre in _CHOIX:
            nom, _, autre = liste.partition(" ")
            options = self.choix.get(nom, []) + (
                [Option("autre", "Autre", "other")] if autre == "or_other" else []
            )
            type_: TypeQuestion = "choix_unique" if genre == "select_one" else "choix_multiple"
            return set_choix(replace(question, type=type_, classement=genre == "rank"), options)
        if genre in _NOMBRES or nsp:
            minimum, maximum = read_bornes(ligne.get("constraint", ""))
            return replace(
                question, type="nombre", ne_sait_pas=bool(nsp), code_nsp=nsp or CODE_NE_SAIT_PAS,
                unite=ligne.get("instance::unite", ""), minimum=minimum, maximum=maximum,
            )  # fmt: skip
        return question if genre in _TEXTES else None

    def _set_portee(self, question: Question, ligne: Ligne) -> Question:
        expressions = [o.get("relevant", "") for o in self._ouverts] + [ligne.get("relevant", "")]
        ecrites = [e for e in expressions if e]
        expression = " and ".join(f"({e})" for e in ecrites)
        return set_portee(question, expression, self.lues, self.remarques)

    def _place(self, question: Question) -> Question:
        """Son groupe, et son code de ligne si elle est dans un tableau."""
        groupe = next((o for o in reversed(self._ouverts) if not _is_tableau(o) and o.get("label")), None)
        tableau = next((o for o in self._ouverts if _is_tableau(o)), None)
        question = replace(question, groupe=groupe.get("name", "") if groupe else "")
        if tableau is None:
            return question
        tete, nom = read_texte(tableau.get("label", "")), tableau.get("name", "")
        ligne = get_ligne(question.libelle, tete)
        sous = question.code.removeprefix(f"{nom}_").replace("_", "")
        code = f"{nom}_{sous}"
        return replace(question, id=code, code=code, libelle=name_ligne(tete, ligne))

    def finish(self, titre: str) -> Lecture:
        questions = tuple(self.lues.values())
        gardes = tuple(g for g in self.groupes if any(q.groupe == g.id for q in questions))
        tableaux = tuple(t for t in self.tableaux if any(q.tableau == t.code for q in questions))
        return Lecture(
            Questionnaire("", titre, self.introduction, False, questions, gardes, tableaux), self.remarques
        )


def _is_tableau(ligne: Ligne) -> bool:
    return EN_TABLEAU in ligne.get("appearance", "")
