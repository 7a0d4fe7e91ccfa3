"""Ce qui est prêt avant le premier lecteur : la recherche, l'accueil, chaque thème et chaque page de Piloter
tels qu'ils s'ouvrent, projetés aussi.

Et ce que tous partagent : la structure des fiches, le panorama des obligations, le module des cartes. Le
premier qui les ouvrait les payait pour tous (0,7 s de processeur chacun), les autres attendant.
"""

from __future__ import annotations

import logging
from importlib import import_module

from barometre.access import Gate
from barometre.assemblage import depot
from barometre.assemblage.carte_gardee import (
    Dessin,
    load_cartes,
    load_donnees,
    load_mesures_par_commune,
    load_niveaux,
)
from barometre.assemblage.collectivite import load_structure
from barometre.assemblage.ensemble import load_chiffres_cles, prepare_accueil
from barometre.assemblage.etat import prepare_etat
from barometre.assemblage.fonds import load_fonds_affiche
from barometre.assemblage.memoire import get_vue
from barometre.assemblage.opsn import load_opsn
from barometre.assemblage.participation import load_participation, load_relance, prepare_suivis
from barometre.assemblage.piloter import (
    load_evolutions,
    load_panorama,
    load_programmes_vue,
    load_vue_alertes,
    load_vue_objectifs,
)
from barometre.assemblage.theme import build_indicateur, build_theme, load_vague_defaut
from barometre.catalogue import load_catalogue
from barometre.catalogue.fonds import load_fonds
from barometre.domain.jour import get_jour
from barometre.domain.portee import PUBLIC
from barometre.domain.territoire import FRANCE
from barometre.ui import porte
from barometre.ui.blocks.carte_choix import list_sujets
from barometre.views.carte.vue_carte import ChoixCarte
from barometre.views.lecture.address import CLES
from barometre.views.lecture.selection import Selection
from barometre.views.piloter.relance import list_cibles
from barometre.warehouse.engine import EntrepotError

journal = logging.getLogger(__name__)
# Ce que la première page à s'en servir chargerait pour toutes : folium et ses gabarits (0,2 s de processeur),
# la liste où Streamlit cherche un emoji en tête d'un choix. Pas `streamlit_folium` : chargé hors d'une page,
# son composant ne s'inscrit nulle part, et toute carte manque.
MODULES = ("folium.plugins", "streamlit.emojis")


def warm_up() -> None:
    """Lit l'entrepôt une première fois, avant tout lecteur ; sans entrepôt, les pages le diront."""
    try:
        version_id = depot.read_active_version()
        depot.prepare_chiffres(version_id)
        gate = depot.build_gate(PUBLIC, version_id)
        gate.search("a")
        porte.list_territoires()
        prepare_accueil(gate)
        for theme in load_catalogue().themes:
            _prepare_theme(gate, theme.id)
        load_structure(gate)
        load_panorama(gate, Selection(), get_jour())
        for module in MODULES:
            import_module(module)
        _prepare_piloter(gate)
    except EntrepotError as erreur:
        journal.warning("Entrepôt indisponible au démarrage : %s", erreur)


def _prepare_piloter(gate: Gate) -> None:
    """Les pages de Piloter, OPSN et la carte, pour la sélection nationale qu'elles proposent d'abord."""
    catalogue = load_catalogue()
    theme = catalogue.themes[0].id
    vagues = [v.id for v in catalogue.vagues if theme in v.questionnaires]
    citee = load_vague_defaut(gate, theme)
    load_chiffres_cles(gate)
    load_programmes_vue(gate, FRANCE)
    load_vue_objectifs(gate)
    load_vue_alertes(gate, get_jour())
    load_opsn(gate, theme)
    prepare_suivis(gate)
    if len(vagues) > 1:
        load_evolutions(gate, theme, Selection(citee if citee in vagues[1:] else vagues[-1]))
    if vagues:
        load_participation(gate, theme, vagues[-1], "strate")
        load_relance(gate, next(iter(list_cibles(catalogue, theme))), vagues[-1], str(CLES["relance"].defaut))
    for fonds in load_fonds():
        load_fonds_affiche(gate, fonds.id)
    _prepare_carte(gate, theme, citee)


def _prepare_carte(gate: Gate, theme_id: str, vague_id: str) -> None:
    """La carte de son premier sujet, par région."""
    choix = ChoixCarte(next(iter(list_sujets(theme_id))), theme_id, "region", Selection(vague_id))
    load_niveaux(gate, choix)
    load_mesures_par_commune(gate, theme_id)
    load_cartes(gate, (choix,), Dessin())
    load_donnees(gate, (choix,), Dessin(), 0)


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
