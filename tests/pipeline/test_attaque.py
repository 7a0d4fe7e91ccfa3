"""L'attaque d'une version : rien ne s'y devine, et ce qui s'y devinerait se nomme."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from barometre.cli import main
from barometre.pipeline import attaque
from barometre.pipeline.import_lot import importer
from barometre.pipeline.verify import verifier
from barometre.stats import question, search
from barometre.warehouse.controles import Controle
from tests.pipeline.test_construire import QUESTIONNAIRE, VAGUE, codes
from tests.pipeline.test_remplacement import charge, write_reponses

__all__ = ["charge", "codes"]


@pytest.fixture
def partagee(charge: str, codes: list[str], tmp_path: Path) -> str:
    """Les cent mêmes, dont une sur trois répond autrement."""
    lignes = write_reponses(tmp_path / "partagee.csv", codes[:100]).read_text("utf-8").splitlines()
    lues = [ligne.replace("A1,A1,Y", "A2,A2,N") if i % 3 else ligne for i, ligne in enumerate(lignes)]
    (tmp_path / "partagee.csv").write_text("\n".join(lues) + "\n", encoding="utf-8")
    importer(tmp_path / "partagee.csv", QUESTIONNAIRE, VAGUE, confirme=True, adresse=charge)
    return charge


def _attack(adresse: str) -> Controle:
    dernier = verifier(adresse, attaque=True)[1][-1]
    assert dernier.nom == attaque.NOM
    return dernier


def test_une_version_saine_ne_laisse_rien_deviner(partagee: str) -> None:
    controle = _attack(partagee)
    assert controle.ok
    assert controle.detail.startswith("1\xa0vague attaquée")


def test_ce_que_la_recherche_laisse_deviner_se_nomme(partagee: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sans autre tirage et à un seuil bien plus sévère, des réponses restent devinées."""
    monkeypatch.setattr(question, "DEVINE", 0.6)
    monkeypatch.setattr(search, "TOURS", 0)
    monkeypatch.setattr(search, "REPRISES", 0)
    controle = _attack(partagee)
    assert not controle.ok
    assert f"({VAGUE})" in controle.detail
    assert "recalculer" in controle.detail


def test_la_commande_ne_refait_l_attaque_que_si_on_la_demande(
    charge: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BAROMETRE_ENTREPOT", charge)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    for mots, attendu in (([], False), (["--attaque"], True)):
        assert main(["verifier", "--json", *mots]) == 0
        noms = {c["nom"] for c in json.loads(capsys.readouterr().out)["controles"]}
        assert (attaque.NOM in noms) is attendu
