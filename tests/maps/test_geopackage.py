"""Le GeoPackage se relit par GDAL : une couche par indicateur, ses valeurs, ses contours, son style."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pyogrio
import pytest

from barometre.domain.provenance import Provenance
from barometre.maps.geopackage import GeopackageRefuse, build_style, to_gpkg

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
    racine = ElementTree.fromstring(styles.loc["a", "styleQML"])
    rangs = racine.findall(".//range")
    assert float(rangs[0].attrib["lower"]) == 12.0
    assert float(rangs[-1].attrib["upper"]) == 20.0
    assert len(racine.findall("./renderer-v2/symbols/symbol")) == len(rangs)


def test_sans_valeur_un_seul_symbole() -> None:
    racine = ElementTree.fromstring(build_style(pd.Series([None, None], dtype=float), "%"))
    assert racine.find("./renderer-v2").attrib["type"] == "singleSymbol"  # type: ignore[union-attr]


def test_une_vue_sans_territoire_est_refusee_par_une_phrase() -> None:
    with pytest.raises(GeopackageRefuse, match="par=territoire"):
        to_gpkg(TABLE.assign(territoire_id="france"), PROVENANCE)
