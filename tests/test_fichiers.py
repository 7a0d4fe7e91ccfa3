"""Un fichier écrit d'un seul geste : une panne au milieu laisse l'ancien, entier, et rien à côté."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from barometre.contours.dossier import read_actif
from barometre.contours.rangement import open_chantier
from barometre.fichiers import get_provisoire, write_atomic
from barometre.sources.catalogue import load_sources_exterieures
from barometre.sources.fetch import Copie, Lieu, get_kept, hash_file, keep
from barometre.warehouse.lieu_fichiers import POINTEUR, EntrepotFichiers

SOURCE = replace(load_sources_exterieures()["france_services"], embarque=None)


def _fail(*_: object) -> None:
    raise OSError("panne au milieu de l'écriture")


def test_le_fichier_est_remplace(tmp_path: Path) -> None:
    chemin = tmp_path / "ACTIF"
    write_atomic(chemin, b"un\n")
    write_atomic(chemin, b"deux\n")
    assert chemin.read_bytes() == b"deux\n"
    assert list(tmp_path.iterdir()) == [chemin]


@pytest.mark.parametrize("geste", ["fsync", "replace"])
def test_une_panne_laisse_l_ancien_entier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, geste: str
) -> None:
    chemin = tmp_path / "ACTIF"
    write_atomic(chemin, b"un\n")
    with monkeypatch.context() as panne:
        panne.setattr(os, geste, _fail)
        with pytest.raises(OSError, match="panne"):
            write_atomic(chemin, b"deux\n")
    assert chemin.read_bytes() == b"un\n"
    assert not get_provisoire(chemin).exists()


def test_l_entrepot_garde_son_pointeur(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entrepot = EntrepotFichiers(str(tmp_path))
    bonne, neuve = "20260101T000000Z-aaaaaa", "20260102T000000Z-bbbbbb"
    entrepot.activate(bonne)
    with monkeypatch.context() as panne:
        panne.setattr(os, "fsync", _fail)
        with pytest.raises(OSError, match="panne"):
            entrepot.activate(neuve)
    assert entrepot.get_active() == bonne
    assert [f.name for f in tmp_path.iterdir()] == [POINTEUR]


def test_les_contours_gardent_leur_dossier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_chantier(tmp_path, "2026") as dossier:
        (dossier / "codes.txt").write_text("01001\n", encoding="utf-8")
    avant = read_actif(tmp_path)
    monkeypatch.setattr(os, "fsync", _fail)
    with pytest.raises(OSError, match="panne"), open_chantier(tmp_path, "2026"):
        pass
    assert read_actif(tmp_path) == avant
    assert avant is not None
    assert (tmp_path / avant / "codes.txt").is_file()


def _receive(lieu: Lieu, texte: str) -> Copie:
    dossier = lieu.copies / SOURCE.id
    dossier.mkdir(parents=True, exist_ok=True)
    chemin = dossier / "nouvelle.csv"
    chemin.write_text(texte, encoding="utf-8")
    return Copie(SOURCE.id, chemin, "adresse", hash_file(chemin), datetime.now(UTC))


def test_la_bonne_copie_reste_celle_que_sa_fiche_decrit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lieu = Lieu(None, tmp_path, reseau=False)
    premiere = keep(_receive(lieu, "un"), lieu)
    # La panne tombe entre le fichier et sa fiche.
    with monkeypatch.context() as panne:
        panne.setattr(os, "fsync", _fail)
        with pytest.raises(OSError, match="panne"):
            keep(_receive(lieu, "deux"), lieu)
    gardee = get_kept(SOURCE, lieu)
    assert gardee is not None
    assert (gardee.chemin, gardee.empreinte) == (premiere.chemin, hash_file(premiere.chemin))
    # La suivante réussit, et ne laisse qu'un fichier.
    derniere = keep(_receive(lieu, "trois"), lieu)
    assert sorted(f.name for f in (tmp_path / SOURCE.id).iterdir()) == [derniere.chemin.name, "copie.json"]
