"""Ce qui se lit dans le catalogue : des phrases courtes, en français, une règle pour tous les thèmes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from barometre.catalogue import load_catalogue
from barometre.catalogue.validation import read_yaml
from barometre.domain.enquete import Question, Questionnaire, TypeQuestion
from scripts.corriger_typographie import CATALOGUE, corriger, list_fichiers

DEFINITION_MAXIMUM = 200
QUESTIONS = range(10, 26)
PRATIQUES = range(6, 10)
CHIFFRES_CLES = range(2, 5)
MEMBRES_GROUPE_MINIMUM = 3
BASE_GENERALE = "Collectivités ayant répondu à la question"

# Les clés que personne ne lit à l'écran, ou qui portent les mots anglais que l'on cherche.
CLES_SANS_TEXTE = {"id", "lien", "url", "mots_cles", "icone", "regle", "question_id", "code"}

ANGLICISMES = re.compile(
    r"\b(the|and|with|smart|dashboards?|workflows?|feedback|e-?mails?|mails?|digital\w*|cloud|login|"
    r"newsletters?|hotline|chatbots?|backups?|firewall|benchmark\w*|process|reporting|roadmap|helpdesk|"
    r"ticketing|deadline|challenges?|coworking|hackers?|phishing|ransomwares?)\b",
    re.IGNORECASE,
)

INDICATEURS = list(load_catalogue().indicateurs.values())
DECLARES = [i for i in INDICATEURS if i.origine == "declare"]
QUESTIONNAIRES = list(load_catalogue().questionnaires.values())
QUESTIONS_POSEES = [question for questionnaire in QUESTIONNAIRES for question in questionnaire.questions]


# Un point, un point d'interrogation ou d'exclamation suivi d'une espace ouvre une deuxième phrase.
DEUXIEME_PHRASE = re.compile(r"[.?!]\s")


# « Dehors », « Par SMS » : une alerte, une carte, une synthèse ne citent que le titre.
SANS_SUJET = re.compile(r"(Dans|Par|Chez|Dehors|Au(?! moins)|Aux|À la|À l’(?!accueil,))\b")


def test_un_titre_se_lit_seul() -> None:
    assert [i.id for i in DECLARES if SANS_SUJET.match(i.titre)] == []


def test_deux_indicateurs_n_ont_pas_le_meme_titre() -> None:
    """« Le manque de temps » en nommait deux : sur Explorer, deux parts sous un même nom."""
    assert [titre for titre, n in Counter(i.titre for i in INDICATEURS).items() if n > 1] == []


def test_la_definition_est_une_phrase() -> None:
    assert [
        i.id
        for i in INDICATEURS
        if not i.definition.endswith(".")
        or not i.definition[0].isupper()
        or len(i.definition) > DEFINITION_MAXIMUM
        or DEUXIEME_PHRASE.search(i.definition)
    ] == []


def test_une_part_se_dit_en_pourcentage() -> None:
    assert [i.id for i in DECLARES if i.est_part != (i.unite == "%")] == []


def test_les_actions_sont_une_a_trois_phrases() -> None:
    assert [i.id for i in INDICATEURS if not 1 <= len(i.actions) <= 3] == []
    textes = [action.texte for i in INDICATEURS for action in i.actions]
    assert [texte for texte in textes if not texte[0].isupper() or not texte.endswith(".")] == []


def test_les_phrases_de_la_fiche_se_terminent() -> None:
    assert [i.id for i in INDICATEURS if not i.pourquoi.endswith(".")] == []
    assert [i.id for i in INDICATEURS if not i.precautions.endswith(".")] == []
    assert [i.id for i in INDICATEURS if i.base.endswith(".") or i.titre.endswith(".")] == []


def test_la_base_dit_a_qui_la_question_a_ete_posee() -> None:
    questions = {question.id: question for question in QUESTIONS_POSEES}
    restreints = [i for i in DECLARES if _est_restreinte(questions[i.calcul.question_id])]
    assert [i.id for i in restreints if i.base == BASE_GENERALE] == []


def _est_restreinte(question: Question) -> bool:
    return question.condition is not None or bool(question.types)


def test_une_pratique_se_compte_et_se_souhaite() -> None:
    pratiques = [i for i in DECLARES if i.pratique]
    # « 6 pratiques sur 9 » : chacune vaut oui ou non, et oui vaut mieux.
    assert [i.id for i in pratiques if not i.est_part or i.sens != "plus_haut_mieux"] == []


@pytest.mark.parametrize("questionnaire", QUESTIONNAIRES, ids=lambda q: q.id)
def test_un_questionnaire_reste_court_et_varie(questionnaire: Questionnaire) -> None:
    assert len(questionnaire.questions) in QUESTIONS
    assert {question.type for question in questionnaire.questions} == set(get_args(TypeQuestion))
    assert any(question.ne_sait_pas for question in questionnaire.questions)


def test_une_question_se_pose() -> None:
    posees = [question for question in QUESTIONS_POSEES if question.type != "texte"]
    assert [question.id for question in posees if not question.libelle.endswith("?")] == []


def test_un_choix_multiple_a_les_codes_d_un_export() -> None:
    codes = {q.id: [o.code for o in q.options] for q in QUESTIONS_POSEES if q.type == "choix_multiple"}
    assert {id_: c for id_, c in codes.items() if c != [f"SQ{n:03}" for n in range(1, len(c) + 1)]} == {}


def test_un_nombre_a_une_unite_et_un_minimum() -> None:
    nombres = [question for question in QUESTIONS_POSEES if question.type == "nombre"]
    assert [question.id for question in nombres if not question.unite or question.minimum is None] == []


@pytest.mark.parametrize("theme_id", [q.id for q in QUESTIONNAIRES])
def test_un_theme_a_des_pratiques_et_des_chiffres_cles(theme_id: str) -> None:
    declares = [i for i in DECLARES if i.theme_id == theme_id]
    assert len([i for i in declares if i.pratique]) in PRATIQUES
    assert len([i for i in declares if i.cle]) in CHIFFRES_CLES


def test_un_groupe_a_au_moins_trois_membres() -> None:
    membres = Counter(i.groupe for i in INDICATEURS if i.groupe)
    assert {groupe: n for groupe, n in membres.items() if n < MEMBRES_GROUPE_MINIMUM} == {}


def test_deux_indicateurs_d_un_theme_ne_portent_pas_le_meme_titre() -> None:
    titres = Counter((i.theme_id, i.titre) for i in DECLARES)
    assert [titre for titre, fois in titres.items() if fois > 1] == []


def _textes(valeur: Any, cle: str = "") -> Iterator[str]:
    if isinstance(valeur, dict):
        for sous_cle, contenu in valeur.items():
            yield from _textes(contenu, str(sous_cle))
    elif isinstance(valeur, list):
        for contenu in valeur:
            yield from _textes(contenu, cle)
    elif isinstance(valeur, str) and cle not in CLES_SANS_TEXTE:
        yield valeur


@pytest.mark.parametrize("chemin", list(list_fichiers()), ids=lambda c: str(c.relative_to(CATALOGUE)))
class TestFichiers:
    def test_la_typographie_est_francaise(self, chemin: Path) -> None:
        faux = [texte for texte in _textes(read_yaml(chemin, chemin.name)) if texte != corriger(texte)]
        assert faux == [], "python -m scripts.corriger_typographie"

    def test_on_y_parle_francais(self, chemin: Path) -> None:
        textes = _textes(read_yaml(chemin, chemin.name))
        assert [texte for texte in textes if ANGLICISMES.search(texte)] == []


@pytest.mark.parametrize(
    ("brut", "attendu"),
    [
        ("l'accueil", "l’accueil"),
        ("Oui ?", "Oui\u202f?"),
        ("« open data »", "«\u202fopen data\u202f»"),
        ("3 500 habitants", "3\u202f500 habitants"),
        ("50 %.", "50\u202f%."),
        ("article L. 112-8", "article L.\u00a0112-8"),
        ("loi n° 2021-1485", "loi n°\u00a02021-1485"),
        ("%", "%"),  # une unité seule
        ("14 h 30 à Saint-Denis", "14 h 30 à Saint-Denis"),  # rien à corriger
    ],
)
def test_corriger(brut: str, attendu: str) -> None:
    assert corriger(brut) == attendu
    assert corriger(attendu) == attendu
