"""diagnostic : une variable mal écrite se voit, un secret ne s'affiche pas, ce qui bloque donne le code 1."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from barometre.cli import main
from barometre.domain.variables import VARIABLES
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.versions import open_entrepot

RACINE = Path(__file__).resolve().parents[2]
NOM = re.compile(r"BAROMETRE_[A-Z_]+[A-Z]")
SECRET = "n0uvelle-cle-de-service-tres-longue-42"


@pytest.fixture
def machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, construire_mini: Callable[[Entrepot], str]
) -> Path:
    """Un entrepôt, un registre et des dossiers à nous."""
    monkeypatch.setenv("BAROMETRE_ENTREPOT", str(tmp_path / "entrepot"))
    monkeypatch.setenv("BAROMETRE_REGISTRE", f"sqlite:///{tmp_path}/registre.db")
    monkeypatch.setenv("BAROMETRE_COPIES", str(tmp_path / "miroir"))
    monkeypatch.setenv("BAROMETRE_CONTOURS", str(tmp_path / "contours"))
    construire_mini(open_entrepot())
    return tmp_path


def read_constats(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, tuple[str, str]]]:
    code = main(["diagnostic", "--json"])
    lus = json.loads(capsys.readouterr().out)
    assert lus["ok"] == (code == 0)
    return code, {c["objet"]: (c["gravite"], c["detail"]) for c in lus["constats"]}


@pytest.mark.usefixtures("machine")
def test_une_machine_prete(capsys: pytest.CaptureFixture[str]) -> None:
    code, constats = read_constats(capsys)
    assert code == 0
    assert constats["Registre"][0] == "bon"
    assert constats["Entrepôt"][0] == "note"  # calculé d'un autre programme : à refaire, pas à réparer
    assert "recalculer" in constats["Entrepôt"][1]


@pytest.mark.usefixtures("machine")
def test_une_variable_mal_ecrite_est_nommee(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAROMETRE_ENTREPOTS", "ailleurs")
    code, constats = read_constats(capsys)
    assert code == 1
    assert constats["BAROMETRE_ENTREPOTS"][0] == "FAUX"


@pytest.mark.usefixtures("machine")
def test_ni_secret_ni_mot_de_passe_ne_s_affichent(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAROMETRE_OIDC_SECRET", SECRET)
    monkeypatch.setenv("BAROMETRE_ENTREPOT", "postgresql://moi:tres-secret@127.0.0.1:1/rien")
    assert main(["diagnostic"]) == 1  # ce serveur n'existe pas
    ecran = capsys.readouterr().out
    assert SECRET not in ecran
    assert "tres-secret" not in ecran
    assert "postgresql://moi:…@127.0.0.1:1/rien" in ecran


@pytest.mark.usefixtures("machine")
def test_en_production_un_reglage_qui_manque_empeche_d_ouvrir(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAROMETRE_PRODUCTION", "1")
    assert main(["diagnostic"]) == 1
    assert "FAUX  Ouverture : BAROMETRE_ADRESSE" in capsys.readouterr().out


def test_un_dossier_qui_est_un_fichier(
    machine: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (machine / "plein").write_text("", encoding="utf-8")
    monkeypatch.setenv("BAROMETRE_COPIES", str(machine / "plein" / "miroir"))
    code, constats = read_constats(capsys)
    assert (code, constats["Copies des sources"][0]) == (1, "FAUX")


def test_le_code_la_liste_et_la_documentation_nomment_les_memes_variables() -> None:
    liste = {variable.nom for variable in VARIABLES}
    sources = [p for p in (RACINE / "barometre").rglob("*.py") if p.name != "variables.py"]
    code = {nom for p in sources for nom in NOM.findall(p.read_text(encoding="utf-8"))}
    doc = set(NOM.findall((RACINE / "docs" / "exploitation.md").read_text(encoding="utf-8")))
    assert code == liste
    assert doc == liste
