"""Une cellule, seule : ce qu'on en lit, ou la phrase de son refus."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from barometre.ingest.answers import (
    HORS_LISTE,
    NE_SAIT_PAS,
    NON_CONCERNE,
    REPONDU,
    SANS_REPONSE,
    Reponses,
    build_reader,
)
from barometre.ingest.columns import Plan
from barometre.ingest.export import Export
from barometre.ingest.libres import _is_mot
from barometre.ingest.multiple import _split_libres
from barometre.ingest.questionnaire_answers import count_answered
from barometre.ingest.respondents import find_inacheves
from barometre.ingest.suites import list_suites
from barometre.ingest.xlsx_reader import format_nombre_xml
from tests.ingest.conftest import QUESTIONNAIRE
from tests.ingest.test_actions import prepare

ACCESSIBLE = next(q for q in QUESTIONNAIRE.questions if q.code == "Q05")
PLUSIEURS = "Plusieurs réponses pour une question à choix unique."


@pytest.mark.parametrize(
    ("texte", "etat", "rang", "motif"),
    [
        ("A2", REPONDU, 1, ""),
        ("En partie", REPONDU, 1, ""),
        ("", SANS_REPONSE, None, ""),
        ("Sans objet", NON_CONCERNE, None, ""),
        ("Je ne sais pas", NE_SAIT_PAS, None, ""),
        ("A1;A2", SANS_REPONSE, None, PLUSIEURS),
        ("A1 | A2 | A3", SANS_REPONSE, None, PLUSIEURS),
        ("A1;bof", SANS_REPONSE, None, HORS_LISTE),
        ("bof;mouais", SANS_REPONSE, None, HORS_LISTE),
        ("bof", SANS_REPONSE, None, HORS_LISTE),
    ],
)
def test_une_reponse_a_choix_unique(texte: str, etat: int, rang: int | None, motif: str) -> None:
    lue = build_reader(ACCESSIBLE, {})(texte)
    assert (lue.etat, lue.motif) == (etat, motif)
    assert np.isnan(lue.valeur) if rang is None else lue.valeur == rang


def test_je_ne_sais_pas_est_une_reponse_sans_objet_n_en_est_pas_une() -> None:
    lignes = [
        [REPONDU, REPONDU], [REPONDU, NE_SAIT_PAS], [NE_SAIT_PAS, SANS_REPONSE], [NON_CONCERNE, SANS_REPONSE],
        [SANS_REPONSE, REPONDU],
    ]  # fmt: skip
    vide = np.full(len(lignes), np.nan)
    reponses = {
        str(i): Reponses(ACCESSIBLE, np.array(etats, dtype=np.int8), vide, vide.astype(object))
        for i, etats in enumerate(zip(*lignes, strict=True))
    }
    assert count_answered(reponses).tolist() == [2, 2, 1, 0, 1]


@pytest.mark.parametrize(
    ("brut", "lu"),
    [
        ("2.1010001200015E13", "21010001200015"),
        ("1E15", "1000000000000000"),
        ("1E16", "1E16"),
        ("1.5E-15", "0.0000000000000015"),
        ("1.5E-16", "1.5E-16"),
        ("1.234", "1.2340"),
        ("12.30", "12.3"),
        ("1E-7", "0.0000001"),
        ("INF", "INF"),
        ("NaN", "NaN"),
        ("oui", "oui"),
    ],
)
def test_un_nombre_d_un_classeur_se_lit_sans_exposant(brut: str, lu: str) -> None:
    assert format_nombre_xml(brut) == lu


@pytest.mark.parametrize(
    ("mot", "sien", "proche"),
    [
        ("facebok", "facebook", True),
        ("linkd", "linke", False),
        ("blogs", "blog", False),  # quatre lettres : trop court pour une faute de frappe
        ("infos", "infosx", True),  # cinq suffisent
    ],
)
def test_une_faute_de_frappe_ressemble_assez(mot: str, sien: str, proche: bool) -> None:
    assert _is_mot(mot, sien) == proche


def test_une_liste_de_beneficiaires_peut_n_avoir_que_trois_colonnes(tmp_path: Path) -> None:
    lot = prepare(tmp_path, "243300316;Portail;10", entetes="SIREN;Projet;Montant (€)")
    (action,) = lot.actions.to_dict("records")
    assert (action["montant"], action["statut"], action["axe"]) == (10, "inconnu", "")


def _build_export(entete: str, cellules: Sequence[str], role: str) -> tuple[Export, Plan]:
    lignes = tuple(range(2, len(cellules) + 2))
    export = Export("r.csv", "e", "csv", (entete,), (tuple(cellules),), lignes, (), (), ())
    plan = Plan(roles={role: 0})
    plan.colonnes_de[role].append(0)
    return export, plan


@pytest.mark.parametrize(
    ("codes", "dit"),
    [
        (range(33063, 33071), "8 codes se suivent un à un, de 33063 à 33070"),
        (range(33063, 33070), ""),  # sept peuvent être de vraies voisines
        (range(33070, 33062, -1), ""),  # ils descendent
        (range(33063, 33079, 2), ""),
        ([10001, 20002, *range(33063, 33072), 1], "9 codes se suivent un à un, de 33063 à 33071"),
        ([33063] * 9, ""),
    ],
)
def test_des_codes_qu_un_tableur_a_etires(codes: Sequence[int], dit: str) -> None:
    export, plan = _build_export("Code INSEE", [str(c) for c in codes], "code")
    phrases = " ".join(list_suites(export, plan, ["commune"] * len(codes)))
    assert dit in phrases
    assert bool(phrases) == bool(dit)
    # Un nom à côté confirme ou contredit chaque code.
    plan.colonnes_de["nom"].append(0)
    assert list_suites(export, plan, ["commune"] * len(codes)) == []


def test_qui_n_est_pas_a_la_derniere_page_n_a_pas_fini() -> None:
    inacheves = find_inacheves(*_build_export("lastpage", ["6", "5", "", "6", "x"], "derniere_page"))
    assert inacheves is not None
    assert inacheves.tolist() == [False, True, True, False, True]
    assert find_inacheves(*_build_export("lastpage", ["6", "6"], "derniere_page")) is None
    assert find_inacheves(*_build_export("autre", ["6", "5"], "code")) is None


def test_une_enumeration_se_coupe_au_signe_qui_donne_le_plus_d_options() -> None:
    cles = {"facebook": 0, "instagram": 1}
    libres = ("Facebook et Instagram et X & Instagram", "Mastodon", "Bluesky et Facebook")
    assert _split_libres((), libres, cles) == ((0, 1, 0), ("X & Instagram", "Mastodon", "Bluesky"))
