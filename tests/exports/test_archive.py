"""« Tout emporter » : l'archive se vérifie, et sa description décrit vraiment son fichier."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from csvw.metadata import CSVW

from barometre.domain.colonnes import get_colonne
from barometre.domain.provenance import LICENCE_URL, Definition, Piece
from barometre.exports import to_zip
from barometre.exports.colonnes import LEGENDE_MARQUES
from barometre.exports.csv import write_donnees
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


def test_les_donnees_de_l_archive_sont_celles_du_csv_international(archive: zipfile.ZipFile) -> None:
    assert archive.read("donnees.csv").decode() == write_donnees(TABLE, "international")


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
    assert champs["redresse"]["title"] == get_colonne("redresse").titre
    assert champs["redresse"]["description"] == get_colonne("redresse").definition
    assert "trueValues" not in champs["redresse"]
    assert "description" not in champs["taille"]
    colonnes = {c["name"]: c for c in build_csvw(table, PROVENANCE, "f.csv")["tableSchema"]["columns"]}
    assert colonnes["groupe"]["dc:title"] == "Groupe"
    champ = pq.read_schema(io.BytesIO(to_parquet(table, PROVENANCE))).field("redresse")
    assert champ.metadata[b"definition"].decode() == get_colonne("redresse").definition


def test_csvw_dit_titre_champ_precautions_source_et_licence() -> None:
    """Les clés sont celles du vocabulaire : une de travers, et aucun lecteur de CSVW ne la lit."""
    lu = build_csvw(pd.DataFrame({"n": [1]}), PROVENANCE, "donnees.csv")
    assert lu.pop("tableSchema") == {
        "columns": [
            {
                "name": "n", "titles": "n", "datatype": "integer", "null": "",
                "dc:title": get_colonne("n").titre, "dc:description": get_colonne("n").definition,
            }
        ]
    }  # fmt: skip
    assert lu == {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "fr"}],
        "url": "donnees.csv",
        "dc:title": "Titre",
        "dc:description": "Communes, France Une précaution\nsur deux lignes",
        "dc:source": "Une source",
        "dc:license": {"@id": "https://www.etalab.gouv.fr/licence-ouverte-open-licence"},
        "dialect": {"delimiter": ",", "header": True},
    }


def test_le_paquet_dit_nom_version_licence_et_schema() -> None:
    provenance = replace(PROVENANCE, nom_fichier="Vue_A")
    lu = build_paquet(pd.DataFrame({"vrai": [True, False]}), provenance, "donnees.csv")
    assert lu == {
        "name": "vue-a",
        "title": "Titre",
        "version": "v1",
        "licenses": [{"name": "etalab-2.0", "title": PROVENANCE.licence, "path": LICENCE_URL}],
        "resources": [
            {
                "name": "donnees",
                "path": "donnees.csv",
                "encoding": "utf-8",
                "schema": {
                    "fields": [
                        {"name": "vrai", "type": "boolean", "trueValues": ["True"], "falseValues": ["False"]}
                    ],
                    "missingValues": [""],
                },
            }
        ],
    }


def test_une_autre_licence_se_lit_en_toutes_lettres_et_renvoie_a_sa_piece() -> None:
    autre = replace(PROVENANCE, licence="Réponses réservées")
    table = pd.DataFrame({"n": [1]})
    assert build_csvw(table, autre, "f.csv")["dc:license"] == "Réponses réservées"
    assert build_paquet(table, autre, "f.csv")["licenses"] == [
        {"title": "Réponses réservées", "path": "LICENCE.txt"}
    ]


def test_le_lisez_moi_tient_en_parties_separees_d_une_ligne_vide() -> None:
    provenance = replace(PROVENANCE, simulee=False, precautions=())
    table = pd.DataFrame({"n": [1], "marque": ["[c]"], "taille": [2]})
    parties = zipfile.ZipFile(io.BytesIO(to_zip(table, provenance))).read("LISEZ-MOI.txt").decode()
    mentions, marques, colonnes, definition = parties.split("\n\n")
    assert mentions.split("\n") == [f"{nom} : {texte}" for nom, texte in provenance.mentions]
    assert marques.split("\n") == ["Marques", *(f"{marque} {sens}" for marque, sens in LEGENDE_MARQUES)]
    connues = [get_colonne(nom) for nom in ("n", "marque")]
    assert colonnes.split("\n") == ["Colonnes", *(f"{c.nom} : {c.definition}" for c in connues)]
    assert definition == "Part\nUne part.\nBase : Qui a répondu\nPrécautions : Prudence\n"


def test_le_lisez_moi_sans_marque_ni_colonne_connue_ni_base_n_en_dit_rien() -> None:
    sans_base = Definition("Part", "Une part.", "", "%", "S", "")
    provenance = replace(PROVENANCE, definitions=(sans_base,))
    archive = zipfile.ZipFile(io.BytesIO(to_zip(pd.DataFrame({"taille": [2]}), provenance)))
    parties = archive.read("LISEZ-MOI.txt").decode().split("\n\n")
    assert parties[1:] == ["Part\nUne part.\n"]


def test_les_pieces_jointes_sont_dans_l_archive_et_ses_empreintes() -> None:
    """Les questionnaires, la méthode : chacune à son nom, et vérifiable comme les données."""
    jointe = replace(PROVENANCE, pieces=(Piece("methode/methode.md", "Enquête volontaire."),))
    with zipfile.ZipFile(io.BytesIO(to_zip(TABLE, jointe))) as lue:
        assert lue.read("methode/methode.md").decode() == "Enquête volontaire."
        assert "  methode/methode.md\n" in lue.read("SHA256SUMS").decode()


def test_rien_dans_l_archive_ne_porte_la_date_du_jour(archive: zipfile.ZipFile) -> None:
    assert {entree.date_time for entree in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
