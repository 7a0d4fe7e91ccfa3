"""Un registre verrouillé par un autre : les pages publiques restent, rien ne sort sans être inscrit."""

from __future__ import annotations

import multiprocessing
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from barometre.access.comptes import Identite
from barometre.access.erreurs import RegistreError
from barometre.access.lecteur import REGISTRE_MUET, read_lecteur
from barometre.access.oidc.niveaux import NIVEAUX_FORTS
from barometre.access.registre import Registre, get_registre, open_registre
from barometre.domain.portee import PUBLIC, Portee
from tests.conftest import MOTEURS

# Un processus charge le registre une fois, et chaque réplique en est une copie : le recharger pour chacune
# coûtait onze secondes sur treize.
REPLIQUES = multiprocessing.get_context("forkserver")
REPLIQUES.set_forkserver_preload(["pytest", "barometre.access.registre", "alembic.command"])


def test_un_registre_verrouille_rend_le_public_puis_la_personne(tmp_path: Path) -> None:
    fichier = tmp_path / "registre.db"
    # Un centième de seconde d'attente au lieu de cinq : le verrou, lui, est vrai.
    registre = open_registre(f"sqlite:///{fichier}?timeout=0.01")
    compte = registre.comptes.recognize(Identite("https://pro", "idp", "maire", "maire@essai.fr", "1"))
    registre.accorder(compte, Portee("collectivite", "commune-33063"))
    jeton = registre.sessions.open(compte, NIVEAUX_FORTS[0], "idt")
    autre = sqlite3.connect(fichier, isolation_level=None)
    autre.execute("BEGIN EXCLUSIVE")
    lecteur = read_lecteur(lambda: registre, jeton)
    assert (lecteur.portee, lecteur.phrase) == (PUBLIC, REGISTRE_MUET)
    with pytest.raises(RegistreError):
        registre.journaliser("exporter", "reponses", compte=compte)
    autre.execute("ROLLBACK")
    autre.close()
    assert read_lecteur(lambda: registre, jeton).portee.role == "collectivite"
    registre.journaliser("exporter", "reponses", compte=compte)
    assert registre.list_journal()["action"].tolist() == ["exporter", "accorder"]
    registre.close()


def test_un_processus_n_ouvre_le_registre_qu_une_fois(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Un registre par lecture laissait des descripteurs ouverts : seize en douze fiches."""
    monkeypatch.setenv("BAROMETRE_REGISTRE", f"sqlite:///{tmp_path}/registre.db")
    premier = get_registre()
    assert all(get_registre() is premier for _ in range(12))


def test_huit_premieres_visites_a_la_fois_l_ouvrent_une_seule_fois(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alembic ne se joue pas dans deux fils à la fois : la première page d'un service neuf y restait."""
    monkeypatch.setenv("BAROMETRE_REGISTRE", f"sqlite:///{tmp_path}/neuf.db")
    depart = Barrier(8)

    def ouvrir(_: int) -> Registre:
        depart.wait()
        return get_registre()

    with ThreadPoolExecutor(8) as fils:
        ouverts = list(fils.map(ouvrir, range(8)))
    assert len({id(registre) for registre in ouverts}) == 1
    ouverts[0].journaliser("exporter", "reponses")


@pytest.mark.parametrize("moteur", ["sqlite", *MOTEURS[1:]])
def test_quatre_repliques_qui_demarrent_ensemble_migrent_une_fois(
    moteur: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Chacune est un processus : leurs fils ne partagent aucun verrou."""
    sqlite = f"sqlite:///{tmp_path}/neuf.db"
    adresse = sqlite if moteur == "sqlite" else request.getfixturevalue("base_postgresql")
    lances = [REPLIQUES.Process(target=open_registre, args=(adresse,)) for _ in range(4)]
    for processus in lances:
        processus.start()
    for processus in lances:
        processus.join(timeout=120)
    assert [processus.exitcode for processus in lances] == [0, 0, 0, 0]
    registre = open_registre(adresse)
    registre.journaliser("exporter", "reponses")
    registre.close()
