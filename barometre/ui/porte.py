"""La porte du lecteur : sa portée, sur la version en service."""

from __future__ import annotations

from typing import Any

from barometre.access import Gate
from barometre.assemblage import depot
from barometre.ui import state


def get_gate() -> Gate:
    """La porte d'accès du lecteur, sur la version en service."""
    return depot.build_gate(state.get_portee(), depot.get_version_id())


def get_version() -> dict[str, Any]:
    """La ligne de la version en service."""
    return depot.get_version(depot.get_version_id())


def list_territoires() -> dict[str, str]:
    """Les territoires que l'on peut choisir : identifiant → nom."""
    return depot.list_territoires(depot.get_version_id())
