"""Ce que le lecteur a choisi de regarder : une vague, un territoire, un type, une strate, une couverture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from barometre.domain.territoire import FRANCE

Valeur = Literal["redresse", "brut"]


@dataclass(frozen=True, slots=True)
class Selection:
    """Une cellule d'`agregat` et le chiffre à mettre en avant. Vide = toutes, ou la dernière vague."""

    vague_id: str = ""
    territoire_id: str = FRANCE
    type: str = ""
    strate: str = ""
    couverture: str = ""
    valeur: Valeur = "redresse"

    @property
    def type_effectif(self) -> str:
        """Le type choisi, ou celui que la strate impose (`commune-0-499` → `commune`)."""
        return self.type or self.strate.partition("-")[0]

    @property
    def est_france_entiere(self) -> bool:
        """Vrai si aucun filtre ne restreint le champ."""
        return (self.territoire_id, self.type, self.strate, self.couverture) == (FRANCE, "", "", "")

    def elargir(self) -> Selection:
        """La vue juste plus large : sans couverture, puis sans strate, sans type, puis la France."""
        for champ in ("couverture", "strate", "type"):
            if getattr(self, champ):
                return replace(self, **{champ: ""})
        return replace(self, territoire_id=FRANCE)
