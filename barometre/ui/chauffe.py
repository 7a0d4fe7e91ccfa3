"""Ce qui est prêt avant le premier lecteur : la recherche, l'accueil, chaque thème tel qu'il s'ouvre.

Et ce que tous partagent : la structure des fiches, le panorama des obligations, le module des cartes. Le
premier qui les ouvrait les payait pour tous (0,7 s de processeur chacun), les autres attendant.
"""

from __future__ import annotations

import logging
from importlib import import_module

from barometre.access import Gate
from barometre.assemblage import depot
from barometre.assemblage.collectivite import load_structure
from barometre.assemblage.ensemble import prepare_accueil
from barometre.assemblage.etat import prepare_etat
from barometre.assemblage.memoire import get_vue
from barometre.assemblage.piloter import load_panorama
from barometre.assemblage.theme import build_indicateur, build_theme, load_vague_defaut
from barometre.catalogue import load_catalogue
from barometre.domain.jour import get_jour
from barometre.domain.portee import PUBLIC
from barometre.ui import porte
from barometre.views.lecture.selection import Selection
from barometre.warehouse.engine import EntrepotError

journal = logging.getLogger(__name__)
# Ses gabarits prennent 0,2 s de processeur à la première carte.
CARTES = "folium"


def warm_up() -> None:
    """Lit l'entrepôt une première fois, avant tout lecteur ; sans entrepôt, les pages le diront."""
    try:
        gate = depot.build_gate(PUBLIC, depot.read_active_version())
        gate.search("a")
        porte.list_territoires()
        prepare_accueil(gate)
        for theme in load_catalogue().themes:
            _prepare_theme(gate, theme.id)
        load_structure(gate)
        load_panorama(gate, Selection(), get_jour())
        import_module(CARTES)
    except EntrepotError as erreur:
        journal.warning("Entrepôt indisponible au démarrage : %s", erreur)


def _prepare_theme(gate: Gate, theme_id: str) -> None:
    """Le thème et son premier indicateur, pour la sélection que la page propose d'abord."""
    vague = load_vague_defaut(gate, theme_id)
    if not vague:
        return
    selection = Selection(vague_id=vague)
    theme = get_vue(gate, build_theme, theme_id, selection)
    premier = theme.vue.get_ligne("").indicateur.id
    get_vue(gate, build_indicateur, premier, theme.vue.selection)
    prepare_etat(gate, theme_id, theme.vue.selection)
