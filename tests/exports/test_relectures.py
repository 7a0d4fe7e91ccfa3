"""Une même vue dans chaque format, relue par une bibliothèque qui ne l'a pas écrite, et comparée à la porte.

Parquet et CSV par DuckDB, XLSX et ODS par calamine, GeoPackage par GDAL, l'archive par csvw : la valeur lue
est celle de l'entrepôt, une cellule cachée n'en a pas, une marque reste.
"""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyogrio
import pytest
from csvw.metadata import CSVW
from python_calamine import CalamineWorkbook

from barometre.access import Gate
from barometre.assemblage import depot
from barometre.assemblage.emporter import build_emporte
from barometre.assemblage.explorer import load_requete
from barometre.domain.colonnes import get_colonne
from barometre.maps.geopackage import to_gpkg
from barometre.views.donnees.explorer import VueExplorer
from tests.views.terrain_pairs import STRATE, serve_terrain

VAGUE, INDICATEURS = "2026-v4", ("site_internet", "site_a_jour")
REQUETE = (
    f"{'&'.join(f'indicateurs={i}' for i in INDICATEURS)}&vague={VAGUE}&niveau=departement&strate={STRATE}"
)
Valeurs = dict[tuple[str, str], tuple[float | None, str]]


@pytest.fixture(scope="module")
def vue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VueExplorer]:
    with serve_terrain(tmp_path_factory.mktemp("terrain")):
        yield load_requete(depot.open_gate_publique(), REQUETE)


@pytest.fixture(scope="module")
def attendues(vue: VueExplorer) -> Valeurs:
    """Le brut des cellules de la porte, en pourcentage entier, et la marque de la vue."""
    marques = vue.table.set_index(["indicateur_id", "territoire_id"])["marque"].to_dict()
    gate: Gate = depot.open_gate_publique()
    lues: Valeurs = {}
    for id_ in INDICATEURS:
        cellules = gate.list_agregats(id_, VAGUE, niveau="departement", strate=STRATE, couverture="")
        for ligne in cellules.to_dict("records"):
            part, cle = ligne["brut"], (id_, str(ligne["territoire_id"]))
            lues[cle] = (None if math.isnan(part) else float(round(100 * part)), str(marques[cle]))
    assert "[c]" in {marque for _, marque in lues.values()}
    assert any(valeur is not None for valeur, _ in lues.values())
    return lues


def _as_valeurs(lignes: list[dict[str, Any]]) -> Valeurs:
    """Une case vide, ou qui ne porte que sa marque, n'a pas de valeur."""
    return {
        (str(ligne["indicateur_id"]), str(ligne["territoire_id"])): (
            _as_nombre(ligne["brut"]),
            str(ligne["marque"] or ""),
        )
        for ligne in lignes
    }


def _as_nombre(case: Any) -> float | None:
    if case in (None, "", "[c]", "[u]", "[x]") or (isinstance(case, float) and math.isnan(case)):
        return None
    return float(str(case).replace(",", "."))


def _read_duckdb(lecture: str) -> Callable[[Path], list[dict[str, Any]]]:
    def read(fichier: Path) -> list[dict[str, Any]]:
        lue = duckdb.sql(lecture.format(fichier))
        return [dict(zip(lue.columns, ligne, strict=True)) for ligne in lue.fetchall()]

    return read


def _read_classeur(fichier: Path) -> list[dict[str, Any]]:
    classeur = CalamineWorkbook.from_path(str(fichier))
    titres, *lignes = classeur.get_sheet_by_name("Données").to_python()
    return [dict(zip(map(str, titres), ligne, strict=True)) for ligne in lignes]


def _read_archive(fichier: Path) -> list[dict[str, Any]]:
    with zipfile.ZipFile(fichier) as archive:
        archive.extractall(fichier.parent / "archive")
    return list(CSVW(str(fichier.parent / "archive" / "donnees.csv-metadata.json"), validate=True).tables[0])


LECTURES: dict[str, Callable[[Path], list[dict[str, Any]]]] = {
    "csv": _read_duckdb("FROM read_csv('{}', delim=';', comment='#', all_varchar=true, header=true)"),
    "csv_international": _read_duckdb(
        """FROM read_csv('{}', delim=',', quote='"', escape='"', comment='#', all_varchar=true)"""
    ),
    "xlsx": _read_classeur,
    "ods": _read_classeur,
    "parquet": _read_duckdb("FROM read_parquet('{}')"),
    "zip": _read_archive,
}


@pytest.mark.parametrize("format_", LECTURES)
def test_chaque_format_rend_les_valeurs_de_la_porte(
    vue: VueExplorer, attendues: Valeurs, tmp_path: Path, format_: str
) -> None:
    fichier = tmp_path / f"vue.{'csv' if 'csv' in format_ else format_}"
    fichier.write_bytes(build_emporte(vue.fichier, vue.provenance, format_))
    assert _as_valeurs(LECTURES[format_](fichier)) == attendues


def test_le_geopackage_rend_les_valeurs_de_la_porte(
    vue: VueExplorer, attendues: Valeurs, tmp_path: Path
) -> None:
    fichier = tmp_path / "vue.gpkg"
    fichier.write_bytes(to_gpkg(vue.table, vue.provenance))
    lues: Valeurs = {}
    for couche in INDICATEURS:
        lues |= _as_valeurs(pyogrio.read_dataframe(fichier, layer=couche).to_dict("records"))
    assert lues == attendues


def test_duckdb_lit_provenance_et_definitions_d_un_parquet(vue: VueExplorer, tmp_path: Path) -> None:
    fichier = tmp_path / "vue.parquet"
    fichier.write_bytes(build_emporte(vue.fichier, vue.provenance, "parquet"))
    cles = duckdb.sql(f"SELECT key, value FROM parquet_kv_metadata('{fichier}')").fetchall()
    lues = json.loads(dict(cles)[b"barometre"])
    assert lues["mentions"] == [list(mention) for mention in vue.provenance.mentions]
    assert [d["objet"] for d in lues["definitions"]] == [d.objet for d in vue.provenance.definitions]
    assert set(lues["colonnes"]) == set(vue.fichier.columns)
    assert lues["colonnes"]["redresse"]["definition"] == get_colonne("redresse").definition
    types = dict(duckdb.sql(f"SELECT column_name, column_type FROM (DESCRIBE FROM '{fichier}')").fetchall())
    assert (types["redresse"], types["n"], types["indicateur_id"]) == ("DOUBLE", "BIGINT", "VARCHAR")
