"""La vue d'Explorer, gardée : la page, le fichier et l'API d'une même adresse lisent la même."""

from __future__ import annotations

from barometre.access import Gate
from barometre.assemblage import depot, memoire
from barometre.catalogue import load_catalogue
from barometre.maps.geopackage import to_gpkg
from barometre.views.donnees.demande import DemandeExplorer, parse_demande
from barometre.views.donnees.explorer import VueExplorer, build_vue_explorer


def load_explorer(gate: Gate, demande: DemandeExplorer) -> VueExplorer:
    """La vue d'une demande."""
    return memoire.get_vue(gate, _explorer, demande)


def load_requete(gate: Gate, requete: str) -> VueExplorer:
    """La vue d'une adresse ; `ExplorationRefusee` si l'une de ses valeurs n'existe pas."""
    return load_explorer(gate, parse_demande(requete, load_catalogue(), depot.list_territoires_of(gate)))


def _explorer(gate: Gate, demande: DemandeExplorer) -> VueExplorer:
    return build_vue_explorer(gate, load_catalogue(), demande)


def build_geopackage(vue: VueExplorer) -> bytes:
    """La vue et ses contours ; `GeopackageRefuse` si elle n'est pas répartie par territoire."""
    return to_gpkg(vue.table, vue.provenance)
