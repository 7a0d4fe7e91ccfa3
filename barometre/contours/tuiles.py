"""Toutes les communes en tuiles vectorielles, écrites une fois : un code et un nom, rien d'autre."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

from barometre.contours import encarts

COUCHE = "communes"
ZOOM_MINIMAL, ZOOM_MAXIMAL = 3, 9


def write_tuiles(formes: gpd.GeoDataFrame, fichier: Path) -> None:
    """Un fichier PMTiles de toutes les communes, outre-mer rapprochés : code et nom, rien d'autre."""
    placees = encarts.place_outre_mer(formes)[["code", "nom", "geometry"]]
    placees.to_file(
        fichier,
        driver="PMTiles",
        layer=COUCHE,
        engine="pyogrio",
        dataset_options={
            "MINZOOM": str(ZOOM_MINIMAL),
            "MAXZOOM": str(ZOOM_MAXIMAL),
            # Une tuile ne perd jamais une commune, même si elle est lourde.
            "MAX_SIZE": "5000000",
            "MAX_FEATURES": "50000",
            "SIMPLIFICATION": "4",
            "SIMPLIFICATION_MAX_ZOOM": "1",
        },
    )
