"""Le catalogue gardé est celui que ses fichiers écrivent ; un rien de changé, il se relit."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from barometre.catalogue import DONNEES, DOSSIER, build_catalogue, deja_lu, load_catalogue
from barometre.catalogue.deja_lu import hash_fichiers, read_deja_lu, write_deja_lu

EMPREINTE = b"e" * 32


@pytest.fixture
def lieu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Un bytecode à soi : celui de la machine ne change pas."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return deja_lu.get_lieu()


def test_le_catalogue_garde_est_le_meme(lieu: Path) -> None:
    catalogue = build_catalogue(DOSSIER, DONNEES)
    assert read_deja_lu(EMPREINTE) is None
    write_deja_lu(catalogue, EMPREINTE)
    assert read_deja_lu(EMPREINTE) == catalogue
    assert [f.name for f in lieu.parent.iterdir()] == ["catalogue.pickle"]  # rien d'entamé à côté


def test_celui_d_une_autre_empreinte_ou_abime_ne_se_lit_pas(lieu: Path) -> None:
    write_deja_lu(load_catalogue(), EMPREINTE)
    assert read_deja_lu(b"f" * 32) is None
    entier = lieu.read_bytes()
    for abime in (entier[:-1], entier[:40], b"", entier[:70] + bytes([entier[70] ^ 1]) + entier[71:]):
        lieu.write_bytes(abime)
        assert read_deja_lu(EMPREINTE) is None


@pytest.mark.parametrize("fichier", ["vagues.yml", "schema/vagues.yml", "themes/donnee/questionnaire.yml"])
def test_un_caractere_change_l_empreinte(tmp_path: Path, fichier: str) -> None:
    copie = tmp_path / "catalogue"
    shutil.copytree(DOSSIER, copie, ignore=shutil.ignore_patterns("__pycache__"))
    avant = hash_fichiers(copie, DONNEES)
    assert hash_fichiers(copie, DONNEES) == avant
    (copie / fichier).write_text((copie / fichier).read_text("utf-8") + "\n", "utf-8")
    assert hash_fichiers(copie, DONNEES) != avant


def test_rien_ne_s_ecrit_ou_python_n_ecrit_pas(
    lieu: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    write_deja_lu(load_catalogue(), EMPREINTE)
    assert not lieu.exists()
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "un_fichier"))
    (tmp_path / "un_fichier").write_text("")
    write_deja_lu(load_catalogue(), EMPREINTE)  # un dossier impossible : il se relira
    assert read_deja_lu(EMPREINTE) is None
