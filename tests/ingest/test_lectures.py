"""Une cellule, seule : ce qu'on en lit, ou la phrase de son refus."""

from __future__ import annotations

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
from barometre.ingest.libres import _is_mot
from barometre.ingest.questionnaire_answers import count_answered
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
