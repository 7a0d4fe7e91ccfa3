"""Propriété : 100 000 suites au hasard de filtres publics n'isolent aucun groupe sous le seuil."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import sparse

from barometre.stats.secrecy import CYBER, PUBLIC, Rule, protect
from barometre.stats.secrecy_lattice import Lattice
from tests.stats.cubes import build_cells, draw_respondents, list_parents

SUITES = 100_000
PAS = 6
LOTS = 5


class _Cube:
    """Une vague : ses cellules montrées, leurs atomes, les effectifs (réponses, oui, non)."""

    def __init__(self, cells: pd.DataFrame, montre: NDArray[np.bool_]) -> None:
        lattice = Lattice.from_cells(cells, list_parents())
        n, oui = cells["n"].to_numpy(float), cells["n_yes"].to_numpy(float)
        self.poids = lattice.atomes @ np.column_stack([n, oui, n - oui])
        self.contenu = lattice.contenu[np.flatnonzero(montre)]
        commun = (self.contenu @ self.contenu.T).toarray()
        tailles = np.diag(commun)
        self.voisins = commun > 0
        self.dedans = (commun == tailles[None, :]) & (tailles[None, :] < tailles[:, None])


def _draw(cube: _Cube, rng: np.random.Generator, suites: int) -> sparse.csr_matrix:
    """Une cellule, moins des parties disjointes, plus ou moins une voisine de temps en temps."""
    cellules = cube.contenu.shape[0]
    depart = rng.integers(cellules, size=suites)
    parties = cube.dedans[depart]
    lignes, colonnes, signes = [np.arange(suites)], [depart], [np.ones(suites)]
    for pas in range(PAS):
        hors_piste = rng.random(suites) < 0.05
        permis = np.where(hors_piste[:, None], cube.voisins[depart], parties)
        tirage = rng.random((suites, cellules), dtype=np.float32)
        cible = np.where(permis, tirage, -1).argmax(axis=1)
        joue = (rng.random(suites) < 0.8) & permis.any(axis=1)
        parties &= ~(cube.voisins[cible] & joue[:, None])
        lignes.append(np.flatnonzero(joue))
        colonnes.append(cible[joue])
        signes.append(np.where(hors_piste & (pas % 2 == 1), 1.0, -1.0)[joue])
    return sparse.csr_matrix(
        (np.concatenate(signes), (np.concatenate(lignes), np.concatenate(colonnes))), shape=(suites, cellules)
    )


def _isolated(cube: _Cube, suites: sparse.csr_matrix) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Pour chaque suite : le résultat est-il un groupe (des 0 et des 1), et quels sont ses effectifs."""
    resultat = (suites @ cube.contenu).tocsr()
    resultat.eliminate_zeros()
    lignes = np.repeat(np.arange(resultat.shape[0]), np.diff(resultat.indptr))
    groupe = np.bincount(lignes[resultat.data != 1], minlength=resultat.shape[0]) == 0
    return groupe, resultat @ cube.poids


def _count_leaks(cubes: list[_Cube], rule: Rule, suites: int, seed: int) -> tuple[int, int]:
    """Les suites qui isolent un groupe non vide sous le seuil, et celles qui isolent un groupe."""
    rng = np.random.default_rng(seed)
    vues = [_isolated(cube, _draw(cube, rng, suites)) for cube in cubes]
    seuils = np.array([rule.n, rule.oui, rule.non])
    # Les deux vagues ensemble : une suite joue l'une, l'autre, ou les deux.
    joue = rng.integers(1, 4, size=suites)
    groupe = np.ones(suites, dtype=bool)
    effectifs = np.zeros((suites, 3))
    for rang, (est_groupe, poids) in enumerate(vues):
        ici = (joue & (rang + 1)) > 0
        groupe &= est_groupe | ~ici
        effectifs += np.where(ici[:, None], poids, 0)
    non_vide = groupe & (effectifs[:, 0] > 0.5)
    return int((non_vide & (effectifs < seuils).any(axis=1)).sum()), int(non_vide.sum())


def _waves(rule: Rule, seed: int, *, naif: bool = False) -> list[_Cube]:
    cubes = []
    for vague, taille in enumerate((2700, 629)):
        cells = protect(build_cells(draw_respondents(seed + vague, taille, oui=0.4)), rule, list_parents())
        ok = (cells["n"] >= rule.n) & (cells["n_yes"] >= rule.oui) & (cells["n"] - cells["n_yes"] >= rule.non)
        montre = ok if naif else cells["state"].isin(["published", "indicative"])
        cubes.append(_Cube(cells, montre.to_numpy()))
    return cubes


@pytest.mark.parametrize("rule", [PUBLIC, CYBER])
def test_no_sequence_of_filters_isolates_a_small_group(rule: Rule) -> None:
    fuites = groupes = 0
    for lot in range(LOTS):
        f, g = _count_leaks(_waves(rule, 100 + 2 * lot), rule, SUITES // LOTS, lot)
        fuites, groupes = fuites + f, groupes + g
    assert fuites == 0
    assert groupes > SUITES / 4  # l'attaque a prise : des groupes sont bien isolés, mais grands


def test_the_same_attack_breaks_primary_suppression_alone() -> None:
    fuites, _ = _count_leaks(_waves(PUBLIC, 7, naif=True), PUBLIC, 2_000, 7)
    assert fuites > 0
