"""Données + indicateur → figure plotly, sa phrase, son tableau, son texte de remplacement."""

from barometre.charts.cadre import COLONNES, CadreInvalide
from barometre.charts.ecarts import build_ecarts
from barometre.charts.modele import CONFIG, Graphique
from barometre.charts.participation import build_barres, build_cumul
from barometre.charts.points import build_points
from barometre.charts.positions import build_positions
from barometre.charts.vagues import build_vagues

__all__ = [
    "COLONNES",
    "CONFIG",
    "CadreInvalide",
    "Graphique",
    "build_barres",
    "build_cumul",
    "build_ecarts",
    "build_points",
    "build_positions",
    "build_vagues",
]
