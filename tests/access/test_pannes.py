"""Un registre verrouillé par un autre : les pages publiques restent, rien ne sort sans être inscrit."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from barometre.access.comptes import Identite
from barometre.access.erreurs import RegistreError
from barometre.access.lecteur import REGISTRE_MUET, read_lecteur
from barometre.access.oidc.niveaux import NIVEAUX_FORTS
from barometre.access.registre import get_registre, open_registre
from barometre.domain.portee import PUBLIC, Portee


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
