"""La récupération derrière l'application : hors ligne, bornée, dite. Aucune adresse réelle."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from barometre.pipeline import en_fond
from barometre.sources.catalogue import SourceExterieure, load_sources_exterieures
from barometre.sources.fetch import Copie, Lieu, hash_file, keep
from barometre.warehouse.avancement import VARIABLE_AVANCEMENT, Avancement, read_avancement

SOURCE = replace(load_sources_exterieures()["france_services"], adresse="http://127.0.0.1:9/rien.csv")
# Une commande d'essai : elle écrit ce qu'on lui dit de rendre.
RENDU = json.dumps([{"etat": "chargee"}, {"etat": "chargee"}, {"etat": "absente"}])


@pytest.fixture
def lieu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lieu:
    monkeypatch.setenv(VARIABLE_AVANCEMENT, "")
    monkeypatch.setattr(en_fond, "load_sources_exterieures", lambda: {SOURCE.id: SOURCE})
    return Lieu(None, tmp_path / "copies")


@pytest.fixture
def serveur() -> Iterator[str]:
    """Un serveur local qui répond 404 à tout : il est donc en ligne."""

    class Absent(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Rien : la sortie des tests reste lisible."""

    serveur = ThreadingHTTPServer(("127.0.0.1", 0), Absent)
    fil = Thread(target=serveur.serve_forever, daemon=True)
    fil.start()
    yield f"http://127.0.0.1:{serveur.server_port}/a.csv"
    serveur.shutdown()
    serveur.server_close()


def _set_adresse(monkeypatch: pytest.MonkeyPatch, adresse: str) -> None:
    source = replace(SOURCE, adresse=adresse)
    monkeypatch.setattr(en_fond, "load_sources_exterieures", lambda: {source.id: source})


def _run(lieu: Lieu, code: str, limite: float = 60.0) -> Avancement:
    fond = en_fond.EnFond(lieu, commande=(sys.executable, "-c", code), limite=limite)
    fond.start()
    fond.join(120)
    avancement = read_avancement()
    assert avancement is not None
    return avancement


def test_hors_ligne_la_console_nomme_la_commande_et_la_page_non(
    lieu: Lieu, capsys: pytest.CaptureFixture[str]
) -> None:
    avancement = _run(lieu, "raise SystemExit('ne doit pas être lancée')")
    assert avancement == Avancement("arretee", en_fond.HORS_LIGNE)
    assert capsys.readouterr().out == f"{en_fond.HORS_LIGNE} {en_fond.REPRENDRE}\n"
    assert "python -m barometre sources recuperer" in en_fond.REPRENDRE
    assert "python -m" not in avancement.phrase  # lue de tous, sur la page des sources


def test_en_ligne_la_fin_est_comptee(
    lieu: Lieu, serveur: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _set_adresse(monkeypatch, serveur)
    avancement = _run(lieu, f"print({RENDU!r})")
    assert avancement.etat == "finie"
    assert "2 chargées, 1 non récupérées" in avancement.phrase
    assert capsys.readouterr().out.strip() == f"{avancement.phrase} {en_fond.REPRENDRE}"


def test_les_identifiants_et_le_suivi_sont_donnes_a_la_commande(
    lieu: Lieu, serveur: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _set_adresse(monkeypatch, serveur)
    recus = tmp_path / "recus.json"
    _run(lieu, f"import json, sys; open({str(recus)!r}, 'w').write(json.dumps(sys.argv[1:]))")
    fichier = str((lieu.copies / en_fond.FICHIER).absolute())
    assert json.loads(recus.read_text()) == [SOURCE.id, "--json", "--suivi", fichier]


def test_une_recuperation_trop_longue_est_arretee(
    lieu: Lieu, serveur: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_adresse(monkeypatch, serveur)
    assert _run(lieu, "import time; time.sleep(600)", limite=0.2) == Avancement("arretee", en_fond.TROP_LONG)


def test_une_commande_qui_casse_est_dite(lieu: Lieu, serveur: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _set_adresse(monkeypatch, serveur)
    assert _run(lieu, "raise SystemExit(1)") == Avancement("arretee", en_fond.EN_PANNE)


def test_arreter_le_serveur_arrete_la_recuperation(
    lieu: Lieu, serveur: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _set_adresse(monkeypatch, serveur)
    partie = tmp_path / "partie"
    code = f"import time; open({str(partie)!r}, 'w').close(); time.sleep(600)"
    fond = en_fond.EnFond(lieu, commande=(sys.executable, "-c", code))
    fond.start()
    while not partie.exists():
        fond.join(0.05)
    fond.close()
    fond.join(60)
    assert read_avancement() == Avancement("arretee", en_fond.EN_PANNE)


def test_le_miroir_n_essaie_aucune_adresse(
    lieu: Lieu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("le réseau ne doit pas être essayé")

    monkeypatch.setattr(en_fond.httpx, "head", refuse)
    miroir = tmp_path / "miroir"
    (miroir / SOURCE.miroir).parent.mkdir(parents=True)
    (miroir / SOURCE.miroir).write_text("x", encoding="utf-8")
    assert _run(replace(lieu, miroir=miroir), f"print({RENDU!r})").etat == "finie"


def _keep(source: SourceExterieure, lieu: Lieu, quand: datetime) -> None:
    dossier = lieu.copies / source.id
    dossier.mkdir(parents=True)
    chemin = dossier / "nouvelle.csv"
    chemin.write_text("insee_com\n33063\n", encoding="utf-8")
    keep(Copie(source.id, chemin, "adresse", hash_file(chemin), quand), lieu)


def test_une_copie_recente_n_est_pas_redemandee(lieu: Lieu) -> None:
    maintenant = datetime(2026, 11, 28, tzinfo=UTC)
    _keep(SOURCE, lieu, maintenant - timedelta(days=6))
    assert en_fond.list_a_recuperer([SOURCE], lieu, maintenant) == []
    assert en_fond.list_a_recuperer([SOURCE], lieu, maintenant + timedelta(days=1)) == [SOURCE]
    # Le fichier de l'application n'empêche pas d'en chercher un plus récent.
    fournie = replace(load_sources_exterieures()["recensement_2021"], adresse=SOURCE.adresse)
    assert en_fond.list_a_recuperer([fournie], lieu, maintenant) == [fournie]


def test_un_dossier_de_copies_interdit_ne_casse_rien(
    lieu: Lieu, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "copies").write_text("un fichier à la place du dossier", encoding="utf-8")
    fond = en_fond.EnFond(lieu)
    fond.start()
    fond.join(60)
    assert "ne peut pas être écrit" in capsys.readouterr().out
    assert read_avancement() is None
