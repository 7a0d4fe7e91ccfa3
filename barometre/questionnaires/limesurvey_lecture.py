"""D'une structure LimeSurvey (`.lss`) à un questionnaire du catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from barometre.domain.enquete import CODE_NE_SAIT_PAS, Groupe, Option, Question, Questionnaire, Tableau
from barometre.questionnaires.conditions import set_portee
from barometre.questionnaires.grilles import ECHELLE, build_case
from barometre.questionnaires.lecture import (
    Lecture,
    QuestionnaireRefuse,
    is_identite,
    name_ligne,
    read_texte,
    set_choix,
)
from barometre.questionnaires.limesurvey_tables import (
    ENTETES,
    Ligne,
    Mots,
    Tables,
    choose_langue,
    get_bornes,
    read_tables,
)
from barometre.questionnaires.nombres import read_bornes, read_nombre, read_nsp

OUI_NON = (Option("Y", "Oui", "Y"), Option("N", "Non", "N"))
_ECHELLES: dict[str, tuple[Option, ...]] = {
    "Y": OUI_NON,
    "G": (Option("F", "Femme", "F"), Option("M", "Homme", "M")),
    "5": tuple(Option(str(n), str(n), str(n)) for n in range(1, 6)),
    "A": tuple(Option(str(n), str(n), str(n)) for n in range(1, 6)),
    "B": tuple(Option(str(n), str(n), str(n)) for n in range(1, 11)),
    "C": (Option("Y", "Oui", "Y"), Option("U", "Incertain", "U"), Option("N", "Non", "N")),
    "E": (Option("I", "Augmenté", "I"), Option("S", "Inchangé", "S"), Option("D", "Diminué", "D")),
}
_UNIQUES, _TEXTES, _MUETTES = set("L!OYG5"), set("STUD"), set("X*")
_LIGNES = {**dict.fromkeys("FHABCE", "choix_unique"), "K": "nombre", "Q": "texte"}
# Les tableaux de nombres, de textes, à deux échelles.
_NOMBRES, _DEUX_ENTREES, _DEUX_ECHELLES = set("NK:"), set(":;"), "1"
_REFUSEES = {"|": "un dépôt de fichier", "I": "un choix de langue"}


def read_limesurvey(chemin: Path, langue: str = "") -> Lecture:
    """Le questionnaire du fichier ; `QuestionnaireRefuse` s'il ne pose aucune question."""
    tables = read_tables(chemin)
    lecteur = _Lecteur(tables, Mots(tables, choose_langue(tables, langue, chemin.name)))
    lecture = lecteur.read()
    if not lecture.questionnaire.questions:
        raise QuestionnaireRefuse(f"« {chemin.name} » ne pose aucune question que le baromètre sache garder.")
    return lecture


