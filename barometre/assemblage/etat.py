"""Les données de l'État sur une page de thème, composés une fois par portée, version et filtres."""

from __future__ import annotations

from dataclasses import replace

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.assemblage.theme import build_theme
from barometre.catalogue import load_catalogue
from barometre.views.comprendre.accord import VueAccord, build_vue_accord
from barometre.views.etat.mesures import VueMesures, build_vue_mesures
from barometre.views.lecture.selection import Selection


def load_mesures(gate: Gate, theme_id: str, territoire_id: str) -> VueMesures:
    """« Ce que mesure l'État » pour un thème et un territoire."""
    return memoire.get_vue(gate, _mesures, theme_id, territoire_id)


def load_accord(gate: Gate, theme_id: str, selection: Selection) -> VueAccord:
    """« Déclaré / mesuré » pour un thème et une sélection ; le chiffre redressé, quoi que la page montre."""
    return memoire.get_vue(gate, _accord, theme_id, replace(selection, valeur="redresse"))


def prepare_etat(gate: Gate, theme_id: str, selection: Selection) -> None:
    """Les deux vues d'un thème, avant qu'un lecteur les demande."""
    memoire.get_vue(gate, _mesures, theme_id, selection.territoire_id)
    memoire.get_vue(gate, _accord, theme_id, selection)


def _mesures(gate: Gate, theme_id: str, territoire_id: str) -> VueMesures:
    return build_vue_mesures(gate, load_catalogue(), theme_id, territoire_id)


def _accord(gate: Gate, theme_id: str, selection: Selection) -> VueAccord:
    theme = memoire.get_vue(gate, build_theme, theme_id, selection).vue
    return build_vue_accord(gate, load_catalogue(), theme)
