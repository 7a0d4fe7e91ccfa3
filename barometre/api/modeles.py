"""Le contrat des lignes de l'API : fait du dictionnaire des colonnes, comme les fichiers et les tableaux."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ConfigDict, Field, create_model

from barometre.api.reponses import Page
from barometre.domain.colonnes import Nature, get_colonne

_TYPES: dict[Nature, Any] = {
    "entier": int,
    "nombre": float,
    "pourcent": float,
    "points": float,
    "booleen": bool,
}


def build_modele(nom: str, colonnes: Sequence[str], *, large: bool = False) -> Any:
    """La page de ces lignes ; `large` : d'autres colonnes (une par indicateur) s'y ajoutent.

    `ColonneInconnue` pour un nom qui n'est pas au dictionnaire.
    """
    champs: dict[str, Any] = {c: _build_champ(c) for c in colonnes}
    reglage = ConfigDict(extra="allow" if large else "forbid")
    ligne = create_model(f"Ligne{nom}", __config__=reglage, **champs)
    return Page[ligne]  # type: ignore[valid-type]


def _build_champ(nom: str) -> tuple[Any, Any]:
    colonne = get_colonne(nom)
    return _TYPES.get(colonne.nature, str) | None, Field(
        None, title=colonne.titre, description=colonne.definition
    )
