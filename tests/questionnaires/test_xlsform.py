"""Un XLSForm du baromètre se lit ailleurs (pyxform : KoboToolbox, ODK) ; un autre se lit ici."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pyxform.xls2xform import convert

from barometre.catalogue import load_catalogue
from barometre.questionnaires.conditions import EXPRESSION_MAX
from barometre.questionnaires.lecture import QuestionnaireRefuse
from barometre.questionnaires.xlsform_ecriture import to_xlsform
from barometre.questionnaires.xlsform_lecture import read_xlsform
from tests.classeurs import build_classeur


@pytest.mark.parametrize("theme", ["cybersecurite", "infrastructures"])
def test_pyxform_en_fait_un_formulaire_sans_une_alerte(theme: str) -> None:
    questionnaire = load_catalogue().questionnaires[theme]
    resultat = convert(io.BytesIO(to_xlsform(questionnaire)), file_type=".xlsx")
    assert resultat.warnings == []
    noms = {noeud.tag.rpartition("}")[2] for noeud in ElementTree.fromstring(resultat.xform).iter()}
    assert {q.code for q in questionnaire.questions} <= noms


def test_pyxform_ouvre_un_questionnaire_sans_introduction() -> None:
    """Cinq des six vrais questionnaires LimeSurvey n'en ont pas."""
    nu = replace(load_catalogue().questionnaires["cybersecurite"], introduction="")
    assert convert(io.BytesIO(to_xlsform(nu)), file_type=".xlsx").warnings == []


def _write(chemin: Path, **feuilles: list[list[str]]) -> Path:
    chemin.write_bytes(build_classeur(feuilles))
    return chemin


def test_un_formulaire_de_kobo(tmp_path: Path) -> None:
    lecture = read_xlsform(
        _write(
            tmp_path / "f.xlsx",
            survey=[
                ["type", "name", "label::English (en)", "label::Français (fr)", "relevant", "constraint"],
                ["start", "start", "", "", "", ""],
                ["begin_group", "site", "The site", "Le site", "", ""],
                ["select_one on", "a", "A site?", "Un site ?", "", ""],
                ["rank freins", "b", "Rank", "Classez", "${a} = '1'", ""],
                ["integer", "c", "How many", "Combien", "selected(${a}, '1')", ". >= 0 and . <= 12"],
                ["geopoint", "d", "Where", "Où", "", ""],
                ["end_group", "", "", "", "", ""],
                ["begin_repeat", "r", "Again", "Encore", "", ""],
                ["text", "e", "x", "x", "", ""],
                ["end_repeat", "", "", "", "", ""],
            ],
            choices=[
                ["list_name", "name", "label::English (en)", "label::Français (fr)"],
                ["on", "1", "Yes", "Oui"], ["on", "2", "No", "Non"], ["on", "3", "?", "Je ne sais pas"],
                ["freins", "t", "Time", "Le temps"], ["freins", "m", "Money", "L’argent"],
            ],
        ),
        "fr",
    )  # fmt: skip
    site, freins, combien = lecture.questionnaire.questions
    assert (site.libelle, site.code_nsp, [o.libelle for o in site.options]) == (
        "Un site ?",
        "3",
        ["Oui", "Non"],
    )
    assert freins.classement
    assert freins.condition is not None
    assert freins.condition.options == ("1",)
    assert (combien.minimum, combien.maximum, combien.condition) == (0, 12, freins.condition)
    assert [g.titre for g in lecture.questionnaire.groupes] == ["Le site"]
    assert [phrase.split(" ")[0] for phrase in lecture.remarques] == ["d", "r"]


def test_un_classeur_sans_feuille_survey_est_refuse(tmp_path: Path) -> None:
    with pytest.raises(QuestionnaireRefuse, match="survey"):
        read_xlsform(_write(tmp_path / "f.xlsx", autre=[["a"]]))


@pytest.mark.parametrize("fermeture", ["end_group", "end group", "end_repeat"])
def test_une_fermeture_de_trop_est_refusee(tmp_path: Path, fermeture: str) -> None:
    """Comptée pour rien, elle taisait toutes les questions d'après."""
    lignes = [["type", "name", "label"], [fermeture, "", ""], ["text", "q1", "Une question"]]
    with pytest.raises(QuestionnaireRefuse, match=f"« {fermeture} »"):
        read_xlsform(_write(tmp_path / "f.xlsx", survey=lignes))


def test_une_condition_demesuree_n_est_pas_reprise_et_se_dit(tmp_path: Path) -> None:
    condition = "(" * 5_000 + "${a} = 'x'" + ")" * 5_000
    lignes = [
        ["type", "name", "label", "relevant"],
        ["text", "a", "Une question", ""],
        ["text", "b", "Une autre", condition],
    ]
    lecture = read_xlsform(_write(tmp_path / "f.xlsx", survey=lignes))
    assert [q.condition for q in lecture.questionnaire.questions] == [None, None]
    (remarque,) = lecture.remarques
    assert remarque.startswith("b : sa condition n'est pas reprise")
    assert len(remarque) < EXPRESSION_MAX + 200
