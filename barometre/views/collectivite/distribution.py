"""Où se trouvent les pairs sur un thème : leurs pratiques en moyenne."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from barometre.domain.formats import format_nombre
from barometre.domain.indicateur import Indicateur
from barometre.views.collectivite.pairs import Pairs


@dataclass(frozen=True, slots=True)
class Distribution:
    """Les pratiques des pairs, en moyenne : la somme de parts déjà brouillées."""

    total: int
    moyenne: float | None

    @property
    def phrase(self) -> str:
        """« En moyenne 4,2 pratiques sur 8 chez vos pairs. »"""
        if self.moyenne is None:
            return ""
        # Le pluriel commence à deux : « 1,2 pratique ».
        mot = "pratiques" if self.moyenne >= 2 else "pratique"
        return f"En moyenne {format_nombre(self.moyenne, 1)} {mot} sur {self.total} chez vos pairs."


def build_distribution(pairs: Pairs, pratiques: Sequence[Indicateur]) -> Distribution:
    """La moyenne des pratiques chez les pairs."""
    return Distribution(len(pratiques), _mean(pairs, pratiques))


def _mean(pairs: Pairs, pratiques: Sequence[Indicateur]) -> float | None:
    """La somme des parts : seulement si toutes viennent du même échelon, sinon elle mêlerait des publics."""
    trouves = [pairs.chiffres.get(p.id) for p in pratiques]
    if not trouves or any(t is None or t.elargi or not t.chiffre.montre for t in trouves):
        return None
    return sum(t.chiffre.valeur or 0.0 for t in trouves if t is not None)
