"""Un chiffre estimé, sa note, son état de secret ; un chiffre publié par le baromètre."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Note = Literal["A", "B", "C", ""]
# Ce qui prive un chiffre de la note du dessus (`barometre.stats.grades`) ; vide pour une note A.
Raison = Literal["", "nombre", "largeur", "rare", "degres", "prudence", "participation", "poids"]

# Une cellule de `agregat` : le total d'une dimension est un texte vide.
DIMENSIONS: tuple[str, ...] = ("territoire_id", "type", "strate", "couverture")


@dataclass(frozen=True, slots=True)
class ChiffrePublie:
    """Un chiffre publié par le baromètre, tel que publié."""

    id: str
    theme_id: str
    indicateur_id: str
    libelle: str
    valeur: float | None
    valeur_texte: str
    unite: str
    base: str
    vague: str
    annee: str
    source_url: str
    extrait: str
