"""Les entêtes sur deux lignes, celles de plusieurs questions, et les noms presque pareils."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from barometre.ingest.columns import (
    _check_ambiguites,
    build_plan,
    build_recognizer,
    check_intitules,
    find_cibles,
)
from barometre.ingest.concordance import _is_proche
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.labels import heading_key
from barometre.ingest.layout import _is_entetes, _join_groupes
from tests.ingest.conftest import QUESTIONNAIRE

CONNUS = {"Site ?", "Site ? [Oui]", "Site ? [Non]", "Voisin [a]", " [b]", "Seul", "Seul [x]"}


@pytest.mark.parametrize(
    ("groupes", "entetes", "joints"),
    [
        # Une question vaut pour toutes les colonnes qui suivent, jusqu'à la suivante.
        (["Site ?", "", "Seul"], ["Oui", "Non", "x"], ["Site ? [Oui]", "Site ? [Non]", "Seul [x]"]),
        # La ligne des questions peut finir avant celle des options.
        (["Site ?"], ["Oui", "Non"], ["Site ? [Oui]", "Site ? [Non]"]),
        # Ni option inconnue, ni question inconnue, ni entête vide, ni colonne d'avant toute question.
        (["Site ?"], ["Autre", ""], ["Autre", ""]),
        (["Voisin"], ["a"], ["a"]),
        (["", "Site ?"], ["b", "Oui"], ["b", "Site ? [Oui]"]),
        ([], ["Oui"], ["Oui"]),
    ],
)
def test_la_question_au_dessus_de_ses_options(
    groupes: list[str], entetes: list[str], joints: list[str]
) -> None:
    assert _join_groupes(groupes, entetes, CONNUS.__contains__) == joints


def test_un_entete_de_deux_questions_demande_les_deux() -> None:
    index: dict[str, list[Any]] = {"precisez": [1, 2], "site": [1], "rien": []}
    _check_ambiguites(index, Counter({"precisez": 2, "site": 1, "rien": 3}))
    _check_ambiguites(index, Counter({"site": 4}))  # un doublon d'une seule question se dit ailleurs
    for nombre in (1, 3):
        with pytest.raises(ImportRefuse) as refus:
            _check_ambiguites(index, Counter({"precisez": nombre}))
        assert str(refus.value) == "L'entête « precisez » est celui de 2 questions : exportez leurs codes."


@pytest.mark.parametrize(
    ("ecrit", "officiel", "proche"),
    [
        ("saint martin", "saint martin d auxy", True),
        ("bordeaux", "bordeaux", True),
        ("abergement", "l abergement clemenciat", True),
        ("l abergement clemenciat", "abergement", True),
        ("saint", "saint auxy", False),
        ("saint auxy", "saint", False),
        ("saint", "saint", True),
        ("villeneuve", "villeneuve loubet", False),
        ("saint martin du bois", "saint martin d auxy", False),
        ("bordaux", "bordeaux", True),
        ("lyon", "bordeaux", False),
        ("abcde", "abcxy", True),  # juste à la ressemblance demandée : trois lettres sur cinq
        ("abcdefg", "abcwxyz", False),
    ],
)
def test_un_nom_complete_abrege_ou_mal_ecrit(ecrit: str, officiel: str, proche: bool) -> None:
    assert _is_proche(tuple(ecrit.split()), tuple(officiel.split())) is proche


@pytest.mark.parametrize(
    ("ligne", "redits"),
    [
        (["SIREN", "Q01", "Q02"], True),
        (["SIREN", "Q01", "Y"], True),  # la moitié des autres cellules
        (["SIREN", "N", "Y"], False),  # « SIREN » seul est ce qu'une répondante écrit
        (["SIREN", "", ""], False),
        (["SIREN"], False),
        (["SIREN", "Q01", "Y", "N"], False),  # le tiers
        (["213300635", "Q01", "Q02"], False),
        (["Pas de numéro", "Q01", "Q02"], False),
        (["", "Q01", "Q02"], False),
        ([], False),  # une ligne trop courte n'est pas une ligne d'entêtes
    ],
)
def test_des_entetes_redits_au_milieu_des_reponses(ligne: list[str], redits: bool) -> None:
    assert _is_entetes(ligne, [0], ["SIREN", "Q01", "Q02"]) == redits


@pytest.mark.parametrize(
    ("entete", "cle"),
    [
        ("  Réseaux ? [Été] ", "reseaux[ete]"),
        ("Q [a] [b]", "q [a][b]"),
        ("Q [Autre [préciser]]", "q[autre [preciser]]"),
        ("Question [Option [x] y]", "question[option [x] y]"),
        ("[note] Site ?", "[note] site"),
        ("Site]", "site]"),
    ],
)
def test_un_entete_garde_sa_question_et_son_option(entete: str, cle: str) -> None:
    assert heading_key(entete) == cle


@pytest.mark.parametrize(
    ("reecrits", "justes", "refuse"), [(4, 0, False), (5, 4, True), (5, 5, False), (6, 5, True)]
)
def test_un_fichier_dont_la_moitie_des_intitules_sont_d_un_autre(
    reecrits: int, justes: int, refuse: bool
) -> None:
    """Cinq au moins, et plus de la moitié de ceux qui s'écrivent : ce n'est pas le questionnaire."""
    questions = tuple(
        replace(QUESTIONNAIRE.questions[3], id=f"c_q{i:02d}", code=f"Q{i:02d}", libelle=f"Question {i}")
        for i in range(1, 13)
    )
    questionnaire = replace(QUESTIONNAIRE, questions=questions)
    ecrits = [
        f"Q{i:02d}. {'Autre chose' if i <= reecrits else f'Question {i}'}"
        for i in range(1, reecrits + justes + 1)
    ]
    plan = build_plan(tuple(ecrits), questionnaire, {})
    if not refuse:
        check_intitules(tuple(ecrits), plan, questionnaire)
        return
    with pytest.raises(ImportRefuse) as refus:
        check_intitules(tuple(ecrits), plan, questionnaire)
    assert str(refus.value) == (
        f"Les intitulés de {reecrits} questions sur {len(ecrits)} ne sont pas ceux du questionnaire "
        "« Communication » (Q01, Q02, Q03, Q04, Q05…) : est-ce le bon ? Sinon, déclarez ces colonnes par "
        "--correspondance."
    )


def test_une_option_seule_en_entete_est_celle_d_une_question_a_cases() -> None:
    connu = build_recognizer(QUESTIONNAIRE)
    assert [connu(e) for e in ("Facebook", "instagram", "En partie", "Oui")] == [True, True, False, False]
    assert find_cibles(("SIREN", "Facebook", "Instagram"), QUESTIONNAIRE) == [
        "siren", "communication_q02[facebook]", "communication_q02[instagram]",
    ]  # fmt: skip
