"""La correspondance proposée se relit telle quelle."""

from __future__ import annotations

from pathlib import Path

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
