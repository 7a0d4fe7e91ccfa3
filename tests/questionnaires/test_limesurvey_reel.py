"""Nos `.lss` comparés à ce que LimeSurvey 6 écrit et à ce que son import exige.

Aucun LimeSurvey n'est installé ici : la forme est prouvée, l'ouverture dans l'outil ne l'est pas.
"""

from __future__ import annotations

import re
from functools import cache

import pytest
from lxml import etree

from barometre.catalogue import load_catalogue
from barometre.questionnaires.limesurvey_ecriture import VERSION_BASE, to_limesurvey
from barometre.questionnaires.limesurvey_tables import ENTETES

# Les colonnes d'un export de LimeSurvey 6 (base 638), relevées sur un vrai fichier ; des deux tables de
# réglages, celles qui touchent au questionnaire.
REELLES = {
    "answers": "aid qid code sortorder assessment_value scale_id",
    "answer_l10ns": "id aid answer language",
    "groups": "gid sid group_order randomization_group grelevance",
    "group_l10ns": "id gid group_name description language sid group_order randomization_group grelevance",
    "questions": "qid parent_qid sid gid type title preg other mandatory question_order scale_id "
    "same_default relevance modulename encrypted question_theme_name same_script",
    "question_l10ns": "id qid question help language script",
    "question_attributes": "qid attribute value language",
    "surveys": "sid gsid admin adminemail anonymized format savetimings template language "
    "additional_languages datestamp usecookie allowregister allowsave allowprev "
    "ipaddr ipanonymize refurl listpublic htmlemail",
    "surveys_languagesettings": "surveyls_survey_id surveyls_language surveyls_title surveyls_description "
    "surveyls_welcometext surveyls_endtext",
}
REELLES["subquestions"] = REELLES["questions"]
# Ce sans quoi l'import de LimeSurvey s'arrête ou perd la ligne.
EXIGEES = {
    "answers": "aid qid code scale_id",
    "answer_l10ns": "aid answer language",
    "groups": "gid sid",
    "group_l10ns": "gid group_name language",
    "questions": "qid sid gid type title question_order",
    "subquestions": "qid parent_qid sid gid type title question_order scale_id",
    "question_l10ns": "qid question language",
    "question_attributes": "qid attribute value",
    "surveys": "sid language",
    "surveys_languagesettings": "surveyls_survey_id surveyls_language surveyls_title",
}
# D'où vient la clé d'une table : (colonne, table, sa colonne).
LIENS = (
    ("questions", "gid", "groups", "gid"),
    ("subquestions", "parent_qid", "questions", "qid"),
    ("answers", "qid", "questions", "qid"),
    ("answer_l10ns", "aid", "answers", "aid"),
    ("group_l10ns", "gid", "groups", "gid"),
    ("question_attributes", "qid", "questions", "qid"),
)
# Les codes qu'il réécrit à l'import : ce sont des mots de ses expressions.
RESERVES = {"LANG", "SID", "SAVEDID", "TOKEN", "QID", "GID", "SGQ", "self", "that", "this"}
THEMES = [theme.id for theme in load_catalogue().themes]


@cache
def _read(theme: str) -> dict[str, tuple[list[str], list[dict[str, str]]]]:
    """Chaque table : ses champs annoncés, ses lignes."""
    racine = etree.fromstring(to_limesurvey(load_catalogue().questionnaires[theme]))
    assert [enfant.text for enfant in racine[:2]] == ["Survey", VERSION_BASE]
    return {
        table.tag: (
            [champ.text or "" for champ in table.iterfind("fields/fieldname")],
            [{c.tag: c.text or "" for c in ligne} for ligne in table.iterfind("rows/row")],
        )
        for table in racine[3:]
    }


@pytest.mark.parametrize("theme", THEMES)
def test_les_tables_sont_celles_de_limesurvey(theme: str) -> None:
    for table, (champs, lignes) in _read(theme).items():
        assert set(EXIGEES[table].split()) <= set(champs) <= set(REELLES[table].split()), table
        assert all(list(ligne) == champs for ligne in lignes), table
        assert lignes


@pytest.mark.parametrize("theme", THEMES)
def test_aucune_cle_ne_pend(theme: str) -> None:
    tables = {nom: lignes for nom, (_, lignes) in _read(theme).items()}
    for fille, colonne, mere, cle in LIENS:
        assert {x[colonne] for x in tables.get(fille, [])} <= {x[cle] for x in tables[mere]}, fille
    posees = {x["qid"] for nom in ("questions", "subquestions") for x in tables.get(nom, [])}
    assert {x["qid"] for x in tables["question_l10ns"]} == posees
    assert {x["language"] for nom, t in tables.items() if nom.endswith("_l10ns") for x in t} == {"fr"}


@pytest.mark.parametrize("theme", THEMES)
def test_limesurvey_garde_nos_codes(theme: str) -> None:
    """Un code qu'il refuse, LimeSurvey le réécrit à l'import : nos colonnes ne se reconnaîtraient plus."""
    tables = _read(theme)
    codes = [x["title"] for x in tables["questions"][1]]
    assert [c for c in codes if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,19}", c)] == []
    assert len(set(codes)) == len(codes)
    assert not RESERVES & set(codes)
    lignes = tables.get("subquestions", ([], []))[1]
    uniques = [(x["parent_qid"], x["scale_id"], x["title"].lower()) for x in lignes]
    assert len(set(uniques)) == len(uniques)
    sous = [x["title"] for x in lignes]
    assert "time" not in sous
    assert [c for c in sous if not re.fullmatch(r"[A-Za-z0-9]{1,20}", c)] == []
    reponses = [(x["qid"], x["code"], x["scale_id"]) for x in tables["answers"][1]]
    assert [c for _, c, _ in reponses if not re.fullmatch(r"[A-Za-z0-9]{1,5}", c)] == []
    assert len(set(reponses)) == len(reponses)


@pytest.mark.parametrize("theme", THEMES)
def test_un_attribut_traduit_porte_sa_langue(theme: str) -> None:
    """LimeSurvey ne lit un attribut traduit que dans sa langue : une unité sans langue ne se montrait pas."""
    lignes = _read(theme).get("question_attributes", ([], []))[1]
    langues = {nom: {x["language"] for x in lignes if x["attribute"] == nom} for nom in ("suffix", *ENTETES)}
    assert all(lues <= {"fr"} for lues in langues.values())
    autres = [x for x in lignes if x["attribute"] not in langues]
    assert {x["language"] for x in autres} <= {""}
    # Un « < » ou un « > » d'un attribut passe par son filtre de HTML.
    assert [x for x in lignes if set("<>") & set(x["value"])] == []


def test_le_catalogue_a_des_unites_a_traduire() -> None:
    """Sans quoi l'essai d'au-dessus ne dirait rien."""
    assert any(x["attribute"] == "suffix" for t in THEMES for x in _read(t)["question_attributes"][1])
