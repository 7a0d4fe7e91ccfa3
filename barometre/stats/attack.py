"""Ce qu'un lecteur de tout devine d'une réponse : l'attaque que le calcul se fait avant de publier.

Il sait qui a répondu, recalcule les poids et lit toutes les cellules au pour cent, brut et redressé. Sa
meilleure combinaison de tout ce qu'il lit est linéaire (régression bayésienne, réponses et bruit tenus pour
normaux : Rasmussen et Williams 2006, §2.2) ; son a priori, les taux qu'il lit de la strate, du département,
de la région et de la couverture.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array, csr_array

from barometre.stats.design import Design
from barometre.stats.factor import list_disjoint
from barometre.stats.perturbation import Perturbation
from barometre.stats.publication import Structure, build_structure

Tableau = npt.NDArray[np.float64]
Booleens = npt.NDArray[np.bool_]
Entiers = npt.NDArray[np.intp]
# Ce dont deux groupes du cadre diffèrent d'ordinaire, en part de « oui » : un écart-type, par dimension.
ECART_GROUPES = 0.1
# Un nombre pris au hasard dans un intervalle de largeur 1.
VARIANCE_UNIFORME = 1 / 12
# Les publics gardés ensemble : les questions se lisent public par public.
PUBLICS = 1


class Membres(NamedTuple):
    """Qui est où : la cellule et la classe de chaque appartenance, par classe ; où chacune commence."""

    cellules: Entiers
    classes: Entiers
    debuts: Entiers


@dataclass(frozen=True)
class Lecteur:
    """Ce que l'attaquant sait avant de lire : les cellules (cellule × unité), les poids, les groupes."""

    keys: Perturbation
    weights: Tableau
    cells: csr_array
    groups: Tableau

    @cached_property
    def design(self) -> Design:
        """Le plan qui suffit aux sommes brouillées."""
        return Design(None, None, self.weights, perturbation=self.keys)

    @cached_property
    def structure(self) -> Structure:
        """Ce que les membres de chaque cellule sont, réponses mises à part."""
        return build_structure(self.design, self.cells)

    @property
    def inequality(self) -> Tableau:
        """Le plus grand écart d'un poids au poids moyen, par cellule."""
        return self.structure.inequality[:, 0]

    @cached_property
    def classes(self) -> tuple[Entiers, Entiers]:
        """Une unité de chaque classe, et la classe de chacune : mêmes cellules, poids et groupes."""
        # Les unités se groupent d'abord par leurs octets : toutes les communes × toutes les cellules, triées,
        # coûteraient vingt secondes et deux gigaoctets ; les classes y sont sept fois moins nombreuses.
        seules, groupes = _group_units(self.cells, self.weights, self.groups)
        # Les appartenances en bits : des octets se trient dans l'ordre de leurs lignes, bien plus vite.
        bits = np.packbits(self.cells[:, seules].astype(bool).toarray().T, axis=1)
        lignes = np.ascontiguousarray(bits).view(f"S{max(bits.shape[1], 1)}").ravel()
        ordre = np.lexsort([*self.groups[seules].T[::-1], self.weights[seules], lignes])
        rangs = np.empty_like(ordre)
        rangs[ordre] = np.arange(ordre.size)
        return seules[ordre], rangs[groupes]

    @cached_property
    def members(self) -> Membres:
        """Dans quelles cellules est chaque classe."""
        par_classe = csc_array(self.cells[:, self.classes[0]])
        par_classe.sort_indices()
        combien = np.diff(par_classe.indptr)
        return Membres(par_classe.indices, np.repeat(np.arange(combien.size), combien), par_classe.indptr)

    @cached_property
    def apart(self) -> Booleens:
        """Vrai pour des cellules qui n'ont deux à deux aucun membre."""
        seules = np.zeros(self.cells.shape[0], dtype=bool)
        seules[list_disjoint(csr_array(self.cells[:, self.classes[0]]))] = True
        return seules

    @cached_property
    def class_groups(self) -> Tableau:
        """Classe × groupe du cadre, 0 ou 1."""
        return self.groups[self.classes[0]]

    @cached_property
    def _publics(self) -> dict[bytes, Public]:
        return {}

    def prepare(self) -> None:
        """Calcule ce que toutes les questions partagent : des processus qui naissent le reçoivent fait."""
        _ = self.structure, self.members, self.class_groups, self.apart

    def count_answers(self, answered: Booleens) -> Tableau:
        """Combien de chaque classe ont répondu."""
        premieres, rangs = self.classes
        return np.bincount(rangs[answered], minlength=premieres.size).astype(float)

    def get_public(self, answered: Booleens) -> Public:
        """Ce que pèse chaque cellule chez celles qui ont répondu ; une question posée à toutes le partage."""
        effectifs = self.count_answers(answered)
        cle = effectifs.tobytes()
        if cle not in self._publics:
            while len(self._publics) >= PUBLICS:
                self._publics.pop(next(iter(self._publics)))
            poids = self.weights[self.classes[0]]
            lieux = self.cells.shape[0], self.members
            self._publics[cle] = build_public(*lieux, poids, self.class_groups, effectifs)
        return self._publics[cle]


@dataclass(frozen=True, slots=True, eq=False)
class Public:
    """D'un public (celles que la question a atteintes) : combien, par classe (`counts`) et par cellule (`n`).

    `weighted` : de chaque appartenance, le poids rapporté à la moyenne de la cellule. `spread` : cellule ×
    groupe, les effectifs et les pesés.
    """

    counts: Tableau
    n: Tableau
    weighted: Tableau
    spread: tuple[Tableau, Tableau]


def build_public(cells: int, members: Membres, weights: Tableau, groups: Tableau, counts: Tableau) -> Public:
    """`cells` : combien de cellules ; `weights`, `groups`, `counts` : de chaque classe."""
    cellules, classes, _ = members
    n = np.bincount(cellules, counts[classes], cells).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        moyens = np.where(n > 0, np.bincount(cellules, (counts * weights)[classes], cells) / n, 1.0)
    peses = weights[classes] / moyens[cellules]
    lieux = cellules, classes
    par_groupe = groups * counts[:, None]
    membres, ponderes = (csr_array((x, lieux), (cells, counts.size)) for x in (np.ones(peses.size), peses))
    return Public(counts, n, peses, (np.asarray(membres @ par_groupe), np.asarray(ponderes @ par_groupe)))


def _group_units(cells: csr_array, weights: Tableau, groups: Tableau) -> tuple[Entiers, Entiers]:
    """La première unité de chaque groupe qui a mêmes cellules, poids et groupes, et le groupe de chacune."""
    par_unite = csr_array(cells.T)
    par_unite.sort_indices()
    bornes, dites = par_unite.indptr, par_unite.indices
    vus: dict[tuple[bytes, ...], int] = {}
    rangs = np.empty(weights.size, dtype=np.intp)
    premieres = list[int]()
    for i in range(weights.size):
        cle = (dites[bornes[i] : bornes[i + 1]].tobytes(), weights[i].tobytes(), groups[i].tobytes())
        rangs[i] = vus.setdefault(cle, len(vus))
        if len(premieres) < len(vus):
            premieres.append(i)
    return np.array(premieres, dtype=np.intp), rangs
