"""Importer un questionnaire : la correspondance proposée, l'histoire gardée, rien d'à moitié écrit."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from barometre.catalogue import load_catalogue
from barometre.catalogue.loader import DONNEES, DOSSIER, build_catalogue
from barometre.catalogue.validation import CatalogueError
from barometre.domain.enquete import Option, Question, Questionnaire
from barometre.ingest.depouillement import find_enquete
from barometre.questionnaires.lecture import Lecture, QuestionnaireRefuse
from barometre.questionnaires.preparation import Preparation, prepare_import, write_import

THEME, VAGUE, AVANT = "communication", "2026-v4", "2023-v1"


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    """Un catalogue à soi, que l'on peut écrire."""
    copie = tmp_path / "catalogue"
    shutil.copytree(DOSSIER, copie, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copie


def _lu(questionnaire: Questionnaire) -> Questionnaire:
    """Le questionnaire tel qu'un fichier le donne : ses identifiants sont ses codes."""

    def name(question: Question) -> Question:
        condition = question.condition
        if condition is not None:
            amont = next(q for q in questionnaire.questions if q.id == condition.question_id)
            codes = tuple(o.code for o in amont.options if o.id in condition.options)
            condition = replace(condition, question_id=amont.code, options=codes)
        options = tuple(replace(o, id=o.code) for o in question.options)
        return replace(question, id=question.code, options=options, condition=condition)

    return replace(questionnaire, questions=tuple(name(q) for q in questionnaire.questions))


def _change(repere: str, **champs: Any) -> Questionnaire:
    lu = _lu(load_catalogue().questionnaires[THEME])
    changees = (replace(q, **champs) if q.code == repere else q for q in lu.questions)
    return replace(lu, questions=tuple(changees))


def _prepare(lu: Questionnaire, dossier: Path, **options: Any) -> Preparation:
    return prepare_import(Lecture(lu), THEME, load_catalogue(), dossier=dossier, **options)


def _rename_amont(question: Question) -> Question:
    if question.condition is None or question.condition.question_id != "Q01":
        return question
    return replace(question, condition=replace(question.condition, question_id="G01Q01"))


def test_une_question_reformulee_garde_ses_anciens_mots_et_ses_anciens_codes(dossier: Path) -> None:
    nouvelle = "Votre commune dispose-t-elle d’un site internet à elle ?"
    lu = _change("Q01", libelle=nouvelle, code="G01Q01")
    lu = replace(lu, questions=tuple(_rename_amont(q) for q in lu.questions))
    preparation = _prepare(lu, dossier, vague_id=VAGUE, declarees={"G01Q01": "communication_q01"})
    write_import(preparation, dossier)
    relu = build_catalogue(dossier, DONNEES)
    question = relu.get_question("communication_q01")
    assert (question.libelle, question.code, question.reformulee) == (nouvelle, "G01Q01", (VAGUE,))
    ancienne = load_catalogue().get_question("communication_q01")
    # Un export d'avant la vague se lit dans les mots et les codes qu'il a.
    avant, _ = find_enquete(relu, THEME, AVANT)
    assert (avant.questions[0].libelle, avant.questions[0].code) == (ancienne.libelle, "Q01")
    apres, _ = find_enquete(relu, THEME, VAGUE)
    assert apres.questions[0].code == "G01Q01"
    assert "site_internet" in {i.id for i in preparation.coupes}
    assert not preparation.perdus


def test_une_question_retiree_reste_pour_ses_vagues_et_ses_indicateurs_sont_dits(dossier: Path) -> None:
    lu = _lu(load_catalogue().questionnaires[THEME])
    lu = replace(lu, questions=tuple(q for q in lu.questions if q.code != "Q07"))
    preparation = _prepare(lu, dossier, vague_id=VAGUE)
    attendus = [
        i.id for i in load_catalogue().list_indicateurs(THEME) if i.calcul.question_id == "communication_q07"
    ]
    assert [i.id for i in preparation.perdus] == attendus != []
    write_import(preparation, dossier)
    relu = build_catalogue(dossier, DONNEES)
    assert relu.get_question("communication_q07").retiree == VAGUE
    assert "Q07" not in {q.code for q in find_enquete(relu, THEME, VAGUE)[0].questions}
    assert "Q07" in {q.code for q in find_enquete(relu, THEME, AVANT)[0].questions}


def test_un_code_repris_pour_une_autre_question_n_est_pas_la_meme(dossier: Path) -> None:
    """Tout questionnaire de LimeSurvey a un « Q07 » : le code seul ne prouve rien."""
    lu = _change(
        "Q07",
        libelle="Combien d’agents travaillent ici, tous services confondus ?",
        type="nombre",
        options=(),
    )
    preparation = _prepare(lu, dossier, vague_id=VAGUE)
    assert "communication_q07" in preparation.rapprochement.a_decider["Q07"]
    neuve = next(q for q in preparation.apres.questions if q.code == "Q07" and not q.retiree)
    assert (neuve.id, neuve.depuis) == ("communication_q18", VAGUE)


def test_une_option_qui_disparait_coupe_la_question(dossier: Path) -> None:
    lu = _change("Q07", options=(Option("A1", "Une adresse à nous", "A1"), Option("A2", "Aucune", "A2")))
    preparation = _prepare(lu, dossier, vague_id=VAGUE)
    assert "n'offre plus" in preparation.rapprochement.a_decider["Q07"]


def test_le_meme_questionnaire_ne_change_rien(dossier: Path) -> None:
    assert _prepare(_lu(load_catalogue().questionnaires[THEME]), dossier).est_inchange


def test_un_import_refuse_ne_laisse_rien(dossier: Path) -> None:
    chemin = dossier / "themes" / THEME / "questionnaire.yml"
    avant = chemin.read_bytes()
    with pytest.raises(CatalogueError, match="en double"):
        _prepare(_change("Q02", code="Q01"), dossier)
    assert chemin.read_bytes() == avant
    assert sorted(f.name for f in chemin.parent.iterdir()) == ["indicateurs.yml", "questionnaire.yml"]


@pytest.mark.parametrize(
    ("declarees", "phrase"),
    [({"Z9": "nouvelle"}, "pas de question « Z9 »"), ({"Q01": "inconnue"}, "n'existe pas"),
     ({"Q01": "communication_q08"}, "même forme")],
    ids=["code", "question", "forme"],
)  # fmt: skip
def test_une_correspondance_fausse_est_refusee(dossier: Path, declarees: dict[str, str], phrase: str) -> None:
    with pytest.raises(QuestionnaireRefuse, match=phrase):
        _prepare(_lu(load_catalogue().questionnaires[THEME]), dossier, declarees=declarees)


def test_une_vague_qui_n_ouvre_pas_le_theme_est_refusee(dossier: Path) -> None:
    with pytest.raises(QuestionnaireRefuse, match="n'ouvre pas"):
        _prepare(_lu(load_catalogue().questionnaires[THEME]), dossier, vague_id="2024-v2")
