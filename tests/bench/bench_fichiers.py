"""Les grands fichiers : 100 000 lignes dans chaque format, 35 000 communes dans QGIS.

Une vue d'Explorer en long a 25 colonnes, en large une dizaine : les deux se mesurent, en temps de processeur.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from unittest import mock

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from barometre.contours.lecture import ContoursAbsents, load_contours
from barometre.domain.provenance import Provenance
from barometre.exports import FORMATS, build_fichier
from barometre.maps import geopackage
from barometre.views.donnees.explorer import COLONNES
from tests.bench.mesure import build_ligne

LIGNES, COMMUNES = 100_000, 35_000
LARGE = 10
BUTS = {"csv": "≤ 1 s", "xlsx": "≤ 10 s"}
NOMBRES = (
    "valeur", "redresse", "brut", "bas", "haut", "prudence_bas", "prudence_haut", "g_etoile", "n",
)  # fmt: skip
# Le contour d'une commune chargée, au pas de la carte nationale, a une soixantaine de points.
POINTS = 60
LUE = Provenance("Explorer", "explorer", "France", "Source", "28 novembre 2026", "v", ())


def run() -> list[dict[str, Any]]:
    """Une ligne par format et par forme, puis le GeoPackage."""
    longue = build_table(LIGNES)
    lignes = [_measure_format(nom, longue) for nom in FORMATS]
    lignes += [_measure_format(nom, longue.iloc[:, -LARGE:]) for nom in BUTS]
    return [*lignes, _measure_gpkg()]


def build_table(lignes: int) -> pd.DataFrame:
    """Une vue en long : des textes qui se répètent, un nom de lieu par ligne, des nombres arrondis."""
    tirage = np.random.default_rng(17)
    colonnes: dict[str, Any] = {}
    for rang, nom in enumerate(COLONNES):
        if nom in NOMBRES:
            nombres = tirage.normal(50, 20, lignes).round(1)
            colonnes[nom] = np.where(tirage.random(lignes) < 0.1, np.nan, nombres)
        else:
            colonnes[nom] = pd.Series(tirage.integers(0, 5 ** (rang % 4 + 1), lignes)).map(
                f"{nom} ; {{}}".format
            )
    colonnes["territoire_id"] = [f"commune-{rang:05}" for rang in range(lignes)]
    colonnes["groupe"] = [f"L'Haÿ n° {rang}" for rang in range(lignes)]
    colonnes["marque"] = np.where(np.isnan(colonnes["valeur"]), "[c]", "")
    return pd.DataFrame(colonnes)[list(COLONNES)]


def _measure(build: Callable[[], bytes]) -> tuple[float, float]:
    """Le temps de processeur, et les octets, en Mo."""
    debut = time.process_time()
    octets = len(build())
    return time.process_time() - debut, octets / 1e6


def _measure_format(nom: str, table: pd.DataFrame) -> dict[str, Any]:
    duree, taille = _measure(lambda: build_fichier(table, LUE, nom))
    titre = f"{nom}, {len(table)} × {table.shape[1]}"
    return build_ligne(titre, duree, "s", BUTS.get(nom, ""), note=f"{taille:.1f} Mo")


def _measure_gpkg() -> dict[str, Any]:
    """Les contours des communes s'ils sont chargés ; d'autant de formes d'autant de points sinon."""
    try:
        formes, origine = load_contours("commune").formes, "contours chargés"
    except ContoursAbsents:
        formes, origine = _build_formes(), "formes tirées au sort"
    ids = ("commune-" + formes["code"]).tolist()
    table = build_table(len(ids)).assign(territoire_id=ids, indicateur_id="part", titre="Part", unite="%")
    with mock.patch.object(geopackage, "load_contours", return_value=mock.Mock(formes=formes)):
        duree, taille = _measure(lambda: geopackage.to_gpkg(table, LUE))
    return build_ligne(f"gpkg, {len(ids)} communes", duree, "s", "≤ 10 s", note=f"{taille:.1f} Mo, {origine}")


def _build_formes() -> gpd.GeoDataFrame:
    rangs = np.arange(COMMUNES)
    angles = np.linspace(0, 2 * np.pi, POINTS)
    bords = np.stack([np.cos(angles), np.sin(angles)], axis=1) * 0.02
    centres = np.stack([rangs % 200 * 0.05 - 5, rangs // 200 * 0.05 + 42], axis=1)
    formes = [shapely.Polygon(bords + centre) for centre in centres]
    noms = {"code": [f"{r:05}" for r in rangs], "nom": [f"Commune {r}" for r in rangs]}
    return gpd.GeoDataFrame(noms, geometry=formes, crs=4326)
