"""Le catalogue : thèmes, questionnaires, indicateurs, strates, seuils légaux, en YAML vérifié.

Un nouvel indicateur est une fiche YAML, sans Python. `load_catalogue()` lit tout une fois et refuse,
par une phrase qui nomme le fichier et la clé, ce qui ne tient pas ; `check_catalogue(jour)`, appelé par
la construction et par les tests, vérifie en plus ce qui dépend du jour et de l'ensemble.
"""

from barometre.catalogue.checks import check_catalogue
from barometre.catalogue.loader import DONNEES, DOSSIER, build_catalogue, find_strate, load_catalogue
from barometre.catalogue.model import (
    PARTICIPATION,
    Catalogue,
    ChiffreAutreEnquete,
    Concerne,
    Grille,
    SeuilLegal,
    Strate,
    Theme,
)
from barometre.catalogue.validation import CatalogueError

__all__ = [
    "DONNEES",
    "DOSSIER",
    "PARTICIPATION",
    "Catalogue",
    "CatalogueError",
    "ChiffreAutreEnquete",
    "Concerne",
    "Grille",
    "SeuilLegal",
    "Strate",
    "Theme",
    "build_catalogue",
    "check_catalogue",
    "find_strate",
    "load_catalogue",
]
