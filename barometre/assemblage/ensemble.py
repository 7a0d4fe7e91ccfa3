"""Les vues des pages sans graphique, construites une fois par portée et par version."""

from __future__ import annotations

from datetime import date

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.catalogue import load_catalogue
from barometre.domain.jour import get_jour
from barometre.views.comprendre.accueil import VueAccueil, build_vue_accueil
from barometre.views.comprendre.chiffres_cles import VueChiffresCles, build_vue_chiffres_cles
from barometre.views.donnees.methode import VueMethode, build_vue_methode
from barometre.views.donnees.qualite import Qualite, read_qualites


def load_accueil(gate: Gate) -> VueAccueil:
    """L'accueil."""
    return memoire.get_vue(gate, _accueil)


def prepare_accueil(gate: Gate) -> None:
    """L'accueil, gardé avant le premier lecteur."""
    memoire.get_vue(gate, _accueil)


def load_chiffres_cles(gate: Gate) -> VueChiffresCles:
    """Les chiffres publiés."""
    return memoire.get_vue_publique(gate, _chiffres_cles)


def load_methode(gate: Gate) -> VueMethode:
    """Les sources et les strates."""
    return memoire.get_vue(gate, _methode, get_jour())


def load_qualites(gate: Gate) -> tuple[Qualite, ...]:
    """Le rapport de qualité de chaque questionnaire à chaque vague."""
    return memoire.get_vue_publique(gate, _qualites)


def _accueil(gate: Gate) -> VueAccueil:
    return build_vue_accueil(gate, load_catalogue())


def _chiffres_cles(gate: Gate) -> VueChiffresCles:
    return build_vue_chiffres_cles(gate, load_catalogue())


def _methode(gate: Gate, jour: date) -> VueMethode:
    return build_vue_methode(gate, load_catalogue(), jour)


def _qualites(gate: Gate) -> tuple[Qualite, ...]:
    return read_qualites(gate, load_catalogue())
