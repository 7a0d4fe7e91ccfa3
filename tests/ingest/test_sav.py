"""Un `.sav` redonne les réponses de l'export en CSV, et un fichier hostile est refusé d'une phrase."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from barometre.ingest import ImportRefuse, sav_reader
from tests.ingest.conftest import Importer, get_reponse

OUI_NON = {1.0: "Oui", 2.0: "Non"}
ETIQUETTES = {"Q01": OUI_NON, "Q02_SQ001": {1.0: "Oui", 0.0: "Non sélectionné"}, "Q05": {"A2": "En partie"}}


def write_sav(chemin: Path, lignes: int = 1, **options: bool) -> bytes:
    cadre = pd.DataFrame(
        {
            "submitdate": pd.to_datetime(["2023-12-05 10:00:00"] * lignes),
            "SIREN": "213300635", "Q01": 1.0, "Q02_SQ001": 1.0, "Q02_SQ002": 0.0, "Q03": 1200.0,
            "Q04": "Du temps", "Q05": "A2", "Q06": float("nan"),
        }
    )  # fmt: skip
    intitules = {"Q01": "Votre collectivité a-t-elle un site internet ?"}
    pyreadstat.write_sav(
        cadre, str(chemin), column_labels=intitules, variable_value_labels=ETIQUETTES, **options
    )
    return chemin.read_bytes()


@pytest.mark.parametrize("serre", [False, True])
def test_sav_comme_le_csv(importer: Importer, tmp_path: Path, serre: bool) -> None:
    lot = importer(write_sav(tmp_path / "s.sav", compress=serre), "export.sav")
    assert (lot.charges, lot.format) == (1, "sav"), lot.rejets
    attendues = {
        "q01": [("oui", "repondu", 1.0, None)],
        "q03": [("", "repondu", 1200.0, None)],
        "q04": [("", "repondu", None, "Du temps")],
        "q05": [("partiel", "repondu", 1.0, None)],
    }
    for question, attendue in attendues.items():
        assert [
            tuple(None if pd.isna(v) else v for v in r) for r in get_reponse(lot, "commune-33063", question)
        ] == attendue
    assert [(o, v) for o, _, v, _ in get_reponse(lot, "commune-33063", "q02")][:2] == [
        ("facebook", 1.0),
        ("instagram", 0.0),
    ]
    assert str(lot.participation["date_reponse"].iloc[0]).startswith("2023-12-05")


def test_sav_tronque(importer: Importer, tmp_path: Path) -> None:
    contenu = write_sav(tmp_path / "s.sav")
    with pytest.raises(ImportRefuse, match="SPSS tronqué ou mal formé"):
        importer(contenu[: len(contenu) // 3], "export.sav")


def test_sav_demesure(importer: Importer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sav_reader, "MAX_LIGNES", 2)
    with pytest.raises(ImportRefuse, match="trop de réponses"):
        importer(write_sav(tmp_path / "s.sav", 5), "export.sav")
    monkeypatch.setattr(sav_reader, "MAX_COLONNES", 2)
    with pytest.raises(ImportRefuse, match="trop de colonnes"):
        importer(write_sav(tmp_path / "s.sav"), "export.sav")


def test_un_sav_sans_intitules_n_a_pas_une_reponse_de_trop(importer: Importer, tmp_path: Path) -> None:
    """Les noms tenaient lieu d'intitulés : écrits deux fois, ils comptaient pour une ligne en quarantaine."""
    chemin = tmp_path / "n.sav"
    pyreadstat.write_sav(pd.DataFrame({"SIREN": ["213300635"], "Q01": [1.0], "Q03": [12.0]}), str(chemin))
    lot = importer(chemin.read_bytes(), "n.sav")
    assert (lot.lus, lot.charges, lot.quarantaine) == (1, 1, 0)
