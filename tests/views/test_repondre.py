"""Répondre sur place : conditions, valeurs non offertes, aller et retour par fichier."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometre.catalogue import load_catalogue
from barometre.domain.enquete import Question
from barometre.pipeline.rules import apply_rule, split_questions
from barometre.views.collectivite.pairs import ChiffrePair, Demande, Pairs
from barometre.views.collectivite.repondre import (
    ReponsesRefusees,
    compute_minutes,
    compute_soi,
    count_repondues,
    list_posees,
    list_resultats,
    read_reponses,
    read_saisie,
    write_reponses,
)
from barometre.views.collectivite.soi import Soi
from barometre.views.lecture.chiffres import Chiffre

CATALOGUE = load_catalogue()
COMMUNICATION = CATALOGUE.get_questionnaire("communication")


def test_une_question_sous_condition_n_est_posee_qu_apres_oui() -> None:
    def ids(brutes: dict[str, Any]) -> set[str]:
        return {q.id for q in list_posees(COMMUNICATION, "commune", brutes)}

    assert "communication_q02" not in ids({})
    assert "communication_q02" not in ids({"communication_q01": "non"})
    assert "communication_q02" in ids({"communication_q01": "oui"})


def test_une_question_reservee_a_un_type_n_est_pas_posee_aux_autres() -> None:
    for questionnaire in CATALOGUE.questionnaires.values():
        for question in questionnaire.questions:
            if question.types and "region" not in question.types:
                assert question.id not in {q.id for q in list_posees(questionnaire, "region", {})}


def test_une_valeur_qui_n_etait_pas_offerte_ne_compte_pas() -> None:
    q01 = COMMUNICATION.questions[0]
    for brute in ("piratage", ["oui", "non"], 3, {"a": 1}, True):
        assert read_saisie(q01, brute).etat == "sans_reponse"
    assert read_saisie(q01, "oui").options == frozenset({"oui"})


def test_les_reponses_se_placent_comme_celles_de_l_enquete() -> None:
    soi = compute_soi(CATALOGUE, COMMUNICATION, "commune", {"communication_q01": "non"}, "2026-v4")
    site = soi.get("site_internet", "2026-v4")
    a_jour = soi.get("site_a_jour", "2026-v4")
    assert site is not None
    assert site.est_non
    assert a_jour is not None
    assert a_jour.etat == "non_concerne"


def test_le_fichier_se_relit_tel_quel() -> None:
    brutes = {
        "communication_q01": "oui",
        "communication_q03": ["agenda", "budget"],
        "communication_q02": "ne_sait_pas",
        "inconnue": "x",
    }
    octets = write_reponses(COMMUNICATION, "commune-01000", brutes)
    relues = read_reponses(CATALOGUE, octets, "commune-01000")
    assert relues.questionnaire_id == "communication"
    assert relues.reponses == {i: v for i, v in brutes.items() if i != "inconnue"}
    assert (relues.perdues, relues.describe({})) == (0, "3\u00a0réponses reprises de ce fichier.")
    assert count_repondues(COMMUNICATION, "commune", relues.reponses)[0] == 3


def test_un_fichier_d_une_autre_collectivite_ne_se_place_pas_sur_celle_ci() -> None:
    octets = write_reponses(COMMUNICATION, "commune-01000", {"communication_q01": "oui"})
    with pytest.raises(ReponsesRefusees, match=r"autre collectivité \(commune-01000\)"):
        read_reponses(CATALOGUE, octets, "commune-35115")


def test_une_reponse_que_le_questionnaire_n_offre_plus_se_compte() -> None:
    """Une question retirée, un choix disparu : le fichier en perdait des réponses sans un mot."""
    brutes = {"communication_q01": "oui", "communication_q03": ["agenda", "budget"]}
    contenu = json.loads(write_reponses(COMMUNICATION, "commune-01000", brutes))
    contenu["reponses"] |= {"retiree": "oui", "communication_q03": ["agenda", "fax"], "communication_q02": ""}
    relues = read_reponses(CATALOGUE, json.dumps(contenu).encode(), "commune-01000")
    assert relues.perdues == 2
    assert "2\u00a0réponses n’ont pas été reprises" in relues.describe({})
    assert relues.reponses["communication_q01"] == "oui"


def test_un_fichier_repris_dit_ce_qu_il_fait_des_reponses_deja_donnees() -> None:
    """Elles se mêlaient aux siennes sans un mot."""
    octets = write_reponses(COMMUNICATION, "commune-01000", {"communication_q01": "oui"})
    relues = read_reponses(CATALOGUE, octets, "commune-01000")
    donnees = {"communication_q01": "non", "communication_q02": "ne_sait_pas", "communication_q03": []}
    assert relues.describe(donnees) == (
        "1\u00a0réponse reprise de ce fichier. 1\u00a0remplace celle donnée ici. "
        "1\u00a0réponse donnée ici, absente du fichier, est gardée."
    )
    assert relues.describe(relues.reponses) == "1\u00a0réponse reprise de ce fichier."


@pytest.mark.parametrize(
    "octets",
    [b"", b"pas du json", b"[]", b"{}", b"\xff\xfe", b"[" * 100_000, b"x" * 300_000,
     json.dumps({"format": "barometre-reponses", "questionnaire": "rien", "reponses": {}}).encode(),
     json.dumps({"format": "barometre-reponses", "questionnaire": "donnee", "reponses": []}).encode()],
)  # fmt: skip
def test_un_mauvais_fichier_est_refuse_par_une_phrase(octets: bytes) -> None:
    with pytest.raises(ReponsesRefusees, match=r"\.$"):
        read_reponses(CATALOGUE, octets, "commune-01000")


def _saisies(question: Question) -> st.SearchStrategy[Any]:
    options = [o.id for o in question.options]
    if question.type == "choix_unique":
        return st.sampled_from([None, *options, *(["ne_sait_pas"] if question.ne_sait_pas else [])])
    if question.type == "choix_multiple":
        return st.lists(st.sampled_from(options), unique=True)
    if question.type == "nombre":
        return st.one_of(st.none(), st.integers(int(question.minimum or 0), int(question.maximum or 50)))
    return st.none()


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_la_meme_regle_que_la_construction(data: st.DataObject) -> None:
    """Sur place ou importée, une même réponse donne la même valeur."""
    questionnaire = CATALOGUE.get_questionnaire(data.draw(st.sampled_from(sorted(CATALOGUE.questionnaires))))
    brutes = {q.id: data.draw(_saisies(q)) for q in questionnaire.questions}
    soi = compute_soi(CATALOGUE, questionnaire, "commune", brutes, "v")
    posees = list_posees(questionnaire, "commune", brutes)
    faits = pd.DataFrame([f for q in posees for f in _faits(q, brutes[q.id])])
    importees = split_questions(faits, pd.Index(["soi"]))
    for indicateur in CATALOGUE.list_indicateurs(questionnaire.id, origine="declare"):
        if indicateur.calcul.question_id in importees:
            valeurs, etats = apply_rule(importees[indicateur.calcul.question_id], indicateur.calcul)
            reponse = soi.get(indicateur.id, "v")
            assert reponse is not None
            assert reponse.etat == etats[0]
            assert reponse.valeur == (None if pd.isna(valeurs[0]) else valeurs[0])


def _faits(question: Question, brute: Any) -> list[dict[str, Any]]:
    saisie = read_saisie(question, brute)
    ligne = {"collectivite_id": "soi", "question_id": question.id, "option_id": "", "etat": saisie.etat}
    if saisie.etat != "repondu" or question.type == "texte":
        return [ligne | {"valeur": float("nan")}]
    if question.type == "nombre":
        return [ligne | {"valeur": saisie.nombre}]
    return [
        ligne | {"option_id": o.id, "valeur": float(o.id in saisie.options)}
        for o in question.options
        if question.type == "choix_multiple" or o.id in saisie.options
    ]


def test_un_nombre_de_quatre_cents_chiffres_donne_une_phrase() -> None:
    octets = write_reponses(COMMUNICATION, "commune-01000", {"communication_q01": "oui"})
    geant = octets.replace(b'"oui"', b"1" * 400)
    assert geant != octets
    with pytest.raises(ReponsesRefusees, match="nombre de 400 chiffres"):
        read_reponses(CATALOGUE, geant, "commune-01000")


def test_la_duree_annoncee_croit_avec_les_questions() -> None:
    seule = replace(COMMUNICATION, questions=COMMUNICATION.questions[:1])
    assert compute_minutes(seule, "commune") == 1
    assert compute_minutes(COMMUNICATION, "commune") >= 2


def test_une_reponse_se_lit_a_cote_de_celle_des_pairs() -> None:
    question = COMMUNICATION.questions[0]
    soi = compute_soi(CATALOGUE, COMMUNICATION, "commune", {question.id: "oui"}, "v1")
    pairs = Pairs(Demande("commune-01001"), "communication", "v1", "", "", "", 0, False, {})
    lignes = list_resultats(question, CATALOGUE.list_indicateurs("communication"), pairs, soi)
    # Sans chiffre publié des pairs, la réponse est redite et l'absence expliquée.
    assert any("vous, oui ; trop peu de réponses chez vos pairs" in ligne for ligne in lignes)
    assert list_resultats(question, CATALOGUE.list_indicateurs("communication"), pairs, Soi("")) == ()
    # Un chiffre des pairs vient avec son intervalle et son doute, comme partout ailleurs.
    chiffre = Chiffre(
        "site_internet", "v1", "france", "", "", "", "indicative", n=40, redresse=0.87, bas=0.7, haut=0.95,
        note="C",
    )  # fmt: skip
    trouve = ChiffrePair(CATALOGUE.get_indicateur("site_internet"), chiffre)
    avec = replace(pairs, chiffres={"site_internet": trouve})
    lignes = list_resultats(question, CATALOGUE.list_indicateurs("communication"), avec, soi)
    assert "vous, oui ; 87\u202f% de vos pairs (entre 70 et 95\u202f%, indicatif)." in lignes[0]
