"""Ce que tout lieu qui garde des versions sait faire : dossier de fichiers ou serveur."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager

from sqlalchemy import Engine

from barometre.warehouse.engine import EntrepotError
from barometre.warehouse.reserve import Reserve


class ConstructionEnCours(EntrepotError):
    """Une autre construction tient le verrou."""

    def __init__(self) -> None:
        super().__init__("Une construction de l'entrepôt est déjà en cours ; attendez qu'elle se termine.")


class Entrepot(ABC):
    """Un lieu qui garde des versions et sait laquelle est en service."""

    adresse: str

    @abstractmethod
    def get_active(self) -> str | None:
        """L'identifiant de la version en service, ou None."""

    @abstractmethod
    def list_ids(self) -> list[str]:
        """Les versions gardées, de la plus ancienne à la plus récente."""

    @abstractmethod
    def build_engine(self, version_id: str) -> Engine:
        """Un moteur en lecture seule sur une version."""

    @abstractmethod
    def build_chantier(self, version_id: str, copie_de: str | None = None) -> Engine:
        """Un moteur en écriture sur une version à venir, à part : vide, ou copie d'une version gardée."""

    @abstractmethod
    def activate(self, version_id: str) -> None:
        """Met une version gardée en service, d'un seul geste."""

    @abstractmethod
    def publish(self, version_id: str) -> None:
        """Fait d'un chantier terminé, ou d'une version préparée, une version gardée, et la met en service."""

    @abstractmethod
    def keep(self, version_id: str) -> None:
        """Fait d'un chantier terminé une version préparée : lisible sous son nom, hors service et hors liste.

        `publish` la met en service ; `remove` l'abandonne.
        """

    @abstractmethod
    def list_preparees(self) -> list[str]:
        """Les versions préparées, de la plus ancienne à la plus récente."""

    @abstractmethod
    def remove(self, version_id: str) -> None:
        """Efface une version gardée ou préparée."""

    @abstractmethod
    def remove_debris(self) -> int:
        """Efface ce qu'une construction interrompue a laissé ; rend combien."""

    @abstractmethod
    def get_reserve(self) -> Reserve:
        """Ce qui garde les fichiers reçus, à côté des versions."""

    @abstractmethod
    def lock(self) -> AbstractContextManager[None]:
        """Une construction à la fois ; lève `ConstructionEnCours` sinon."""
