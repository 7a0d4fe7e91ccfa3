"""Un fichier importé → ses tables : participation, réponses, comptes et quarantaine."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd

from barometre.ingest.lot import Lot
from barometre.pipeline.donnees import Donnees


def add_lot(donnees: Donnees, lot: Lot) -> None:
    """Ajoute un lot : ses lignes chargées, ses comptes, ses lignes refusées."""
    instant = datetime.now(UTC).replace(tzinfo=None)
    donnees.add("lot_import", pd.DataFrame([lot.build_lot_import(instant)]))
    donnees.add("quarantaine", lot.build_quarantaine())
    donnees.add("participation", lot.participation)
    donnees.add("fait_reponse", lot.fait_reponse)
