"""Un refus s'écrit en une phrase, que l'opérateur lit telle quelle."""

from __future__ import annotations

from dataclasses import dataclass


class ImportRefuse(ValueError):
    """Le fichier entier est refusé ; le message dit pourquoi et quoi faire."""


@dataclass(frozen=True, slots=True)
class Rejet:
    """Un motif de refus d'une ligne : une ligne peut en avoir plusieurs, elle compte une fois."""

    ligne: int
    colonne: str
    valeur: str
    motif: str
