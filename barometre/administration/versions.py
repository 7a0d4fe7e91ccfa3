"""Les versions gardées, et celle que l'on met en service."""

from __future__ import annotations

import pandas as pd

from barometre.administration.operateur import Operateur
from barometre.views.lecture.tableau import build_tableau
from barometre.warehouse.versions import activate_version, list_versions, open_entrepot

COLONNES = ("version", "creee_le", "active", "simulee", "commentaire")


def list_gardees() -> pd.DataFrame:
    """Une ligne par version, la plus récente d'abord."""
    return build_tableau(list_versions(open_entrepot())[list(COLONNES)].to_numpy(dtype=object), COLONNES)


def activate(operateur: Operateur, version_id: str) -> None:
    """Met une version gardée en service, après l'avoir inscrit ; les lecteurs suivent sans redémarrage."""
    entrepot = open_entrepot()
    operateur.record("activer", version_id, f"avant={entrepot.get_active() or ''}")
    activate_version(entrepot, version_id)
