"""La version des données que lit un lecteur : ce qui la nomme, et de quoi ses chiffres ont été faits."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Empreintes:
    """De quoi des chiffres ont été calculés : un condensé par ingrédient, du nom de sa colonne."""

    catalogue_empreinte: str
    stats_empreinte: str
    pipeline_empreinte: str
    domain_empreinte: str
    schema_empreinte: str

    def list_differences(self, autre: Empreintes) -> list[str]:
        """Les ingrédients qui ne sont plus les mêmes, en mots."""
        return [INGREDIENTS[c.name] for c in fields(self) if getattr(self, c.name) != getattr(autre, c.name)]


INGREDIENTS = {
    "catalogue_empreinte": "le catalogue",
    "stats_empreinte": "les statistiques",
    "pipeline_empreinte": "la chaîne de calcul",
    "domain_empreinte": "les règles du domaine",
    "schema_empreinte": "le schéma de l'entrepôt",
}


@dataclass(frozen=True, slots=True)
class Version:
    """La ligne de la table `version`."""

    version_id: str
    creee_le: datetime
    simulee: bool
    code_version: str
    commentaire: str
    empreintes: Empreintes

    @property
    def nature(self) -> str:
        """« réponses simulées » ou « réponses reçues »."""
        return "réponses simulées" if self.simulee else "réponses reçues"
