"""D'un questionnaire du catalogue à une structure LimeSurvey (`.lss`), prête à être mise en ligne.

Un premier groupe demande qui répond : sans SIREN, l'import ne saurait à qui rendre la réponse.
"""

from __future__ import annotations

import html
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from lxml import etree

from barometre.domain.enquete import Option, Question, Questionnaire, Tableau
from barometre.domain.territoire import LIBELLES_TYPES
from barometre.questionnaires.conditions import CODE_TYPE, CODES_TYPES, write_limesurvey
from barometre.questionnaires.grilles import Grille, is_case, read_grille
from barometre.questionnaires.lecture import get_ligne
from barometre.questionnaires.limesurvey_tables import ENTETES, TRADUITS, get_bornes
from barometre.questionnaires.nombres import write_bornes, write_forme, write_nombre

# La base de LimeSurvey 6, dont ce fichier suit les tables ; LimeSurvey change lui-même le numéro d'enquête.
VERSION_BASE, ENQUETE, LANGUE = "641", "100001", "fr"
_SIREN = r"/^[0-9]{9}$/"
_GENRES = {"texte": "T", "nombre": "N", "choix_multiple": "M", "choix_unique": "L"}
_LIGNES = {"texte": "Q", "nombre": "K", "choix_unique": "F"}
# Les tableaux à deux entrées.
_CASES = {"texte": ";", "nombre": ":"}
_ENQUETE = {
    "sid": ENQUETE,
    "admin": "",
    "format": "G",
    "language": LANGUE,
    "additional_languages": "",
    "anonymized": "N",
    "datestamp": "Y",
    "allowprev": "Y",
    "allowsave": "Y",
    "ipaddr": "N",
    "refurl": "N",
}


def to_limesurvey(questionnaire: Questionnaire) -> bytes:
    """Le fichier entier."""
    ecrivain = _Ecrivain(questionnaire.keep_actuelles())
    ecrivain.write()
    return ecrivain.to_xml()


