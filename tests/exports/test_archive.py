"""« Tout emporter » : l'archive se vérifie, et sa description décrit vraiment son fichier."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from csvw.metadata import CSVW

from barometre.domain.colonnes import get_colonne
from barometre.exports import to_zip
from barometre.exports.description import build_csvw, build_paquet
from barometre.exports.parquet import to_parquet
from tests.exports.test_classeurs import TABLE
from tests.exports.test_exports import PROVENANCE


@pytest.fixture(scope="module")
def archive() -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(to_zip(TABLE, PROVENANCE)))


def test_les_empreintes_sont_celles_des_fichiers(archive: zipfile.ZipFile) -> None:
    lignes = archive.read("SHA256SUMS").decode().splitlines()
    assert len(lignes) == len(archive.namelist()) - 1
    for empreinte, nom in (ligne.split("  ") for ligne in lignes):
        assert hashlib.sha256(archive.read(nom)).hexdigest() == empreinte


def test_csvw_relit_les_donnees_avec_leurs_types(archive: zipfile.ZipFile, tmp_path: Path) -> None:
    archive.extractall(tmp_path)
    lu = CSVW(str(tmp_path / "donnees.csv-metadata.json"), validate=True)
    assert lu.is_valid
    lignes = list(lu.tables[0])
    assert [ligne["code"] for ligne in lignes] == ["01004", "2A004", "33063"]
    assert [ligne["n"] for ligne in lignes] == [41, None, None]
    assert float(lignes[0]["redresse"]) == TABLE.loc[0, "redresse"]


def test_csvw_refuse_une_donnee_du_mauvais_type(archive: zipfile.ZipFile, tmp_path: Path) -> None:
    """La validation précédente pouvait échouer."""
    archive.extractall(tmp_path)
    fichier = tmp_path / "donnees.csv"
    fichier.write_bytes(fichier.read_bytes().replace(b",41,", b",beaucoup,"))
    with pytest.raises(ValueError, match="n"):
        list(CSVW(str(tmp_path / "donnees.csv-metadata.json"), validate=True).tables[0])


def test_table_schema_nomme_chaque_colonne(archive: zipfile.ZipFile) -> None:
    ressource = json.loads(archive.read("datapackage.json"))["resources"][0]
    lue = pd.read_csv(io.BytesIO(archive.read(ressource["path"])), dtype=str, keep_default_na=False)
    assert [champ["name"] for champ in ressource["schema"]["fields"]] == list(lue.columns)


def test_le_lisez_moi_dit_la_simulation_et_les_marques(archive: zipfile.ZipFile) -> None:
    texte = archive.read("LISEZ-MOI.txt").decode()
    assert "Réponses simulées" in texte
    assert "[c] Confidentiel" in texte


def test_les_colonnes_du_dictionnaire_partent_avec_leur_definition() -> None:
    table = pd.DataFrame({"groupe": ["A"], "redresse": [12.0], "taille": [1]})
    champs = {
        c["name"]: c for c in build_paquet(table, PROVENANCE, "f.csv")["resources"][0]["schema"]["fields"]
    }
    assert champs["redresse"]["description"] == get_colonne("redresse").definition
    assert "description" not in champs["taille"]
    colonnes = {c["name"]: c for c in build_csvw(table, PROVENANCE, "f.csv")["tableSchema"]["columns"]}
    assert colonnes["groupe"]["dc:title"] == "Groupe"
    champ = pq.read_schema(io.BytesIO(to_parquet(table, PROVENANCE))).field("redresse")
    assert champ.metadata[b"definition"].decode() == get_colonne("redresse").definition
