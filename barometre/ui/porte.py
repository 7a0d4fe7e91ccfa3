"""La porte du lecteur : sa portée, sur la version en service.

La portée se décide ici et nulle part ailleurs : de vrais droits viennent du registre, une vue prêtée ne vaut
que sur des réponses simulées. Un message forgé par le navigateur n'y change rien.
"""

from __future__ import annotations

from barometre.access import Gate
from barometre.assemblage import depot
from barometre.domain.portee import Portee
from barometre.domain.version import Version
from barometre.ui import state
from barometre.ui.visiteur import get_lecteur


def get_portee() -> Portee:
    """Les droits du lecteur sur la version en service ; le public tant que rien d'autre n'est établi."""
    prete = state.get_vue_simulee()
    return prete if prete.simulee and get_version().simulee else get_lecteur().portee


def get_gate() -> Gate:
    """La porte d'accès du lecteur, sur la version en service."""
    return depot.build_gate(get_portee(), depot.get_version_id(), get_lecteur().compte)


def get_version() -> Version:
    """La ligne de la version en service."""
    return depot.get_version(depot.get_version_id())


def list_territoires() -> dict[str, str]:
    """Les territoires que l'on peut choisir : identifiant → nom."""
    return depot.list_territoires(depot.get_version_id())
