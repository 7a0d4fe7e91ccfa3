"""Une ligne par réponse : les mêmes réponses que la forme large, ou un refus qui dit pourquoi."""

from __future__ import annotations

import pandas as pd
import pytest

from barometre.ingest import ImportRefuse
from tests.ingest.conftest import Importer, check_counts, get_reponse

LARGE = (
    "SIREN;Q01;Q02[SQ001];Q02[SQ002];Q03;Q05\n"
    "213300635;Y;Y;Y;12;A2\n"
    "210100012;N;;Y;3;\n"
)  # fmt: skip
LONG = (
    "id;SIREN;Code question;Sous-question;Réponse\n"
    "1;213300635;Q01;;Y\n1;213300635;Q02;SQ001;Y\n1;213300635;Q02;SQ002;Y\n1;213300635;Q03;;12\n"
    "2;210100012;Q01;;N\n2;210100012;Q02;SQ002;Y\n2;210100012;Q03;;3\n1;213300635;Q05;;A2\n"
)


def test_une_ligne_par_reponse(importer: Importer) -> None:
    lot, large = importer(LONG), importer(LARGE)
    check_counts(lot)
    assert (lot.lus, lot.charges) == (2, 2), lot.rejets
    pd.testing.assert_frame_equal(lot.fait_reponse, large.fait_reponse)
    assert "Une ligne par réponse : 8 lignes réunies en 2 répondantes." in lot.avertissements


def test_intitules_cases_repetees_et_identifiant_en_reponse(importer: Importer) -> None:
    lot = importer(
        "Numéro de réponse;Question;Valeur\n7;SIREN;213300635\n"
        "7;Quels réseaux sociaux utilisez-vous ?;Facebook\n"
        "7;Quels réseaux sociaux utilisez-vous ?;Instagram\n"
        "7;Votre collectivité a-t-elle un site internet ?;Oui\n"
    )
    assert [o for o, _, v, _ in get_reponse(lot, "commune-33063", "q02") if v == 1] == [
        "facebook",
        "instagram",
    ]
    assert get_reponse(lot, "commune-33063", "q01") == [("oui", "repondu", 1.0, None)]


def test_deux_reponses_ne_se_choisissent_pas(importer: Importer) -> None:
    """Sans numéro de réponse, deux répondantes d'une commune ne se mêlent pas."""
    entete = "SIREN;Profil;Question;Réponse\n"
    deux_fois = importer(f"{entete}213300635;agent;Q01;Y\n213300635;agent;Q01;N\n")
    assert [r.motif for r in deux_fois.rejets] == ["Plusieurs réponses pour une question à choix unique."]
    deux_profils = importer(f"{entete}213300635;agent;Q01;Y\n213300635;élu;Q06;N\n210100012;agent;Q01;Y\n")
    check_counts(deux_profils)
    assert (deux_profils.charges, deux_profils.quarantaine) == (1, 1)
    assert "se contredisent" in deux_profils.rejets[0].motif


def test_colonnes_declarees(importer: Importer) -> None:
    declaree = {"colonnes": {"Champ": "question", "Contenu": "reponse", "Mairie": "siren"}}
    lot = importer("Mairie;Champ;Contenu\n213300635;Q01;Y\n213300635;Q03;12\n", correspondance=declaree)
    assert get_reponse(lot, "commune-33063", "q03") == [("", "repondu", 12.0, None)]


def test_personne_ne_repond(importer: Importer) -> None:
    with pytest.raises(ImportRefuse, match="aucune colonne ne dit qui répond"):
        importer("Question;Réponse\nQ01;Y\n")
