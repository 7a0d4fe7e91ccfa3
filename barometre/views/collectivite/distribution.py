"""Où se trouvent les pairs sur un thème : pratiques en moyenne, et répartition quand on y a droit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from barometre.domain.indicateur import Indicateur
from barometre.formats import format_compte, format_nombre, format_part
from barometre.stats.scores import compute_scores
from barometre.views.collectivite.pairs import Comparaison, Pairs, minimum_of
from barometre.views.collectivite.soi import Score


@dataclass(frozen=True, slots=True)
class Distribution:
    """Les pratiques des pairs : moyenne (publique), part des pairs à chaque nombre (sans leur nom)."""

    total: int
    moyenne: float | None
    # nombre de pratiques → part des pairs ; vide quand on n'y a pas droit ou qu'ils sont trop peu
    parts: tuple[tuple[int, float], ...] = ()
    n: int = 0

    @property
    def phrase(self) -> str:
        """« En moyenne 4,2 pratiques sur 8 chez vos pairs. »"""
        if self.moyenne is None:
            return ""
        return f"En moyenne {format_nombre(self.moyenne, 1)} pratiques sur {self.total} chez vos pairs."

    def get_cadre(self, score: Score | None) -> pd.DataFrame:
        """Le cadre du graphique en barres : groupe, valeur, texte."""
        lignes = [
            {"groupe": _label(nombre, score), "valeur": part, "texte": format_part(part)}
            for nombre, part in self.parts
        ]
        return pd.DataFrame(lignes, columns=["groupe", "valeur", "texte"])

    def describe(self, score: Score | None) -> str:
        """La phrase de la répartition : où l'on se trouve, sans rang."""
        base = f"Répartition de {format_compte(self.n, 'pair')} sur leur nombre de pratiques."
        if score is None or not score.montre:
            return base
        moins = sum(part for nombre, part in self.parts if nombre < score.pratiques)
        autant = sum(part for nombre, part in self.parts if nombre == score.pratiques)
        return (
            f"{base} {format_part(moins)} d’entre eux en ont moins que vous, {format_part(autant)} autant, "
            f"{format_part(max(1 - moins - autant, 0.0))} davantage."
        )


def _label(nombre: int, score: Score | None) -> str:
    vous = " ◆ vous" if score is not None and score.montre and nombre == score.pratiques else ""
    return f"{format_compte(nombre, 'pratique')}{vous}"


def build_distribution(
    comparaison: Comparaison, pairs: Pairs, pratiques: Sequence[Indicateur]
) -> Distribution:
    """La moyenne et, pour qui voit ses pairs sans lui-même, la répartition."""
    parts, n = ((), 0) if not pairs.sans_soi else _count(comparaison, pairs, pratiques)
    return Distribution(len(pratiques), _mean(pairs, pratiques), parts, n)


def _mean(pairs: Pairs, pratiques: Sequence[Indicateur]) -> float | None:
    """La somme des parts : seulement si toutes viennent du même échelon, sinon elle mêlerait des publics."""
    trouves = [pairs.chiffres.get(p.id) for p in pratiques]
    if not trouves or any(t is None or t.elargi or not t.chiffre.montre for t in trouves):
        return None
    return sum(t.chiffre.redresse or 0.0 for t in trouves if t is not None)


def _count(
    comparaison: Comparaison, pairs: Pairs, pratiques: Sequence[Indicateur]
) -> tuple[tuple[tuple[int, float], ...], int]:
    if not pratiques or not pairs.autres:
        return (), 0
    ids = [p.id for p in pratiques]
    gate, soi = comparaison.gate, comparaison.collectivite.id
    valeurs, hors = gate.list_pratiques_pairs(soi, pairs.autres, ids, pairs.vague_id)
    if valeurs.empty:
        return (), 0
    scores = compute_scores(valeurs.reindex(columns=ids), hors.reindex(columns=ids, fill_value=False))
    nombres = scores.loc[scores["shown"], "practices"]
    if len(nombres) < minimum_of(pairs.theme_id) or nombres.nunique() < 2:
        return (), 0
    comptes = nombres.value_counts(normalize=True)
    return tuple((i, float(comptes.get(i, 0.0))) for i in range(len(ids) + 1)), len(nombres)