@dataclass(slots=True)
class _Ecrivain:
    questionnaire: Questionnaire
    tables: dict[str, list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))
    _dernier: int = 0

    def write(self) -> None:
        q = self.questionnaire
        self.tables["surveys"].append(_ENQUETE)
        self.tables["surveys_languagesettings"].append(
            {
                "surveyls_survey_id": ENQUETE,
                "surveyls_language": LANGUE,
                "surveyls_title": _escape(q.titre),
                "surveyls_welcometext": _escape(q.introduction),
            }
        )
        self._add_identite()
        titres = {groupe.id: (groupe.titre, groupe.description) for groupe in q.groupes}
        for groupe_id, questions in groupby(q.questions, key=lambda question: question.groupe):
            gid = self._add_groupe(*titres.get(groupe_id, (q.titre, "")))
            for tableau, lignes in groupby(questions, key=lambda question: question.tableau):
                self._add_questions(tableau, list(lignes), gid)

    def _add_identite(self) -> None:
        gid = self._add_groupe("Votre collectivité", "")
        self._add_question(
            "SIREN", "SIREN de la collectivité (9 chiffres)", "S", gid, preg=_SIREN, mandatory="Y"
        )
        profils = (Option("agent", "Agent", "AGENT"), Option("elu", "Élu", "ELU"))
        self._add_reponses(self._add_question("PROFIL", "Vous répondez en tant que", "L", gid), profils)
        if any(q.types for q in self.questionnaire.questions):
            types = [Option(t, LIBELLES_TYPES[t], code) for t, code in CODES_TYPES.items()]
            self._add_reponses(
                self._add_question(CODE_TYPE, "Type de collectivité", "!", gid, mandatory="Y"), types
            )

    def _add_questions(self, tableau: str, lignes: Sequence[Question], gid: str) -> None:
        if not tableau:
            for question in lignes:
                self._add_seule(question, gid)
            return
        tete = next(t for t in self.questionnaire.tableaux if t.code == tableau)
        if any(is_case(question) for question in lignes):
            self._add_grille(tete, read_grille(tete, lignes), gid)
        else:
            self._add_lignes(tete, lignes, gid)

    def _add_lignes(self, tete: Tableau, lignes: Sequence[Question], gid: str) -> None:
        premiere = lignes[0]
        # Une ligne de nombres que l'on peut ne pas savoir est un texte dont la forme est vérifiée.
        genre = "Q" if premiere.type == "nombre" and premiere.ne_sait_pas else _LIGNES[premiere.type]
        qid = self._add_posee(premiere, tete.code, tete.libelle, genre, gid)
        if premiere.type == "choix_unique":
            self._add_reponses(qid, _list_choix(premiere))
        options = [Option("", get_ligne(q.libelle, tete.libelle), q.code.partition("_")[2]) for q in lignes]
        self._add_sous(qid, options, gid)

    def _add_grille(self, tete: Tableau, grille: Grille, gid: str) -> None:
        premiere = grille.modeles[0]
        sans_savoir = premiere.type == "nombre" and premiere.ne_sait_pas
        genre = "1" if grille.a_echelles else ";" if sans_savoir else _CASES[premiere.type]
        qid = self._add_posee(premiere, tete.code, tete.libelle, genre, gid)
        self._add_sous(qid, grille.lignes, gid)
        if not grille.a_echelles:
            self._add_sous(qid, grille.colonnes, gid, echelle="1")
            if genre == ":":
                # Sans quoi chaque case est une liste de 1 à 10.
                self._add_attributs(qid, input_boxes="1")
            return
        for colonne, modele, nom in zip(grille.colonnes, grille.modeles, ENTETES, strict=True):
            self._add_attributs(qid, **{nom: _escape(colonne.libelle)})
            self._add_reponses(qid, _list_choix(modele), echelle=colonne.code)

    def _add_seule(self, question: Question, gid: str) -> None:
        genre = _get_genre(question)
        qid = self._add_posee(question, question.code, question.libelle, genre, gid)
        if genre in "LR":
            self._add_reponses(qid, _list_choix(question))
        elif genre == "M":
            self._add_sous(qid, _list_choix(question), gid)
            if question.ne_sait_pas:
                self._add_attributs(qid, exclude_all_others=question.code_nsp)

    def _add_posee(self, question: Question, code: str, libelle: str, genre: str, gid: str) -> str:
        sans_savoir = question.type == "nombre" and question.ne_sait_pas
        preg = f"/{write_forme(question.code_nsp)}/" if sans_savoir else ""
        relevance = write_limesurvey(question, self.questionnaire)
        qid = self._add_question(
            code, libelle, genre, gid, aide=question.aide, preg=preg, relevance=relevance
        )
        if question.type == "nombre":
            # En lettres : LimeSurvey filtre le HTML des attributs, et « >= » en sortirait abîmé.
            bornes = write_bornes(f"{code}.NAOK", question.minimum, question.maximum, ("ge", "le"))
            if sans_savoir:
                valide = f'{code}.NAOK == "{question.code_nsp}" or ({bornes})' if bornes else ""
                self._add_attributs(qid, em_validation_q=valide)
            else:
                bornees = zip(get_bornes(genre), (question.minimum, question.maximum), strict=True)
                self._add_attributs(qid, **{nom: _write_borne(borne) for nom, borne in bornees})
            self._add_attributs(qid, suffix=_escape(question.unite))
        return qid

    def _next(self) -> str:
        self._dernier += 1
        return str(self._dernier)

    def _add_groupe(self, titre: str, description: str) -> str:
        gid = self._next()
        self.tables["groups"].append({"gid": gid, "sid": ENQUETE, "group_order": gid, "grelevance": ""})
        self.tables["group_l10ns"].append(
            {
                "id": gid,
                "gid": gid,
                "group_name": _escape(titre),
                "description": _escape(description),
                "language": LANGUE,
            }
        )
        return gid

    def _add_question(
        self,
        code: str,
        libelle: str,
        genre: str,
        gid: str,
        *,
        aide: str = "",
        preg: str = "",
        relevance: str = "1",
        mandatory: str = "N",
    ) -> str:
        qid = self._next()
        self.tables["questions"].append(
            {
                "qid": qid,
                "parent_qid": "0",
                "sid": ENQUETE,
                "gid": gid,
                "type": genre,
                "title": code,
                "preg": preg,
                "other": "N",
                "mandatory": mandatory,
                "question_order": qid,
                "scale_id": "0",
                "relevance": relevance,
            }
        )
        self._add_mots(qid, libelle, aide)
        return qid

    def _add_sous(self, qid: str, options: Iterable[Option], gid: str, echelle: str = "0") -> None:
        for option in options:
            sous = self._next()
            self.tables["subquestions"].append(
                {
                    "qid": sous,
                    "parent_qid": qid,
                    "sid": ENQUETE,
                    "gid": gid,
                    "type": "T",
                    "title": option.code,
                    "other": "N",
                    "question_order": sous,
                    "scale_id": echelle,
                    "relevance": "1",
                }
            )
            self._add_mots(sous, option.libelle, "")

    def _add_mots(self, qid: str, libelle: str, aide: str) -> None:
        self.tables["question_l10ns"].append(
            {"id": qid, "qid": qid, "question": _escape(libelle), "help": _escape(aide), "language": LANGUE}
        )

    def _add_reponses(self, qid: str, options: Iterable[Option], echelle: str = "0") -> None:
        for rang, option in enumerate(options):
            aid = self._next()
            self.tables["answers"].append(
                {
                    "aid": aid,
                    "qid": qid,
                    "code": option.code,
                    "sortorder": str(rang),
                    "assessment_value": "0",
                    "scale_id": echelle,
                }
            )
            self.tables["answer_l10ns"].append(
                {"id": aid, "aid": aid, "answer": _escape(option.libelle), "language": LANGUE}
            )

    def _add_attributs(self, qid: str, **attributs: str) -> None:
        for nom, valeur in attributs.items():
            if valeur:
                langue = LANGUE if nom in TRADUITS else ""
                ligne = {"qid": qid, "attribute": nom, "value": valeur, "language": langue}
                self.tables["question_attributes"].append(ligne)

    def to_xml(self) -> bytes:
        """Chaque table dit ses champs, puis ses lignes, comme LimeSurvey les écrit."""
        racine = etree.Element("document")
        etree.SubElement(racine, "LimeSurveyDocType").text = "Survey"
        etree.SubElement(racine, "DBVersion").text = VERSION_BASE
        etree.SubElement(etree.SubElement(racine, "languages"), "language").text = LANGUE
        for nom, lignes in sorted(self.tables.items()):
            table = etree.SubElement(racine, nom)
            champs, rangs = etree.SubElement(table, "fields"), etree.SubElement(table, "rows")
            for champ in lignes[0]:
                etree.SubElement(champs, "fieldname").text = champ
            for ligne in lignes:
                rang = etree.SubElement(rangs, "row")
                for champ, valeur in ligne.items():
                    etree.SubElement(rang, champ).text = etree.CDATA(valeur) if valeur else None
        return etree.tostring(racine, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _get_genre(question: Question) -> str:
    if question.classement:
        return "R"
    if question.type == "nombre" and question.ne_sait_pas:
        return "S"
    mots = [(option.code, option.libelle) for option in question.options]
    oui_non = mots == [("Y", "Oui"), ("N", "Non")] and not question.ne_sait_pas
    return "Y" if oui_non and question.type == "choix_unique" else _GENRES[question.type]


def _list_choix(question: Question) -> list[Option]:
    nsp = [Option("ne_sait_pas", "Je ne sais pas", question.code_nsp)] if question.ne_sait_pas else []
    return [*question.options, *nsp]


def _write_borne(borne: float | None) -> str:
    return "" if borne is None else write_nombre(borne)


def _escape(texte: str) -> str:
    """LimeSurvey lit du HTML, et ce qui est entre accolades est pour lui une expression."""
    return html.escape(texte, quote=False).replace("{", "&#123;").replace("}", "&#125;")
