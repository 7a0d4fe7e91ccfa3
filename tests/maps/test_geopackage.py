"""Le GeoPackage se relit par GDAL : une couche par indicateur, ses valeurs, ses contours, son style."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pyogrio
import pytest

from barometre.domain.provenance import Provenance
from barometre.maps.geopackage import (
    A_NE_PAS_CITER,
    COUCHES_MAX,
    COULEURS,
    NON_PUBLIE,
    GeopackageRefuse,
    build_style,
    count_couches,
    to_gpkg,
)
from barometre.maps.palettes import ABSENT

PROVENANCE = Provenance("Un titre", "f", "France", "Essai", "22 novembre 2026", "v1", (), simulee=True)
TABLE = pd.DataFrame(
    {
        "indicateur_id": ["a", "a", "a", "b"],
        "titre": ["L'un & <l'autre>", "L'un & <l'autre>", "L'un & <l'autre>", "B"],
        "territoire_id": ["region-84", "region-53", "region-93", "region-84"],
        "unite": "%",
        # Ce qui se lit : le redressé, ou le brut quand il se tait.
        "valeur": [12.0, 20.0, None, 50.0],
        "redresse": [12.0, None, None, 50.0],
        "brut": [10.0, 20.0, None, 48.0],
        "n": pd.array([120, 25, None, 90], dtype="Int64"),
        "marque": ["", "[u]", "[c]", ""],
    }
)


@pytest.fixture
def fichier(tmp_path: Path) -> Path:
    chemin = tmp_path / "vue.gpkg"
    chemin.write_bytes(to_gpkg(TABLE, PROVENANCE))
    return chemin


def test_une_couche_par_indicateur_avec_ses_valeurs(fichier: Path) -> None:
    couches = {str(nom) for nom, _ in pyogrio.list_layers(fichier)}
    assert couches == {"a", "b", "provenance", "layer_styles"}
    couche = pyogrio.read_dataframe(fichier, layer="a").set_index("territoire_id")
    assert couche.crs.to_epsg() == 4326
    assert couche.geometry.is_valid.all()
    assert couche["valeur"].fillna(-1).to_dict() == {"region-84": 12, "region-53": 20, "region-93": -1}
    assert (
        couche.loc["region-53", "redresse"] != couche.loc["region-53", "redresse"]
    )  # absent, et non le brut
    assert couche.loc["region-93", "marque"] == "[c]"


def test_la_provenance_dit_la_simulation(fichier: Path) -> None:
    mentions = pyogrio.read_dataframe(fichier, layer="provenance")
    assert "Réponses simulées : données de démonstration, à ne pas citer." in set(mentions["texte"])


def test_chaque_couche_a_son_style_lisible(fichier: Path) -> None:
    styles = pyogrio.read_dataframe(fichier, layer="layer_styles").set_index("f_table_name")
    assert set(styles.index) == {"a", "b"}
    regles = {r.attrib["label"]: r.attrib["filter"] for r in _list_regles(styles.loc["a", "styleQML"])}
    assert regles["non publié, ou sans réponse"] == '"valeur" IS NULL'
    assert regles["indicatif, à ne pas citer"] == "\"marque\" = '[u]'"


def _list_regles(qml: str) -> list[ElementTree.Element]:
    """Les règles d'un style, chacune avec son symbole."""
    rendu = ElementTree.fromstring(qml).find("./renderer-v2")
    assert rendu is not None
    assert rendu.attrib["type"] == "RuleRenderer"
    regles, symboles = rendu.findall("./rules/rule"), rendu.findall("./symbols/symbol")
    assert [r.attrib["symbol"] for r in regles] == [s.attrib["name"] for s in symboles]
    return regles


def test_chaque_valeur_a_une_couleur_et_une_seule(tmp_path: Path) -> None:
    """Les filtres du style, lus par SQLite : ce que GDAL, et QGIS après lui, en feraient."""
    valeurs = pd.Series([0.0, 0.1 + 0.2, 12.0, 12.0, 33.3, 50.0, 99.9, 100.0, None, 7.0])
    regles = [r.attrib["filter"] for r in _list_regles(build_style(valeurs, "%"))[:-1]]
    with contextlib.closing(sqlite3.connect(tmp_path / "v.db")) as base:
        pd.DataFrame({"valeur": valeurs}).to_sql("v", base)
        comptes = base.execute(f"SELECT {' + '.join(f'ifnull({r}, 0)' for r in regles)} FROM v").fetchall()
    assert comptes == [(1,)] * len(valeurs)


def test_sans_valeur_tout_est_gris() -> None:
    regles = _list_regles(build_style(pd.Series([None, None], dtype=float), "%"))
    assert [r.attrib["label"] for r in regles] == ["non publié, ou sans réponse", "indicatif, à ne pas citer"]


