"""Ce que la construction tient en mémoire : un tableau par table de l'entrepôt."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from barometre.warehouse.dialects import write_frames
from barometre.warehouse.engine import Engine
from barometre.warehouse.schema import metadata

# Une page lit un territoire : ainsi rangées, ses cellules se touchent dans le fichier, et DuckDB ne décode
# pas les autres (une lecture de thème par région : 38 → 10 ms de processeur).
RANGEMENTS = {
    "agregat": ["territoire_id", "indicateur_id", "vague_id"],
    "evolution": ["territoire_id", "indicateur_id"],
}


class Donnees:
    """Des tableaux nommés comme les tables ; une table peut en recevoir plusieurs."""

    def __init__(self) -> None:
        self._tableaux: dict[str, list[pd.DataFrame]] = {}

    def add(self, table: str, frame: pd.DataFrame) -> None:
        """Ajoute des lignes à une table."""
        if table not in metadata.tables:
            raise KeyError(f"La table « {table} » n'existe pas.")
        self._tableaux.setdefault(table, []).append(frame)

    def replace(self, table: str, frame: pd.DataFrame) -> None:
        """Met ces lignes à la place de celles d'une table."""
        self._tableaux.pop(table, None)
        self.add(table, frame)

    def get(self, table: str) -> pd.DataFrame:
        """Toutes les lignes d'une table."""
        presents = [t for t in self._tableaux.get(table, []) if not t.empty]
        if presents:
            return pd.concat(presents, ignore_index=True)
        return pd.DataFrame(columns=[c.name for c in metadata.tables[table].columns])

    def list_frames(self, table: str) -> list[pd.DataFrame]:
        """Les tableaux d'une table, tels qu'ajoutés : les réunir recopierait tout."""
        return list(self._tableaux.get(table, []))

    def list_tables(self) -> Iterable[str]:
        """Les tables qui ont des lignes, dans l'ordre du schéma."""
        return [nom for nom in metadata.tables if nom in self._tableaux]

    def count(self) -> dict[str, int]:
        """Le nombre de lignes de chaque table."""
        return {nom: sum(map(len, self._tableaux[nom])) for nom in self.list_tables()}

    def write(self, moteur: Engine) -> None:
        """Charge les tableaux dans l'entrepôt, une transaction par table."""
        for nom in self.list_tables():
            write_frames(moteur, metadata.tables[nom], self._list_rangees(nom))

    def _list_rangees(self, table: str) -> list[pd.DataFrame]:
        ordre = RANGEMENTS.get(table)
        return [self.get(table).sort_values(ordre, kind="stable")] if ordre else self._tableaux[table]

    def extend(self, autres: Donnees) -> None:
        """Ajoute toutes les tables d'un autre ensemble."""
        for table, tableaux in autres._tableaux.items():
            self._tableaux.setdefault(table, []).extend(tableaux)

    def is_simulee(self) -> bool:
        """Vrai si une réponse au moins est simulée."""
        participations = self.get("participation")
        return bool(len(participations)) and bool(participations["simulee"].astype(bool).any())
