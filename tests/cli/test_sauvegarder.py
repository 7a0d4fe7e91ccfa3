"""Sauvegarder puis restaurer par la console : entrepôt, registre, journal, refus en une phrase."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from barometre.access.comptes import Identite
from barometre.access.registre import open_registre
from barometre.cli import main
from barometre.cli.sauvegarder import describe_sauvegarde
from barometre.pipeline.sauvegarde import Sauvegarde
from barometre.warehouse.versions import open_entrepot

Ecran = pytest.CaptureFixture[str]


def choose_machine(monkeypatch: pytest.MonkeyPatch, dossier: Path) -> tuple[str, str]:
    """L'entrepôt et le registre d'une machine."""
    lieux = (str(dossier / "entrepot"), f"sqlite:///{dossier}/registre.db")
    monkeypatch.setenv("BAROMETRE_ENTREPOT", lieux[0])
    monkeypatch.setenv("BAROMETRE_REGISTRE", lieux[1])
    return lieux


def test_d_une_machine_a_une_autre(
    petit_socle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Ecran
) -> None:
    entrepot, _ = choose_machine(monkeypatch, tmp_path / "une")
    shutil.copytree(petit_socle, entrepot)
    compte = open_registre().comptes.recognize(Identite("https://pro", "idp", "a", "a@essai.fr", ""))
    accorder = ["acces", "accorder", compte, "--role", "opsn", "--opsn", "adat", "--motif", "convention"]
    assert main(accorder) == 0
    copie = str(tmp_path / "copie")
    capsys.readouterr()
    assert main(["sauvegarder", copie, "--json"]) == 0
    faite = json.loads(capsys.readouterr().out)
    assert (faite["dossier"], faite["lots"], faite["version"]) == (
        copie, 0, open_entrepot(entrepot).get_active()
    )  # fmt: skip
    assert main(["sauvegarder", copie]) == 1
    assert "existe déjà" in capsys.readouterr().err

    ailleurs, registre = choose_machine(monkeypatch, tmp_path / "autre")
    assert main(["restaurer", copie]) == 0
    assert "en service" in capsys.readouterr().out
    assert open_entrepot(ailleurs).get_active() is not None
    rendu = open_registre(registre)
    assert rendu.lister()["compte"].tolist() == [compte]
    assert rendu.list_journal()["action"].tolist() == ["restaurer", "sauvegarder", "accorder"]
    assert rendu.check_journal().is_intact
    active = open_entrepot(ailleurs).get_active()
    assert main(["restaurer", copie]) == 1
    assert "registre neuf" in capsys.readouterr().err
    assert open_entrepot(ailleurs).get_active() == active


def test_sans_sauvegarde_une_phrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Ecran) -> None:
    choose_machine(monkeypatch, tmp_path)
    assert main(["restaurer", str(tmp_path / "rien")]) == 1
    assert "n'est pas une sauvegarde" in capsys.readouterr().err


def test_le_poids_d_une_sauvegarde_s_ecrit_en_francais() -> None:
    phrase = describe_sauvegarde(Sauvegarde("v1", False, {}, 1, 12_900_000), Path("copie"))
    assert "Version v1, 1\u00a0fichier reçu et registre sauvegardés dans « copie » (12,3\u00a0Mo)." in phrase
