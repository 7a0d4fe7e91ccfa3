"""« Ce qui change » : ce que le public lira de nouveau, et rien de ce qui lui est caché."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from barometre.access import Gate
from barometre.administration.comparaison import compare_versions
from barometre.warehouse.repository import open_repository
from tests.fakes import build_entrepot_factice
from tests.secret.surfaces import trouble

FRANCE = "niveau = 'france' AND type = '' AND strate = '' AND couverture = ''"


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lieu = tmp_path_factory.mktemp("comparaison") / "vrai"
    build_entrepot_factice(lieu)
    return lieu


def change(dossier: Path, copie: Path, ordre: str) -> Gate:
    shutil.copytree(dossier, copie)
    (fichier,) = copie.glob("*.duckdb")
    with duckdb.connect(str(fichier)) as connexion:
        connexion.execute(ordre)
    return Gate(open_repository(str(copie)))


def test_deux_fois_la_meme_version_ne_change_rien(dossier: Path) -> None:
    gate = Gate(open_repository(str(dossier)))
    lu = compare_versions(gate, gate)
    assert lu.table.empty
    assert lu.phrase.startswith("Aucun chiffre")


def test_un_chiffre_change_se_lit_avant_et_apres(dossier: Path, tmp_path: Path) -> None:
    ou = f"{FRANCE} AND indicateur_id = 'site_internet' AND vague_id = '2023-v1'"
    apres = change(dossier, tmp_path / "x", f"UPDATE agregat SET redresse = 0.5, brut = 0.5 WHERE {ou}")
    lu = compare_versions(Gate(open_repository(str(dossier))), apres)
    (ligne,) = lu.table.to_dict("records")
    assert ligne["valeur_apres"].startswith("50\u202f%, note ")
    assert ligne["valeur_avant"].startswith("60\u202f%, note ")
    assert ligne["groupe"] == "Toutes les collectivités, France"
    assert ligne["cellules_changees"] == 1
    assert ligne["indicateur"] == "Un site internet"


def test_sans_chiffre_pour_toute_la_france_le_plus_large_se_lit(dossier: Path, tmp_path: Path) -> None:
    """Seules des communes ont répondu : « – » avant et après ne disait rien de ce qui change."""
    ou = "indicateur_id = 'site_internet' AND vague_id = '2023-v1'"
    avant = change(
        dossier, tmp_path / "avant", f"DELETE FROM agregat WHERE {ou} AND type = '' AND strate = ''"
    )
    ordre = f"UPDATE agregat SET brut = 0.5, redresse = NULL WHERE {ou}"
    shutil.copytree(tmp_path / "avant", tmp_path / "milieu")
    apres = change(tmp_path / "milieu", tmp_path / "apres", ordre)
    (ligne,) = compare_versions(avant, apres).table.to_dict("records")
    assert ligne["groupe"] == "Communes, France"
    assert ligne["valeur_apres"].startswith("50\u202f%")
    assert ligne["n_avant"] == ligne["n_apres"] > 0
    # Le même sens, retourné : ce qui se publiait et ne se publie plus n'a plus de chiffre.
    cache = change(tmp_path / "milieu", tmp_path / "cache", f"UPDATE agregat SET etat = 'primary' WHERE {ou}")
    (ligne,) = compare_versions(avant, cache).table.to_dict("records")
    assert ligne["valeur_avant"].endswith("note A, serait à citer")
    assert pd.isna(ligne["valeur_apres"])
    assert pd.isna(ligne["n_apres"])


def test_deux_versions_sans_reponse_se_comparent(dossier: Path, tmp_path: Path) -> None:
    vide = change(dossier, tmp_path / "vide", "DELETE FROM agregat")
    assert compare_versions(vide, vide).table.empty


def test_une_cellule_cachee_de_plus_n_est_pas_un_chiffrechange(dossier: Path, tmp_path: Path) -> None:
    """Absente avant, cachée après : le public n'en lit toujours rien."""
    cachees = "etat NOT IN ('published', 'indicative')"
    avant = change(dossier, tmp_path / "x", f"DELETE FROM agregat WHERE {cachees}")
    assert compare_versions(avant, Gate(open_repository(str(dossier)))).table.empty


def test_ce_que_le_secret_cache_n_y_parait_pas(dossier: Path, tmp_path: Path) -> None:
    """Tout ce qui est caché a changé : un opérateur, qui ne lit pas de réponse, ne le voit pas non plus."""
    adresse = trouble(dossier, tmp_path / "trouble")
    lu = compare_versions(Gate(open_repository(str(dossier))), Gate(open_repository(adresse)))
    assert lu.table.empty
