"""Ce qui note une version préparée : vérifié, puis noté, verrou de l'entrepôt tenu."""

from __future__ import annotations

from typing import Protocol

from barometre.ingest.lot import Lot


class Preparation(Protocol):
    """Le registre, vu d'un import : entre `check` et la fin de la version, aucun autre import ne passe."""

    def check(self, lot: Lot, base: str) -> None:
        """Lève la phrase d'un refus si ce lot est déjà préparé d'après cette version en service."""

    def record(self, lot: Lot, base: str, version_id: str) -> None:
        """Note la version, écrite et vérifiée, juste avant qu'elle soit lisible ; un échec l'efface."""
