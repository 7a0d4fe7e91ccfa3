"""Du catalogue à l'outil et retour : le même questionnaire, octet pour octet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings

from barometre.catalogue import load_catalogue
from barometre.domain.enquete import Questionnaire
from barometre.questionnaires.fusion import Epoque, merge_questionnaires
from barometre.questionnaires.lecture import QuestionnaireRefuse
from barometre.questionnaires.limesurvey_ecriture import to_limesurvey
from barometre.questionnaires.preparation import read_questionnaire
from barometre.questionnaires.rapprochement import match_questions
from barometre.questionnaires.xlsform_ecriture import to_xlsform
from tests.questionnaires.fabrique import build_grilles, build_questionnaires, read_ecrit

ECRITURES = {".lss": to_limesurvey, ".xlsx": to_xlsform}
THEMES = [theme.id for theme in load_catalogue().themes]


def _reread(
    questionnaire: Questionnaire, extension: str, write: Callable[[Questionnaire], bytes]
) -> Questionnaire:
    with TemporaryDirectory() as dossier:
        chemin = Path(dossier) / f"q{extension}"
        chemin.write_bytes(write(questionnaire))
        lecture = read_questionnaire(chemin)
    assert lecture.remarques == []
    lu = lecture.questionnaire
    rapprochement = match_questions(lu.questions, questionnaire.questions, {})
    return merge_questionnaires(lu, questionnaire, rapprochement, Epoque("v1", premiere=True), [])


@pytest.mark.parametrize("extension", ECRITURES)
@pytest.mark.parametrize("theme", THEMES)
def test_un_questionnaire_du_catalogue_revient_le_meme(theme: str, extension: str) -> None:
    questionnaire = load_catalogue().questionnaires[theme]
    assert _reread(questionnaire, extension, ECRITURES[extension]) == questionnaire


@settings(deadline=None, max_examples=25)
@given(build_questionnaires())
def test_tout_questionnaire_revient_le_meme(questionnaire: Questionnaire) -> None:
    assert read_ecrit(questionnaire) == questionnaire
    for extension, write in ECRITURES.items():
        assert _reread(questionnaire, extension, write) == questionnaire


@settings(deadline=None, max_examples=25)
@given(build_grilles())
def test_un_tableau_a_deux_entrees_revient_le_meme(questionnaire: Questionnaire) -> None:
    """Par LimeSurvey ; XLSForm n'en a pas, et une grille trouée ne se pose nulle part."""
    assert read_ecrit(questionnaire) == questionnaire
    assert _reread(questionnaire, ".lss", to_limesurvey) == questionnaire
    with pytest.raises(QuestionnaireRefuse, match="XLSForm n'a pas"):
        to_xlsform(questionnaire)
    troue = replace(questionnaire, questions=questionnaire.questions[:-1])
    with pytest.raises(QuestionnaireRefuse, match="toutes ses cases"):
        to_limesurvey(troue)
