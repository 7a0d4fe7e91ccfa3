"""Ce que la construction tient en mémoire : un tableau par table de l'entrepôt."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from sqlalchemy import Engine

from barometre.warehouse.dialects import insert_frame
from barometre.warehouse.schema import metadata


class Donnees:
    """Des tableaux nommés comme les tables ; une table peut en recevoir plusieurs."""

    def __init__(self) -> None:
        self._tableaux: dict[str, list[pd.DataFrame]] = {}

    def add(self, table: str, frame: pd.DataFrame) -> None:
        """Ajoute des lignes à une table."""
        if table not in metadata.tables:
            raise KeyError(f"La table « {table} » n'existe pas.")
        self._tableaux.setdefault(table, []).append(frame)

    def get(self, table: str) -> pd.DataFrame:
        """Toutes les lignes d'une table."""
        presents = [t for t in self._tableaux.get(table, []) if not t.empty]
        if presents:
            return pd.concat(presents, ignore_index=True)
        return pd.DataFrame(columns=[c.name for c in metadata.tables[table].columns])

    def tables(self) -> Iterable[str]:
        """Les tables qui ont des lignes, dans l'ordre du schéma."""
        return [nom for nom in metadata.tables if nom in self._tableaux]

    def write(self, moteur: Engine, tables: Iterable[str] | None = None) -> None:
        """Charge les tableaux dans l'entrepôt, une transaction par table."""
        for nom in tables or self.tables():
            with moteur.begin() as connexion:
                for frame in self._tableaux.get(nom, []):
                    insert_frame(connexion, metadata.tables[nom], frame)
