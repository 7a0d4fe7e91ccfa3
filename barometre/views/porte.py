"""Ce que les vues demandent à la porte d'accès : une fausse porte avec ces méthodes suffit à un test."""

from __future__ import annotations

from typing import Any, Protocol

import pandas as pd

from barometre.domain.portee import Portee
from barometre.domain.territoire import Collectivite


class Porte(Protocol):
    """La part de `access.Gate` que lisent les vues."""

    @property
    def portee(self) -> Portee:
        """Au nom de qui l'on lit."""

    def get_version(self) -> dict[str, Any]:
        """La version des données."""

    def get_collectivite(self, collectivite_id: str) -> Collectivite | None:
        """Une collectivité ou un territoire."""

    def list_collectivites(self, **filtres: Any) -> pd.DataFrame:
        """Les collectivités et territoires."""

    def list_agregats(self, **filtres: Any) -> pd.DataFrame:
        """Les cellules, masquées selon la portée."""

    def list_evolutions(self, **filtres: Any) -> pd.DataFrame:
        """Les changements testés entre deux vagues."""

    def list_valeurs(self, indicateur_id: str, **filtres: Any) -> pd.DataFrame:
        """Les valeurs d'un indicateur, collectivité par collectivité."""

    def list_sources(self) -> pd.DataFrame:
        """Les sources chargées."""