def test_une_vue_de_plusieurs_vagues_a_une_couche_par_vague(tmp_path: Path) -> None:
    deux = pd.concat([TABLE.assign(vague_id=v, strate="") for v in ("2023-v1", "2026-v4")])
    (tmp_path / "vue.gpkg").write_bytes(to_gpkg(deux, PROVENANCE))
    couches = {str(nom) for nom, _ in pyogrio.list_layers(tmp_path / "vue.gpkg")}
    assert couches - {"provenance", "layer_styles"} == {
        "a_2023-v1", "a_2026-v4", "b_2023-v1", "b_2026-v4",
    }  # fmt: skip
    for couche in couches - {"provenance", "layer_styles"}:
        assert (
            not pyogrio.read_dataframe(tmp_path / "vue.gpkg", layer=couche)["territoire_id"]
            .duplicated()
            .any()
        )


def test_un_territoire_sans_contour_garde_sa_ligne(tmp_path: Path) -> None:
    table = TABLE.assign(territoire_id=["region-84", "region-53", "region-99", "region-84"])
    (tmp_path / "vue.gpkg").write_bytes(to_gpkg(table, PROVENANCE))
    couche = pyogrio.read_dataframe(tmp_path / "vue.gpkg", layer="a").set_index("territoire_id")
    assert couche.loc["region-99", "geometry"] is None
    assert len(couche) == 3


def test_une_vue_de_trop_de_couches_est_refusee_et_dit_quoi_changer() -> None:
    tailles = [f"t{rang}" for rang in range(COUCHES_MAX // 2 + 1)]
    trop = pd.concat([TABLE.assign(strate=t) for t in tailles])
    assert count_couches(trop) == COUCHES_MAX + 2
    with pytest.raises(GeopackageRefuse, match=r"102.couches.* moins d’indicateurs, de vagues"):
        to_gpkg(trop, PROVENANCE)
    assert count_couches(TABLE) == 2
    assert count_couches(TABLE.iloc[:0]) == 0


def test_une_vue_sans_territoire_est_refusee_par_une_phrase() -> None:
    with pytest.raises(GeopackageRefuse, match="par=territoire"):
        to_gpkg(TABLE.assign(territoire_id="france"), PROVENANCE)


# Ce que QGIS fait d'une couche à son ouverture : son style, puis les couleurs de son image.
LIRE_QGIS = """
import sys
from qgis.core import QgsApplication, QgsMapRendererSequentialJob, QgsMapSettings, QgsVectorLayer
from qgis.PyQt.QtCore import QSize
application = QgsApplication([], False)
application.initQgis()
couche = QgsVectorLayer(sys.argv[1] + "|layername=a", "a", "ogr")
reglages = QgsMapSettings()
reglages.setLayers([couche])
reglages.setOutputSize(QSize(300, 300))
reglages.setExtent(couche.extent())
dessin = QgsMapRendererSequentialJob(reglages)
dessin.start()
dessin.waitForFinished()
image = dessin.renderedImage()
regles = couche.renderer().rootRule().children()
print("|".join(regle.label() for regle in regles))
print(" ".join({image.pixelColor(x, y).name() for x in range(300) for y in range(300)}))
"""


def _run_qgis(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Par le Python du système, où QGIS s'installe."""
    reglages = {"QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin", "HOME": tempfile.gettempdir()}
    return subprocess.run(
        ["/usr/bin/python3", "-c", *arguments], check=False, capture_output=True, text=True, env=reglages
    )


def test_qgis_lit_un_style_date_et_choisi_d_office(fichier: Path) -> None:
    """QGIS 3.22 range les styles par ces deux colonnes : sans elles, il n'en lit aucun et dessine en uni."""
    styles = pyogrio.read_dataframe(fichier, layer="layer_styles")
    assert styles["useAsDefault"].tolist() == [True, True]
    assert styles["update_time"].notna().all()


def test_qgis_ouvre_la_couche_coloree(fichier: Path) -> None:
    if not Path("/usr/bin/python3").exists() or _run_qgis("import qgis.core").returncode:
        pytest.skip("QGIS n'est pas sur cette machine : le style n'est vérifié que par sa structure")
    lu = _run_qgis(LIRE_QGIS, str(fichier))
    libelles, couleurs = lu.stdout.strip().splitlines()
    assert libelles.split("|")[-2:] == [NON_PUBLIE, A_NE_PAS_CITER]
    # Le gris de ce qui n'est pas publié, et deux teintes pour deux valeurs.
    assert {ABSENT, COULEURS[0]} <= set(couleurs.split())
    assert len(set(couleurs.split()) & set(COULEURS)) == 2
