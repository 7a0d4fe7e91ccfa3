"""Une structure LimeSurvey écrite à la main : tableaux, classement, conditions, ce que l'on laisse."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from barometre.catalogue import load_catalogue
from barometre.domain.enquete import Condition, Groupe, Question
from barometre.questionnaires.lecture import Lecture, QuestionnaireRefuse
from barometre.questionnaires.limesurvey_ecriture import to_limesurvey
from barometre.questionnaires.limesurvey_lecture import read_limesurvey

QUESTIONS = (
    # qid, parent, groupe, type, code, libellé, relevance
    ("1", "0", "10", "S", "SIREN", "Votre SIREN", "1"),
    ("2", "0", "10", "L", "G01Q02", "<p>Avez-vous un site&nbsp;?</p>", "1"),
    ("3", "0", "10", "R", "G01Q03", "Classez vos freins", '((G01Q02.NAOK == "A1"))'),
    ("4", "0", "20", "F", "G02Q04", "Équipement", '(G01Q02=="A1" or G01Q02=="A2")'),
    ("5", "4", "20", "T", "SQ001", "La mairie", "1"),
    ("6", "4", "20", "T", "SQ002", "L’école", "1"),
    ("7", "0", "20", "K", "G02Q07", "Combien", "count(that.NAOK) > 2"),
    ("8", "7", "20", "T", "SQ001", "d’écrans", "1"),
    ("9", "0", "20", "|", "G02Q09", "Déposez un plan", "1"),
    ("11", "0", "20", "X", "G02Q11", "Merci !", "1"),
)
TABLES = (
    "surveys", "surveys_languagesettings", "groups", "group_l10ns", "questions", "question_l10ns",
    "subquestions", "answers", "answer_l10ns", "question_attributes",
)  # fmt: skip
REPONSES = {
    "2": (("A1", "Oui"), ("A2", "Non"), ("A9", "Je ne sais pas")),
    "3": (("AO01", "Le temps"), ("AO02", "L’argent")),
    "4": (("1", "Bon"), ("2", "Mauvais")),
}


def _table(nom: str, lignes: list[dict[str, str]]) -> str:
    rangs = "".join(
        "<row>" + "".join(f"<{c}><![CDATA[{v}]]></{c}>" for c, v in ligne.items()) + "</row>"
        for ligne in lignes
    )
    return f"<{nom}><rows>{rangs}</rows></{nom}>"


def write_lss(dossier: Path, entete: str = "") -> Path:
    """Le fichier ; ses textes sont à part, comme depuis LimeSurvey 4."""
    questions = [
        {"qid": q, "parent_qid": p, "gid": g, "type": t, "title": c, "question_order": q, "relevance": r}
        for q, p, g, t, c, _, r in QUESTIONS
    ]
    mots = [{"qid": q[0], "question": q[5], "help": "", "language": "fr"} for q in QUESTIONS]
    reponses = [
        {"aid": f"{qid}{rang}", "qid": qid, "code": code, "sortorder": str(rang)}
        for qid, liste in REPONSES.items()
        for rang, (code, _) in enumerate(liste)
    ]
    textes = [
        {"aid": f"{qid}{rang}", "answer": libelle, "language": "fr"}
        for qid, liste in REPONSES.items()
        for rang, (_, libelle) in enumerate(liste)
    ]
    tables = [
        _table("surveys", [{"sid": "1", "language": "en", "additional_languages": "fr"}]),
        _table("surveys_languagesettings", [{"surveyls_language": "fr", "surveyls_title": "Le numérique"}]),
        _table("groups", [{"gid": "20", "group_order": "2"}, {"gid": "10", "group_order": "1"}]),
        _table("group_l10ns", [
            {"gid": "10", "group_name": "Le site", "description": "", "language": "fr"},
            {"gid": "20", "group_name": "Les locaux", "description": "En <b>mairie</b>", "language": "fr"},
        ]),
        _table("questions", [q for q in questions if q["parent_qid"] == "0"]),
        _table("subquestions", [q for q in questions if q["parent_qid"] != "0"]),
        _table("question_l10ns", mots), _table("answers", reponses), _table("answer_l10ns", textes),
    ]  # fmt: skip
    chemin = dossier / "q.lss"
    doctype = "<LimeSurveyDocType>Survey</LimeSurveyDocType>"
    chemin.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>{entete}<document>{doctype}{"".join(tables)}</document>'
    )
    return chemin


@pytest.fixture
def lecture(tmp_path: Path) -> Lecture:
    return read_limesurvey(write_lss(tmp_path))


def _get(lecture: Lecture, code: str) -> Question:
    return next(q for q in lecture.questionnaire.questions if q.code == code)


def test_les_groupes_dans_leur_ordre_et_sans_l_identite(lecture: Lecture) -> None:
    assert lecture.questionnaire.groupes == (
        Groupe("10", "Le site"), Groupe("20", "Les locaux", "En mairie")
    )  # fmt: skip
    assert [q.code for q in lecture.questionnaire.questions] == [
        "G01Q02", "G01Q03", "G02Q04_SQ001", "G02Q04_SQ002", "G02Q07_SQ001",
    ]  # fmt: skip


def test_je_ne_sais_pas_n_est_pas_une_option_et_garde_son_code(lecture: Lecture) -> None:
    question = _get(lecture, "G01Q02")
    assert (question.libelle, question.ne_sait_pas, question.code_nsp) == (
        "Avez-vous un site\xa0?",
        True,
        "A9",
    )
    assert [option.code for option in question.options] == ["A1", "A2"]


def test_un_tableau_est_une_question_par_ligne(lecture: Lecture) -> None:
    ligne = _get(lecture, "G02Q04_SQ002")
    assert ligne.libelle == "Équipement [L’école]"
    assert [(o.code, o.libelle) for o in ligne.options] == [("1", "Bon"), ("2", "Mauvais")]
    assert ligne.condition == Condition("G01Q02", ("A1", "A2"))
    assert _get(lecture, "G02Q07_SQ001").type == "nombre"


def test_un_tableau_a_deux_entrees_est_une_question_par_case(tmp_path: Path) -> None:
    """« : » des nombres, « ; » des textes, « 1 » deux échelles, comme LimeSurvey les range."""
    genres = {"1": (":", "Q01", "Combien"), "2": (";", "Q02", "Lesquels"), "3": ("1", "Q03", "Jugez")}
    sous = [("11", "1", "0", "SQ001", "écrans"), ("12", "1", "1", "SQ002", "en mairie"),
            ("13", "1", "1", "SQ003", "à l’école"), ("21", "2", "0", "SQ001", "outils"),
            ("22", "2", "1", "SQ002", "choisis"), ("31", "3", "0", "SQ001", "le site")]  # fmt: skip
    reponses = [
        ("51", "3", "0", "A1", "Bon"),
        ("52", "3", "0", "A2", "Mauvais"),
        ("53", "3", "1", "B1", "Utile"),
    ]
    mots = [(q, libelle) for q, (_, _, libelle) in genres.items()] + [(s[0], s[4]) for s in sous]
    attributs = [("1", "multiflexible_min", "0"), ("1", "multiflexible_max", "50"),
                 ("3", "dualscale_headerA", "État")]  # fmt: skip
    tables = {
        "surveys": [{"sid": "1", "language": "fr"}],
        "groups": [{"gid": "9", "group_order": "1"}],
        "questions": [
            {"qid": q, "parent_qid": "0", "gid": "9", "type": genre, "title": code, "question_order": q}
            for q, (genre, code, _) in genres.items()
        ],
        "subquestions": [{"qid": q, "parent_qid": p, "scale_id": e, "title": c, "question_order": q}
                         for q, p, e, c, _ in sous],
        "question_l10ns": [{"qid": q, "question": mot, "language": "fr"} for q, mot in mots],
        "answers": [{"aid": a, "qid": q, "scale_id": e, "code": c, "sortorder": a}
                    for a, q, e, c, _ in reponses],
        "answer_l10ns": [{"aid": a, "answer": mot, "language": "fr"} for a, *_, mot in reponses],
        "question_attributes": [{"qid": q, "attribute": nom, "value": v} for q, nom, v in attributs],
    }  # fmt: skip
    corps = "".join(_table(nom, lignes) for nom, lignes in tables.items())
    chemin = tmp_path / "q.lss"
    chemin.write_text(f"<document><LimeSurveyDocType>Survey</LimeSurveyDocType>{corps}</document>")
    lecture = read_limesurvey(chemin)
    assert lecture.remarques == []
    assert {q.code: (q.type, q.libelle) for q in lecture.questionnaire.questions} == {
        "Q01_SQ001_SQ002": ("nombre", "Combien [écrans][en mairie]"),
        "Q01_SQ001_SQ003": ("nombre", "Combien [écrans][à l’école]"),
        "Q02_SQ001_SQ002": ("texte", "Lesquels [outils][choisis]"),
        "Q03_SQ001#0": ("choix_unique", "Jugez [le site][État]"),
        "Q03_SQ001#1": ("choix_unique", "Jugez [le site][Échelle 2]"),
    }
    nombre, etat = _get(lecture, "Q01_SQ001_SQ003"), _get(lecture, "Q03_SQ001#0")
    assert (nombre.minimum, nombre.maximum) == (0, 50)
    assert [option.libelle for option in etat.options] == ["Bon", "Mauvais"]


def test_un_classement_est_un_choix_multiple_ordonne(lecture: Lecture) -> None:
    question = _get(lecture, "G01Q03")
    assert (question.type, question.classement) == ("choix_multiple", True)
    assert [o.libelle for o in question.options] == ["Le temps", "L’argent"]


def test_ce_qui_ne_se_garde_pas_est_dit(lecture: Lecture) -> None:
    assert [phrase[:6] for phrase in lecture.remarques] == ["G02Q07", "G02Q09"]
    assert "count(that.NAOK) > 2" in lecture.remarques[0]


@pytest.mark.parametrize(
    "entete",
    [
        '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE d SYSTEM "http://exemple.invalid/d.dtd">',
    ],
    ids=["bombe", "fichier", "reseau"],
)
def test_un_xml_qui_cite_autre_chose_que_lui_est_refuse(tmp_path: Path, entete: str) -> None:
    with pytest.raises(QuestionnaireRefuse, match="DTD"):
        read_limesurvey(write_lss(tmp_path, entete))


@pytest.mark.parametrize(
    "octets", [b"", b"<a>", b"<document/>", b"PK\x03\x04"], ids=["vide", "coupe", "autre", "zip"]
)
def test_un_autre_fichier_est_refuse_d_une_phrase(tmp_path: Path, octets: bytes) -> None:
    chemin = tmp_path / "q.lss"
    chemin.write_bytes(octets)
    with pytest.raises(QuestionnaireRefuse, match="« q"):
        read_limesurvey(chemin)


def test_un_lecteur_qui_ne_l_a_pas_ecrit_y_trouve_les_tables_de_limesurvey() -> None:
    """Les tables sont celles que LimeSurvey 6 lit (`XMLImportSurvey`)."""
    racine = ElementTree.fromstring(to_limesurvey(load_catalogue().questionnaires["cybersecurite"]))
    assert racine.findtext("LimeSurveyDocType") == "Survey"
    lus = {
        table.tag: [{c.tag: c.text for c in ligne} for ligne in table.iterfind("rows/row")]
        for table in racine
    }
    for table in TABLES:
        champs = [champ.text for champ in racine.iterfind(f"{table}/fields/fieldname")]
        assert lus[table]
        assert all(list(ligne) == champs for ligne in lus[table])
    qids = [ligne["qid"] for ligne in lus["questions"] + lus["subquestions"]]
    assert len(qids) == len(set(qids)) == len(lus["question_l10ns"])
    assert {ligne["parent_qid"] for ligne in lus["subquestions"]} <= set(qids)
    assert next(q["relevance"] for q in lus["questions"] if q["title"] == "Q04") == '(Q03.NAOK == "Y")'
