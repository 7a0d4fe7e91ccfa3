"""Un refus s'écrit en une phrase, que l'opérateur lit telle quelle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd


class ImportRefuse(ValueError):
    """Le fichier entier est refusé ; le message dit pourquoi et quoi faire."""


@dataclass(frozen=True, slots=True)
class Rejet:
    """Un motif de refus d'une ligne : une ligne peut en avoir plusieurs, elle compte une fois."""

    ligne: int
    colonne: str
    valeur: str
    motif: str


def build_quarantaine(lot_id: str, rejets: Sequence[Rejet]) -> pd.DataFrame:
    """Les lignes de la table `quarantaine` : un motif chacune, numéroté dans son lot."""
    lignes = [(lot_id, rang, r.ligne, r.colonne, r.valeur, r.motif) for rang, r in enumerate(rejets, 1)]
    return pd.DataFrame(lignes, columns=["lot_id", "rang", "ligne", "colonne", "valeur", "motif"])
