"""La version des données que lit un lecteur : ce qui la nomme, et d'où viennent ses chiffres."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Version:
    """La ligne de la table `version` ; les champs portent le nom des colonnes."""

    version_id: str
    creee_le: datetime
    simulee: bool
    code_version: str
    catalogue_empreinte: str
    commentaire: str

    @property
    def nature(self) -> str:
        """« réponses simulées » ou « réponses reçues »."""
        return "réponses simulées" if self.simulee else "réponses reçues"
