"""Un `.sav` redonne les réponses de l'export en CSV, et un fichier hostile est refusé d'une phrase."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from barometre.ingest import ImportRefuse, sav_reader
from barometre.ingest.layout import Feuille
from barometre.ingest.sav_reader import read_sav
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
    with pytest.raises(ImportRefuse, match=r"« export\.sav » a trop de réponses : plus de 2"):
        importer(write_sav(tmp_path / "s.sav", 5), "export.sav")
    monkeypatch.setattr(sav_reader, "MAX_COLONNES", 8)
    with pytest.raises(ImportRefuse, match=r"« export\.sav » a trop de colonnes : 9"):
        importer(write_sav(tmp_path / "s.sav"), "export.sav")


def test_un_sav_a_la_limite_est_lu_en_entier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sav(tmp_path / "s.sav", 2)
    monkeypatch.setattr(sav_reader, "MAX_LIGNES", 2)
    monkeypatch.setattr(sav_reader, "MAX_COLONNES", 9)
    assert len(read_sav(tmp_path / "s.sav")[0].lignes) == 4


def test_un_sav_demesure_n_est_pas_lu_en_entier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ce qui vient après la limite ne se lit pas : que le fichier y soit coupé ne s'y voit pas."""
    chemin = tmp_path / "s.sav"
    ligne = len(write_sav(chemin, 6)) - len(write_sav(chemin, 5))
    chemin.write_bytes(write_sav(chemin, 6)[: -3 * ligne])
    monkeypatch.setattr(sav_reader, "MAX_LIGNES", 2)
    with pytest.raises(ImportRefuse, match="trop de réponses"):
        read_sav(chemin)
    monkeypatch.setattr(sav_reader, "MAX_LIGNES", 3)
    with pytest.raises(ImportRefuse, match="SPSS tronqué"):
        read_sav(chemin)
    monkeypatch.setattr(sav_reader, "MAX_COLONNES", 8)
    with pytest.raises(ImportRefuse, match="trop de colonnes"):
        read_sav(chemin)


def test_un_sav_sans_intitules_n_a_pas_une_reponse_de_trop(importer: Importer, tmp_path: Path) -> None:
    """Les noms tenaient lieu d'intitulés : écrits deux fois, ils comptaient pour une ligne en quarantaine."""
    chemin = tmp_path / "n.sav"
    pyreadstat.write_sav(pd.DataFrame({"SIREN": ["213300635"], "Q01": [1.0], "Q03": [12.0]}), str(chemin))
    assert [numero for numero, _ in read_sav(chemin)[0].lignes] == [2, 3]  # la réponse garde sa ligne
    lot = importer(chemin.read_bytes(), "n.sav")
    assert (lot.lus, lot.charges, lot.quarantaine) == (1, 1, 0)


def test_un_sav_dont_seuls_les_intitules_parlent(importer: Importer, tmp_path: Path) -> None:
    """Sphinx nomme ses variables V1, V2… : les intitulés disent la question, les étiquettes la réponse."""
    intitules = {"V1": "SIREN", "V2": "Votre collectivité a-t-elle un site internet ?", "V3": "submitdate"}
    reponses = pd.DataFrame(
        {
            "V1": ["213300635", "210100012", "200053767"],
            "V2": [2.0, 1.0, 7.0],
            "V3": pd.to_datetime(["2023-12-05 10:00:00", None, "2023-12-06 00:00:00"]),
        }
    )
    chemin = tmp_path / "s.sav"
    pyreadstat.write_sav(
        reponses, str(chemin), column_labels=intitules, variable_value_labels={"V2": OUI_NON}
    )
    assert read_sav(chemin) == [
        Feuille(
            "réponses",
            [
                (1, list(intitules.values())),
                (2, ["V1", "V2", "V3"]),
                (3, ["213300635", "Non", "2023-12-05 10:00:00"]),
                (4, ["210100012", "Oui", ""]),
                (5, ["200053767", "7", "2023-12-06 00:00:00"]),
            ],
            entetes=2,
        )
    ]
    lot = importer(chemin.read_bytes(), "s.sav")
    assert get_reponse(lot, "commune-33063", "q01")[0][0] == "non"
    # Les noms de variables, sous les intitulés, ne sont pas une réponse.
    assert [(r.ligne, r.valeur) for r in lot.rejets] == [(5, "7")]
    assert (lot.lus, lot.charges, lot.quarantaine) == (3, 2, 1)
