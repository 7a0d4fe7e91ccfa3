"""Ce qu'une recherche trouve, et ce qui l'a trouvé."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from barometre.recherche.demande import Demande


@dataclass(frozen=True, slots=True)
class Trouvaille:
    """Un résultat de recherche ; `motif` dit pourquoi il est là quand le nom ne le dit pas."""

    collectivite_id: str
    nom: str
    type: str
    code: str
    siren: str | None
    departement: str | None
    population: int | None
    libelle: str
    motif: str = ""
    ancien_nom: str = ""

    def to_dict(self) -> dict[str, Any]:
        """La forme écrite par `chercher --json`."""
        valeurs = asdict(self)
        return {c: v for c, v in valeurs.items() if c != "ancien_nom" or v}


@dataclass(frozen=True, slots=True)
class Entree:
    """Un nom ou un code qui mène à une collectivité."""

    cible: int
    ancien_nom: str = ""
    motif: str = ""


@dataclass(frozen=True, slots=True)
class Filtre:
    """Les types et les départements demandés ; vides, ils n'écartent rien."""

    types: tuple[str, ...]
    departements: tuple[str, ...]

    def accepts(self, type: str, departement: str | None) -> bool:
        """Vrai si une collectivité de ce type et de ce département est de celles demandées."""
        bon_type = not self.types or type in self.types
        return bon_type and (not self.departements or departement in self.departements)


def build_filtre(demande: Demande, departements: tuple[str, ...]) -> Filtre:
    """Le filtre d'une lecture ; le code qu'elle porte l'emporte sur le lieu écrit à côté du nom."""
    return Filtre(demande.types, demande.departements or departements)
