"""Un fichier importé → ses tables : participation, réponses, comptes et quarantaine."""

from __future__ import annotations

from dataclasses import replace
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


def mark_lot(lot: Lot, *, simule: bool) -> Lot:
    """Le lot, marqué par qui l'a écrit : la démonstration, ou une collecte.

    Ni le nom du fichier ni une colonne n'en décident : de vraies réponses passeraient pour simulées, et
    « voir comme… » les ouvrirait à tous.
    """
    return replace(lot, simule=simule, participation=lot.participation.assign(simulee=simule))
