"""Ce que les concernées déclarent d'une obligation : une cellule publiée, ou plusieurs recomposées.

Un seuil légal coupe entre les strates : « plus de 50 000 habitants » n'est pas une cellule de l'entrepôt. Sa
part se recompose des cellules publiées de ses strates (`stats.combination`) ; rien n'est lu sous le secret.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from barometre.stats.combination import Parts, combine_proportions
from barometre.stats.grades import B_PRUDENCE_WIDTH
from barometre.views.lecture.cellules import get_cellule
from barometre.views.lecture.chiffres import ABSENT, Chiffre
from barometre.views.lecture.ligne import Cellules
from barometre.views.lecture.selection import Selection


@dataclass(frozen=True, slots=True)
class Morceau:
    """Une cellule où des concernées se lisent, et leur nombre."""

    selection: Selection
    concernees: int


@dataclass(frozen=True, slots=True)
class Declaration:
    """La part déclarée remplie ; `couvertes` : les concernées dont la cellule se publie."""

    chiffre: Chiffre
    concernees: int
    couvertes: int

    @property
    def est_partielle(self) -> bool:
        """Vrai si le chiffre ne dit rien d'une partie des concernées."""
        return self.chiffre.montre and self.couvertes < self.concernees


def list_morceaux(cadre: pd.DataFrame, concernees: pd.DataFrame, selection: Selection) -> list[Morceau]:
    """Le moins de cellules possible : tout le cadre, sinon un type entier, sinon ses strates."""
    if len(concernees) == len(cadre):
        return [Morceau(selection, len(cadre))] if len(cadre) else []
    morceaux = []
    for type_, siennes in concernees.groupby("type"):
        sienne = replace(selection, type=str(type_))
        if len(siennes) == cadre["type"].eq(type_).sum():
            morceaux.append(Morceau(sienne, len(siennes)))
            continue
        comptes = siennes["strate"].value_counts().sort_index()
        morceaux += [Morceau(replace(sienne, strate=str(s)), int(n)) for s, n in comptes.items()]
    return morceaux


def build_declaration(preuve_id: str, morceaux: Sequence[Morceau], cellules: Cellules) -> Declaration:
    """La part déclarée de ces morceaux ; absente si elle ne dirait rien de plus du tiers des concernées."""
    total = sum(m.concernees for m in morceaux)
    lues = [(m.concernees, get_cellule(cellules, preuve_id, m.selection)) for m in morceaux]
    if len(lues) == 1:
        return Declaration(lues[0][1], total, total)
    montrees = [(n, chiffre) for n, chiffre in lues if chiffre.montre]
    couvertes = sum(n for n, _ in montrees)
    # La même règle que pour les strates vides d'une cellule (`pipeline.secret`).
    if not montrees or 1 - couvertes / total >= B_PRUDENCE_WIDTH:
        etat = next((c.etat for _, c in lues if c.etat != ABSENT), ABSENT)
        return Declaration(_build_cachee(preuve_id, etat), total, couvertes)
    if len(montrees) == 1:
        return Declaration(montrees[0][1], total, couvertes)
    return Declaration(_combine(preuve_id, montrees), total, couvertes)


def _build_cachee(preuve_id: str, etat: str) -> Chiffre:
    cache = "primary" if etat in ("published", "indicative") else etat
    return Chiffre(preuve_id, "", "", "", "", "", cache)


def _combine(preuve_id: str, montrees: Sequence[tuple[int, Chiffre]]) -> Chiffre:
    lignes = [(n, c.n, c.n_eff, *_read_part(c)) for n, c in montrees]
    parts = Parts(*(np.array(colonne, dtype=float) for colonne in zip(*lignes, strict=True)))
    somme = combine_proportions(parts)
    return Chiffre(
        preuve_id, montrees[0][1].vague_id, montrees[0][1].territoire_id, "", "", montrees[0][1].couverture,
        "indicative" if somme.grade in ("", "C") else "published",
        n=somme.n, n_eff=somme.n_eff, brut=somme.raw, redresse=somme.p, bas=somme.low, haut=somme.high,
        note="B" if somme.grade == "B" else "C",
    )  # fmt: skip


def _read_part(chiffre: Chiffre) -> tuple[float, float, float, float]:
    """Brut, valeur, bornes ; une part « moins de 14 % » y entre pour son milieu, et pour toute sa largeur."""
    valeur, brut = chiffre.valeur or 0.0, chiffre.brut or 0.0
    bas = valeur if chiffre.bas is None else chiffre.bas
    haut = valeur if chiffre.haut is None else chiffre.haut
    if chiffre.plafond == "au_plus":
        return valeur / 2, valeur / 2, 0.0, max(valeur, haut)
    if chiffre.plafond == "au_moins":
        return (1 + valeur) / 2, (1 + valeur) / 2, min(valeur, bas), 1.0
    return brut, valeur, bas, haut