@dataclass(slots=True)
class _Lecteur:
    tables: Tables
    mots: Mots
    remarques: list[str] = field(default_factory=list)
    # Les questions déjà lues, par code : une condition ne vise que celles d'avant.
    lues: dict[str, Question] = field(default_factory=dict)
    tableaux: list[Tableau] = field(default_factory=list)

    def read(self) -> Lecture:
        (titres, *_) = [
            t
            for t in self.tables["surveys_languagesettings"]
            if t.get("surveyls_language") == self.mots.langue
        ] or [{}]
        groupes = [self._read_groupe(ligne) for ligne in self._sort("groups", "group_order")]
        gardes = tuple(g for g in groupes if any(q.groupe == g.id for q in self.lues.values()))
        titre = read_texte(titres.get("surveyls_title", ""))
        questions = tuple(self.lues.values())
        if [groupe.titre for groupe in gardes] == [titre]:
            # LimeSurvey veut au moins un groupe : celui qui répète le titre ne dit rien.
            gardes, questions = (), tuple(replace(q, groupe="") for q in questions)
        introduction = read_texte(titres.get("surveyls_welcometext", ""))
        return Lecture(
            Questionnaire("", titre, introduction, False, questions, gardes, tuple(self.tableaux)),
            self.remarques,
        )

    def _sort(self, table: str, ordre: str, **ou: str) -> list[Ligne]:
        lignes = [
            ligne
            for ligne in self.mots.keep_langue(self.tables[table])
            if all(ligne.get(champ) == valeur for champ, valeur in ou.items())
        ]
        return sorted(lignes, key=lambda ligne: read_nombre(ligne.get(ordre, "")) or 0)

    def _read_groupe(self, ligne: Ligne) -> Groupe:
        gid = ligne["gid"]
        groupe = Groupe(
            gid,
            self.mots.get_texte("group_l10ns", gid, ligne, "group_name") or f"Groupe {gid}",
            self.mots.get_texte("group_l10ns", gid, ligne, "description"),
        )
        for question in self._sort("questions", "question_order", gid=gid, parent_qid="0"):
            self._read_question(question, ligne.get("grelevance", ""))
        return groupe

    def _read_question(self, ligne: Ligne, du_groupe: str) -> None:
        code, genre = ligne["title"], ligne["type"]
        if genre in _MUETTES:
            return
        if genre in _REFUSEES:
            self.remarques.append(f"{code} : {_REFUSEES[genre]} ne se garde pas dans le baromètre.")
            return
        libelle = self.mots.get_texte("question_l10ns", ligne["qid"], ligne, "question") or code
        aide = self.mots.get_texte("question_l10ns", ligne["qid"], ligne, "help")
        modele = Question(code, "", code, libelle, "texte", aide=aide, groupe=ligne["gid"])
        if is_identite(modele):
            return
        modele = self._set_portee(modele, ligne, du_groupe)
        for question in self._build(modele, ligne):
            self.lues[question.code] = question

    def _set_portee(self, question: Question, ligne: Ligne, du_groupe: str) -> Question:
        propre = ligne.get("relevance", "1").strip() or "1"
        commune = du_groupe.strip() or "1"
        expression = f"({propre}) and ({commune})" if "1" not in {propre, commune} else (
            propre if commune == "1" else commune
        )  # fmt: skip
        return set_portee(question, expression, self.lues, self.remarques)

    def _build(self, modele: Question, ligne: Ligne) -> Iterator[Question]:
        genre, qid = ligne["type"], ligne["qid"]
        if genre in _UNIQUES:
            yield set_choix(replace(modele, type="choix_unique"), self._list_options(ligne))
        elif genre in "MPR":
            sous = self._list_sous(qid) or self._list_options(ligne)
            autre = [Option("autre", "Autre", "other")] if ligne.get("other") == "Y" else []
            yield set_choix(replace(modele, type="choix_multiple", classement=genre == "R"), [*sous, *autre])
        elif genre == "N" or genre in _TEXTES:
            yield self._build_libre(modele, ligne)
        elif genre in _LIGNES:
            yield from self._build_lignes(modele, ligne)
        elif genre in _DEUX_ENTREES:
            yield from self._build_cases(modele, ligne)
        elif genre == _DEUX_ECHELLES:
            yield from self._build_echelles(modele, ligne)
        else:
            self.remarques.append(f"{modele.code} : le type « {genre} » de LimeSurvey n'est pas connu.")

    def _build_libre(self, modele: Question, ligne: Ligne) -> Question:
        """Un nombre, un texte, ou un texte dont la forme vérifiée est celle d'un nombre."""
        nsp, attributs = read_nsp(ligne.get("preg", "")), self._get_attributs(ligne["qid"])
        if not (ligne["type"] in _NOMBRES or nsp):
            return modele
        if nsp:
            minimum, maximum = read_bornes(attributs.get("em_validation_q", ""))
        else:
            minimum, maximum = (read_nombre(attributs.get(nom, "")) for nom in get_bornes(ligne["type"]))
        return replace(
            modele, type="nombre", ne_sait_pas=bool(nsp), code_nsp=nsp or CODE_NE_SAIT_PAS,
            unite=read_texte(attributs.get("suffix", "")), minimum=minimum, maximum=maximum,
        )  # fmt: skip

    def _build_lignes(self, tete: Question, ligne: Ligne) -> Iterator[Question]:
        self.tableaux.append(Tableau(tete.code, tete.libelle))
        commune = self._build_libre(tete, ligne)
        if _LIGNES[ligne["type"]] == "choix_unique":
            commune = set_choix(replace(tete, type="choix_unique"), self._list_options(ligne))
        for sous in self._list_sous(ligne["qid"]):
            code = f"{tete.code}_{sous.code}"
            yield replace(commune, id=code, code=code, libelle=name_ligne(tete.libelle, sous.libelle))

    def _build_cases(self, tete: Question, ligne: Ligne) -> Iterator[Question]:
        tableau = Tableau(tete.code, tete.libelle)
        self.tableaux.append(tableau)
        commune = self._build_libre(tete, ligne)
        colonnes = self._list_sous(ligne["qid"], scale_id="1")
        for sous in self._list_sous(ligne["qid"], scale_id="0"):
            for colonne in colonnes:
                yield build_case(commune, tableau, sous, colonne, "_")

    def _build_echelles(self, tete: Question, ligne: Ligne) -> Iterator[Question]:
        tableau = Tableau(tete.code, tete.libelle)
        self.tableaux.append(tableau)
        titres = self._get_attributs(ligne["qid"])
        echelles = [
            (Option("", read_texte(titres.get(nom, "")) or f"Échelle {rang + 1}", str(rang)),
             self._list_options(ligne, scale_id=str(rang)))
            for rang, nom in enumerate(ENTETES)
        ]  # fmt: skip
        for sous in self._list_sous(ligne["qid"]):
            for colonne, options in echelles:
                posee = set_choix(replace(tete, type="choix_unique"), options)
                yield build_case(posee, tableau, sous, colonne, ECHELLE)

    def _list_options(self, ligne: Ligne, **ou: str) -> list[Option]:
        lues = [
            Option(
                r["code"],
                self.mots.get_texte("answer_l10ns", r.get("aid", ""), r, "answer") or r["code"],
                r["code"],
            )
            for r in self._sort("answers", "sortorder", qid=ligne["qid"], **ou)
        ]
        autre = [Option("autre", "Autre", "other")] if ligne.get("other") == "Y" else []
        return (lues or list(_ECHELLES.get(ligne["type"], ()))) + autre

    def _list_sous(self, qid: str, **ou: str) -> list[Option]:
        return [
            Option(
                r["title"],
                self.mots.get_texte("question_l10ns", r["qid"], r, "question") or r["title"],
                r["title"],
            )
            for r in self._sort("subquestions", "question_order", parent_qid=qid, **ou)
        ]

    def _get_attributs(self, qid: str) -> dict[str, str]:
        lignes = [a for a in self.tables["question_attributes"] if a.get("qid") == qid]
        return {a["attribute"]: a.get("value", "") for a in self.mots.keep_langue(lignes)}
