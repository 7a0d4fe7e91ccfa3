"""Un fichier importé → ses tables : participation, réponses, comptes et quarantaine ; et sa garde."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd

from barometre.ingest.errors import Rejet
from barometre.ingest.garde import LotGarde, write_garde
from barometre.ingest.lot import Lot
from barometre.ingest.vocabulary import hash_vocabulary
from barometre.pipeline.donnees import Donnees
from barometre.sources.resultat import Rejet as RejetSource
from barometre.warehouse.reserve import hash_contenu


def get_instant() -> datetime:
    """Maintenant, en UTC, comme l'entrepôt l'écrit."""
    return datetime.now(UTC).replace(tzinfo=None)


def build_quarantaine(lot_id: str, rejets: Iterable[Rejet | RejetSource]) -> pd.DataFrame:
    """Les lignes de `quarantaine` : un motif chacune, numéroté dans son lot (une source y a son nom)."""
    lignes = [(lot_id, rang, r.ligne, r.colonne, r.valeur, r.motif) for rang, r in enumerate(rejets, 1)]
    return pd.DataFrame(lignes, columns=["lot_id", "rang", "ligne", "colonne", "valeur", "motif"])


def add_lot(donnees: Donnees, lot: Lot, instant: datetime) -> None:
    """Ajoute un lot, importé à cet instant : ses lignes chargées, ses comptes, ses lignes refusées."""
    donnees.add("lot_import", pd.DataFrame([lot.build_lot_import(instant)]))
    donnees.add("quarantaine", build_quarantaine(lot.lot_id, lot.rejets))
    donnees.add("participation", lot.participation)
    donnees.add("fait_reponse", lot.fait_reponse)


def build_garde(lot: Lot, instant: datetime, *, cle: str, par: str, catalogue: str) -> tuple[Lot, bytes]:
    """Le lot avec la clé sous laquelle la réserve l'aura, et ce qu'elle en gardera."""
    contenu = write_garde(
        LotGarde(
            lot_id=lot.lot_id,
            vague_id=lot.vague_id,
            questionnaire_id=lot.questionnaire_id,
            recu_le=instant.isoformat(),
            par=par,
            cle=cle,
            vocabulaire=hash_vocabulary(),
            catalogue=catalogue,
            recus=lot.recus,
            corrections=lot.corrections,
        )
    )
    return replace(lot, empreinte_gardee=hash_contenu(contenu)), contenu


def mark_lot(lot: Lot, *, simule: bool) -> Lot:
    """Le lot, marqué par qui l'a écrit : la démonstration, ou une collecte.

    Ni le nom du fichier ni une colonne n'en décident : de vraies réponses passeraient pour simulées, et
    « voir comme… » les ouvrirait à tous.
    """
    return replace(lot, simule=simule, participation=lot.participation.assign(simulee=simule))
