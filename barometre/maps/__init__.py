"""Données + contours → carte : folium, tuiles vectorielles ou image, une seule logique de couleurs."""

from barometre.contours.lecture import Contours, ContoursAbsents, load_contours
from barometre.maps.composition import COLONNES, Carte, build_carte
from barometre.maps.feuille import build_donnees, build_feuille, build_lieux
from barometre.maps.image import build_image
from barometre.maps.legende import Entree, Legende
from barometre.maps.tableau import build_points, build_table

__all__ = [
    "COLONNES",
    "Carte",
    "Contours",
    "ContoursAbsents",
    "Entree",
    "Legende",
    "build_carte",
    "build_donnees",
    "build_feuille",
    "build_image",
    "build_lieux",
    "build_points",
    "build_table",
    "load_contours",
]
