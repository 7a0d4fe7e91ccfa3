"""Les outre-mer rapprochés de la métropole, Paris et la petite couronne agrandis : une seule transformation.

Toutes les cartes nationales (folium, tuiles, image) passent ici. Les coordonnées restent des degrés : une
carte en projection de Mercator les dessine telles quelles, sans déformer les formes déplacées.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from math import cos, radians

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import affinity, box
from shapely.geometry.base import BaseGeometry

# Département de chaque région d'outre-mer.
DROM = {"01": "971", "02": "972", "03": "973", "04": "974", "06": "976"}
PETITE_COURONNE = ("75", "92", "93", "94")
SUFFIXE = "#encart"
# En degrés : la hauteur d'un nom écrit petit, sur une carte de la largeur d'une page.
BANDE = 0.28


@dataclass(frozen=True, slots=True)
class Encart:
    """Un cadre : d'où vient ce qu'il montre, où il se pose, combien il agrandit."""

    nom: str
    origine: tuple[float, float]
    centre: tuple[float, float]
    facteur: float
    demi_largeur: float
    demi_hauteur: float

    def move(self, forme: BaseGeometry) -> BaseGeometry:
        """Déplace et agrandit une forme en gardant son allure à l'écran."""
        x0, y0 = self.origine
        x1, y1 = self.centre
        # En Mercator, un degré de latitude s'étire comme 1/cos(latitude).
        vertical = self.facteur * cos(radians(y1)) / cos(radians(y0))
        return affinity.affine_transform(
            forme, [self.facteur, 0, 0, vertical, x1 - self.facteur * x0, y1 - vertical * y0]
        )

    @property
    def cadre(self) -> BaseGeometry:
        """Le rectangle qui l'entoure, avec une bande libre en haut pour son nom."""
        x, y = self.centre
        haut = y + self.demi_hauteur + BANDE
        return box(x - self.demi_largeur, y - self.demi_hauteur, x + self.demi_largeur, haut)


ENCARTS: dict[str, Encart] = {
    "971": Encart("Guadeloupe", (-61.40, 16.18), (-6.0, 47.44), 1.45, 0.95, 0.52),
    "972": Encart("Martinique", (-61.02, 14.64), (-6.0, 46.05), 1.75, 0.95, 0.52),
    "973": Encart("Guyane", (-53.12, 3.93), (-6.0, 44.66), 0.33, 0.95, 0.52),
    "974": Encart("La Réunion", (55.54, -21.12), (-6.0, 43.27), 1.75, 0.95, 0.52),
    "976": Encart("Mayotte", (45.17, -12.82), (-6.0, 41.88), 2.60, 0.95, 0.52),
}
PARIS = Encart("Paris et petite couronne", (2.36, 48.84), (-4.75, 50.0), 5.4, 1.85, 0.92)


def place_outre_mer(formes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Rapproche les outre-mer ; la colonne `departement` (ou la région) dit où est chaque forme."""
    codes = get_drom(formes)
    placees = formes.copy()
    for code, encart in ENCARTS.items():
        sont = codes == code
        if sont.any():
            placees.loc[sont, "geometry"] = placees.loc[sont, "geometry"].map(encart.move)
    return placees


def add_paris(formes: gpd.GeoDataFrame, fines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Ajoute Paris et sa petite couronne en grand, depuis des formes `fines` ; la clé finit par `#encart`."""
    choisies = fines[fines["code"].isin(PETITE_COURONNE)].copy()
    if choisies.empty:
        return formes
    choisies["geometry"] = choisies["geometry"].map(PARIS.move)
    choisies["cle"] = choisies["cle"] + SUFFIXE
    ensemble = pd.concat([formes, choisies], ignore_index=True)
    return gpd.GeoDataFrame(ensemble, geometry="geometry", crs=formes.crs)


def get_empreinte() -> str:
    """Change dès qu'un encart bouge : des tuiles écrites pour d'autres cadres ne s'y poseraient plus."""
    return hashlib.sha256(repr(ENCARTS).encode()).hexdigest()[:12]


def list_cadres(formes: gpd.GeoDataFrame) -> list[Encart]:
    """Les cadres à dessiner autour de ce qui a été déplacé."""
    presents = set(get_drom(formes))
    cadres = [encart for code, encart in ENCARTS.items() if code in presents]
    agrandies = formes["cle"].str.endswith(SUFFIXE).any() if "cle" in formes else False
    return [*cadres, PARIS] if agrandies else cadres


def get_drom(formes: gpd.GeoDataFrame) -> np.ndarray:
    """Le département d'outre-mer de chaque forme, ou vide."""
    departements = formes["departement"].where(formes["departement"].isin(list(ENCARTS)), "")
    regions = formes["region"].map(DROM).fillna("")
    return np.where(departements != "", departements, regions).astype(object)
