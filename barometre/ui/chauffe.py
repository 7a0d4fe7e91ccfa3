"""Ce qui est prêt avant le premier lecteur : la recherche, l'accueil, chaque thème tel qu'il s'ouvre."""

from __future__ import annotations

import logging

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.domain.portee import PUBLIC
from barometre.ui import cache, vues, vues_etat, vues_pages
from barometre.ui.selectors import list_vagues
from barometre.views.lecture.selection import Selection
from barometre.warehouse.engine import EntrepotError

journal = logging.getLogger(__name__)


def warm_up() -> None:
    """Lit l'entrepôt une première fois, avant tout lecteur ; sans entrepôt, les pages le diront."""
    try:
        gate = cache.build_gate(PUBLIC, cache.read_active_version())
        gate.search("a")
        cache.list_territoires()
        vues_pages.prepare_accueil(gate)
        for theme in load_catalogue().themes:
            _prepare_theme(gate, theme.id)
    except EntrepotError as erreur:
        journal.warning("Entrepôt indisponible au démarrage : %s", erreur)


def _prepare_theme(gate: Gate, theme_id: str) -> None:
    """Le thème et son premier indicateur, pour la sélection que la page propose d'abord."""
    vagues = list(list_vagues(theme_id))
    if not vagues:
        return
    selection = Selection(vague_id=vagues[-1])
    theme = cache.get_vue_of(gate, vues.build_theme, theme_id, selection)
    premier = theme.vue.get_ligne("").indicateur.id
    cache.get_vue_of(gate, vues.build_indicateur, premier, theme.vue.selection)
    vues_etat.prepare(gate, theme_id, theme.vue.selection)
