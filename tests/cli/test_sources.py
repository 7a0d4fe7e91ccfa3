"""`sources` : un état par source, une phrase par refus, un seul objet JSON."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from barometre.access.registre import get_registre
from barometre.cli import main, sources
from barometre.pipeline.sources import ETAPES_FIXES
from barometre.sources.catalogue import load_sources_exterieures

pytestmark = pytest.mark.usefixtures("petits_fichiers")
Ecran = pytest.CaptureFixture[str]
CLES = {"id", "titre", "licence", "date", "lignes", "etat", "rapport", "acceptes"}


@pytest.fixture(scope="module")
def socle(petit_socle: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(shutil.copytree(petit_socle, tmp_path_factory.mktemp("socle") / "entrepot"))


@pytest.fixture
def miroir(socle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BAROMETRE_ENTREPOT", socle)
    monkeypatch.setenv("BAROMETRE_REGISTRE", f"sqlite:///{tmp_path}/registre.db")
    fichier = tmp_path / "miroir" / load_sources_exterieures()["petites_villes_de_demain"].miroir
    fichier.parent.mkdir(parents=True)
    fichier.write_text("insee_com\n01004\n98765\n", encoding="utf-8")
    return tmp_path / "miroir"


def test_recuperer_puis_lister(miroir: Path, capsys: Ecran, monkeypatch: pytest.MonkeyPatch) -> None:
    # La commande lit le catalogue des sources une fois, et le donne : le relire prend un quart de seconde.
    monkeypatch.delattr("barometre.pipeline.sources.load_sources_exterieures")
    assert main(["sources", "recuperer", "petites_villes_de_demain", "--miroir", str(miroir), "--json"]) == 0
    (rendu,) = json.loads(capsys.readouterr().out)
    assert rendu.pop("remarque") == ""
    assert set(rendu) == CLES
    assert rendu["rapport"] == {"lus": 2, "charges": 1, "recodes": 0, "rejetes": 1}
    assert main(["sources", "lister", "--json"]) == 0
    listees = {s["id"]: s for s in json.loads(capsys.readouterr().out)}
    assert all(set(s) == CLES for s in listees.values())
    assert listees["petites_villes_de_demain"] == rendu
    assert listees["decoupage_administratif"]["etat"] == "embarquee"
    assert listees["arcep_ftth"]["etat"] == "absente"
    assert set(load_sources_exterieures()) <= set(listees)


def test_le_rapport_se_lit(miroir: Path, capsys: Ecran) -> None:
    assert main(["sources", "recuperer", "petites_villes_de_demain", "--miroir", str(miroir)]) == 0
    lu = capsys.readouterr().out
    assert "2 lues = 1 chargées" in lu
    assert "1 rejetées : Ce code n'est celui d'aucune commune" in lu
    assert "en service" in lu
    assert main(["sources", "lister"]) == 0
    assert "âge (jours)" in capsys.readouterr().out


def test_ce_qui_est_accepte_malgre_une_garde_se_dit(miroir: Path, capsys: Ecran) -> None:
    """Dans le bilan, en JSON, dans la liste et au journal ; sans --confirmer, rien n'y entre."""
    lignes = miroir / load_sources_exterieures()["petites_villes_de_demain"].miroir
    demande = ["sources", "recuperer", "petites_villes_de_demain", "--miroir", str(miroir)]
    lignes.write_text("insee_com\n01004\n33063\n", encoding="utf-8")
    assert main([*demande, "--json"]) == 0
    lignes.write_text("insee_com\n01004\n01001\n", encoding="utf-8")
    assert main(demande) == 0
    assert "1\xa0collectivité citée auparavant ne l'est plus : inconnue" in capsys.readouterr().out
    assert not [f for f in list_journal() if f["action"] == "accepter_source"]
    phrase = "1\xa0collectivité citée auparavant ne l'est plus : à zéro."
    assert main([*demande, "--confirmer"]) == 0
    assert f"Accepté malgré les gardes : {phrase}" in capsys.readouterr().out
    assert main([*demande, "--json"]) == 0
    (rendu,) = json.loads(capsys.readouterr().out)
    assert rendu["acceptes"] == phrase
    assert main(["sources", "lister", "--json"]) == 0
    listees = {s["id"]: s for s in json.loads(capsys.readouterr().out)}
    assert listees["petites_villes_de_demain"]["acceptes"] == phrase
    (fait,) = [f for f in list_journal() if f["action"] == "accepter_source"]
    assert (fait["objet"], fait["detail"]) == ("petites_villes_de_demain", phrase)


def list_journal() -> list[dict[str, str]]:
    return [
        {str(c): str(v) for c, v in fait.items()} for fait in get_registre().list_journal().to_dict("records")
    ]


def test_rien_de_charge_est_un_refus(miroir: Path, capsys: Ecran) -> None:
    assert main(["sources", "recuperer", "arcep_ftth", "--miroir", str(miroir)]) == 1
    assert "Le dossier miroir n'a pas le fichier" in capsys.readouterr().out


def test_une_source_inconnue(miroir: Path, capsys: Ecran) -> None:
    assert main(["sources", "recuperer", "toto"]) == 1
    assert "Source inconnue : « toto »" in capsys.readouterr().err


def test_les_contours_sont_dits_avant_les_donnees(
    miroir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ils prennent une minute et n'étaient pas annoncés ; le rang monte toujours, le nombre ne change pas."""
    dites: list[tuple[str, int, int]] = []
    # Sans baisser la priorité des essais.
    monkeypatch.setattr(sources.Annonce, "__init__", lambda *_: None)
    monkeypatch.setattr(sources.Annonce, "__call__", lambda _, *etape: dites.append(etape))
    ids = ["contours_epci", "contours_regions", "petites_villes_de_demain"]
    suivi = ["--suivi", str(tmp_path / "avancement.json")]
    assert main(["sources", "recuperer", *ids, "--miroir", str(miroir), *suivi]) == 0
    titres = load_sources_exterieures()
    assert [titre for titre, _, _ in dites[:3]] == [titres[i].titre for i in ids]
    assert [rang for _, rang, _ in dites] == list(range(1, len(dites) + 1))
    assert {nombre for _, _, nombre in dites} == {3 + ETAPES_FIXES}
