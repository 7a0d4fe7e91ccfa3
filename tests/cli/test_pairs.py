"""`pairs` donne la même liste que la page, et refuse par une phrase."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from barometre.catalogue import load_catalogue
from barometre.cli import main
from barometre.views.collectivite.liste_pairs import build_liste_pairs
from barometre.views.collectivite.structure import build_structure
from barometre.warehouse.repository import Repository
from tests.views.terrain_pairs import SOI, build_terrain, open_gate


@pytest.fixture
def depot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setenv("BAROMETRE_ENTREPOT", str(tmp_path))
    return build_terrain(tmp_path)


def test_la_commande_donne_la_meme_liste_que_la_page(
    depot: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    gate = open_gate(depot)
    collectivite = gate.get_collectivite(SOI)
    assert collectivite is not None
    for methode in ("strate", "semblables"):
        assert main(["pairs", SOI, "--methode", methode, "--json"]) == 0
        ecrit = json.loads(capsys.readouterr().out)
        liste = build_liste_pairs(gate, load_catalogue(), build_structure(gate), collectivite, methode)  # type: ignore[arg-type]
        assert ecrit == json.loads(json.dumps(liste.to_dict()))
        assert set(ecrit) == {"methode", "echelon", "n", "n_repondants", "pairs"}
        assert SOI not in {p["collectivite_id"] for p in ecrit["pairs"]}


def test_un_ancien_code_suffit_et_le_tableau_se_lit(
    depot: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["pairs", "01900"]) == 0
    assert "Vieil-Essai, aujourd’hui Essai-01-0." in capsys.readouterr().out


def test_une_collectivite_inconnue_est_refusee(depot: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pairs", "nulle-part"]) == 1
    assert "n'existe pas" in capsys.readouterr().err
    assert main(["pairs", SOI, "--methode", "hasard"]) == 2
