"""Un groupe du cadre, et ce que la porte dit de sa participation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Groupe:
    """Un groupe du cadre ; `repondantes` et `taux` sont vides quand la porte les cache."""

    id: str
    nom: str
    cadre: int
    repondantes: int | None
    taux: float | None
