"""Dire où en est une construction : une étape, son rang, leur nombre."""

from __future__ import annotations

from collections.abc import Callable

# étape, rang (à partir de 1), nombre d'étapes
Suivi = Callable[[str, int, int], None]


class Etapes:
    """Compte les étapes franchies et les annonce."""

    def __init__(self, nombre: int, suivi: Suivi | None = None) -> None:
        self.nombre, self._suivi, self._rang = nombre, suivi, 0

    def step(self, etape: str) -> None:
        """Annonce l'étape suivante."""
        self._rang += 1
        if self._suivi is not None:
            self._suivi(etape, self._rang, self.nombre)
