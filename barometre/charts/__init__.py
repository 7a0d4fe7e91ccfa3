"""Données + indicateur → marques HTML ou figure plotly, phrase, tableau, texte de remplacement."""

from typing import TypeAlias

from barometre.charts.ecarts import build_ecarts
from barometre.charts.marques import Marques
from barometre.charts.modele import CONFIG, Graphique
from barometre.charts.participation import build_barres, build_cumul
from barometre.charts.points import build_points
from barometre.charts.positions import build_positions
from barometre.charts.situation import build_situation
from barometre.charts.vagues import build_vagues

# plotly reste là où l'on pointe : vagues, entonnoirs, cumul des réponses.
Dessin: TypeAlias = Graphique | Marques

__all__ = [
    "CONFIG",
    "Dessin",
    "Graphique",
    "Marques",
    "build_barres",
    "build_cumul",
    "build_ecarts",
    "build_points",
    "build_positions",
    "build_situation",
    "build_vagues",
]
