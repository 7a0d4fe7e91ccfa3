"""La correspondance proposée se relit telle quelle."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml

from barometre.ingest.proposal import propose_correspondance
from tests.ingest.conftest import QUESTIONNAIRE, Importer


def test_la_proposition_se_relit(importer: Importer, tmp_path: Path) -> None:
    contenu = "Numéro de SIREN;Q01;Q02[SQ001];Facebookk;Q03\n213300635;Y;Y;x;12\n"
    (tmp_path / "p.csv").write_text(contenu)
    proposee = yaml.safe_load(propose_correspondance(tmp_path / "p.csv", QUESTIONNAIRE))
    assert proposee["colonnes"] == {
        "Numéro de SIREN": "siren",
        "Q01": "communication_q01",
        "Q02[SQ001]": "communication_q02[facebook]",
        "Facebookk": "ignorer",
        "Q03": "communication_q03",
    }
    lot = importer(contenu, correspondance=proposee)
    assert (lot.charges, lot.avertissements[:1]) == (1, importer(contenu).avertissements[1:2])


RESEAUX = "Quels réseaux sociaux utilisez-vous ?"


@pytest.mark.parametrize(
    ("contenu", "attendu"),
    [
        pytest.param(
            f'SIREN;Q01;{RESEAUX}\n213300635;Y;"Facebook, Instagram"\n210100012;N;Facebook\n',
            {"separateur": ","}, id="cases jointes",
        ),
        pytest.param(
            "SIREN;Q01;Q02[SQ001];Q02[SQ002]\n213300635;1;2;1\n210100012;2;;1\n",
            {"valeurs": {"cases": {"1": "oui", "2": "non"}}}, id="1 et 2",
        ),
        pytest.param(
            "SIRET EPCI;SIRET commune;Q01\n;21330063500017;Y\n20000017200019;21010001200018;N\n",
            {"identifiants": ["SIRET commune", "SIRET EPCI"]}, id="deux SIRET",
        ),
        pytest.param("Baromètre;;\n;;\nSIREN;Q01;Q03\n213300635;Y;3\n", {"entete": 3}, id="titre"),
        pytest.param(
            "Mairie SIREN;Variable;Valeur\n213300635;Q01;Y\n213300635;Q03;3\n", {}, id="une ligne par réponse"
        ),
    ],
)  # fmt: skip
def test_la_proposition_charge_le_meme_fichier(
    importer: Importer, tmp_path: Path, contenu: str, attendu: dict[str, object]
) -> None:
    """Tout ce que l'import devine y est écrit, pas seulement les colonnes."""
    (tmp_path / "p.csv").write_text(contenu)
    texte = propose_correspondance(tmp_path / "p.csv", QUESTIONNAIRE)
    proposee = yaml.safe_load(texte)
    colonnes = proposee.pop("colonnes")
    assert proposee == attendu
    assert colonnes
    devine, declare = importer(contenu), importer(contenu, correspondance=yaml.safe_load(texte))
    assert devine.charges > 0
    pd.testing.assert_frame_equal(declare.fait_reponse, devine.fait_reponse)


def test_deux_identifiants_differents_se_controlent(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("Code INSEE;SIREN;Q01\n33063;213300635;Y\n")
    texte = propose_correspondance(tmp_path / "p.csv", QUESTIONNAIRE)
    assert '# identifiants: ["SIREN", "Code INSEE"]' in texte
    assert "identifiants" not in yaml.safe_load(texte)


@pytest.mark.parametrize(
    ("nom", "simule"),
    [
        ("reponses_non_simulees.csv", False),
        ("simulateur.csv", False),
        ("pas-simule.csv", False),
        ("r_simule.csv", True),
    ],
)
def test_marque_simulee_du_nom(importer: Importer, nom: str, simule: bool) -> None:
    assert importer("SIREN;Q01\n213300635;Y\n", nom).simule is simule
