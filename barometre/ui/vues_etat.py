"""Les données de l'État sur une page de thème, construites une fois par portée, version et filtres."""

from __future__ import annotations

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.ui import cache
from barometre.ui.vues import build_theme
from barometre.views.comprendre.accord import VueAccord, build_vue_accord
from barometre.views.etat.mesures import VueMesures, build_vue_mesures
from barometre.views.lecture.selection import Selection


def load_mesures(theme_id: str, territoire_id: str) -> VueMesures:
    """« Ce que mesure l'État » pour un thème et un territoire."""
    return cache.get_vue(_mesures, theme_id, territoire_id)


def load_accord(theme_id: str, selection: Selection) -> VueAccord:
    """« Déclaré / mesuré » pour un thème et une sélection."""
    return cache.get_vue(_accord, theme_id, selection)


def prepare(gate: Gate, theme_id: str, selection: Selection) -> None:
    """Les deux vues d'un thème, avant qu'un lecteur les demande."""
    cache.get_vue_of(gate, _mesures, theme_id, selection.territoire_id)
    cache.get_vue_of(gate, _accord, theme_id, selection)


def _mesures(gate: Gate, theme_id: str, territoire_id: str) -> VueMesures:
    return build_vue_mesures(gate, load_catalogue(), theme_id, territoire_id)


def _accord(gate: Gate, theme_id: str, selection: Selection) -> VueAccord:
    theme = cache.get_vue_of(gate, build_theme, theme_id, selection).vue
    return build_vue_accord(gate, load_catalogue(), theme)
