"""Regroupe les répondants qui ont les mêmes modalités : ils reçoivent le même rapport de calage.

Un calage ne dépend d'un répondant que par x'λ : résoudre sur les cellules présentes, avec la somme
de leurs poids de départ, donne exactement les mêmes rapports et va plus vite.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from barometre.stats.margins import Codes, Margin, Problem, Tableau

# Au-delà, on trie les codes au lieu de les compter dans un tableau.
DENSE_CELLS = 200_000


@dataclass(frozen=True, slots=True)
class Cells:
    """Les cellules présentes : rang de celle de chaque répondant, poids de départ, codes par marge."""

    unit_cell: Codes
    base: Tableau
    codes: tuple[Codes, ...]


def build_cells(problem: Problem) -> Cells:
    """Une cellule par combinaison de modalités ; une par répondant s'il y a une variable numérique."""
    if problem.numeric:
        rangs = np.arange(problem.base.size, dtype=np.intp)
        return Cells(rangs, problem.base, tuple(marge.codes for marge in problem.margins))
    cellule, premier = _number_cells(problem.margins)
    base = np.asarray(np.bincount(cellule, weights=problem.base, minlength=premier.size), dtype=float)
    return Cells(cellule, base, tuple(marge.codes[premier] for marge in problem.margins))


def _number_cells(margins: tuple[Margin, ...]) -> tuple[Codes, Codes]:
    """Rang de la cellule de chaque répondant, et un répondant de chaque cellule."""
    cle = margins[0].codes
    taille = len(margins[0].levels)
    for marge in margins[1:]:
        cle = cle * len(marge.levels) + marge.codes
        taille *= len(marge.levels)
        if taille > DENSE_CELLS:
            cle = np.unique(cle, return_inverse=True)[1]
            taille = int(cle.max()) + 1
    premier = np.full(taille, -1, dtype=np.intp)
    premier[cle] = np.arange(cle.size)
    presentes = np.flatnonzero(premier >= 0)
    rang = np.empty(taille, dtype=np.intp)
    rang[presentes] = np.arange(presentes.size)
    return rang[cle], premier[presentes]


def build_matrix(problem: Problem, cells: Cells) -> tuple[Tableau, Tableau]:
    """Variables de calage des cellules et totaux visés, sans la colonne redondante de chaque marge."""
    colonnes: list[Tableau] = []
    cibles: list[Tableau] = []
    for rang, (marge, codes) in enumerate(zip(problem.margins, cells.codes, strict=True)):
        debut = 0 if rang == 0 else 1
        colonnes.append(np.eye(len(marge.levels))[codes][:, debut:])
        cibles.append(marge.targets[debut:])
    for variable in problem.numeric:
        colonnes.append(variable.values[:, None])
        cibles.append(np.array([variable.target]))
    return np.hstack(colonnes), np.concatenate(cibles)
