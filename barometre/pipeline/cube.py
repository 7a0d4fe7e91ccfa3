"""Les cellules où un chiffre est calculé : territoire × (type ou strate) × couverture.

Une cellule est un entier ; ses libellés se retrouvent par calcul. Le cube est borné : la couverture ne
croise pas le département, un EPCI n'est pas découpé (voir docs/decisions.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from barometre.domain.secret import MARGE_CADRE, SEUIL
from barometre.domain.territoire import COUVERTURES, FRANCE, TYPES
from barometre.stats.perturbation import Perturbation

Entiers = NDArray[np.int64]
# niveau, taille ('' total, type, strate), croisée avec la couverture ou non
Grille = tuple[str, str, bool]
NIVEAUX = ("france", "zone", "region", "departement", "epci")
TAILLES = ("", "type", "strate")
# La couverture croise le type et la strate à l'échelle nationale, et la région seule.
GRILLES: tuple[Grille, ...] = (
    *product(("france",), TAILLES, (False, True)),
    *product(("zone", "region", "departement"), TAILLES, (False,)),
    ("region", "", True),
    ("epci", "", False),
)
COLONNES = ("niveau", "territoire_id", "type", "strate", "couverture")


@dataclass(frozen=True)
class Cube:
    """Les cellules d'un cadre : `cadre` est indexé par collectivite_id."""

    cadre: pd.DataFrame

    @cached_property
    def territoires(self) -> list[str]:
        """Le libellé de chaque territoire ; le rang est son numéro."""
        colonnes = [self._territoires_of(niveau) for niveau in NIVEAUX]
        return sorted({str(t) for colonne in colonnes for t in colonne.dropna().unique()})

    @cached_property
    def strates(self) -> list[str]:
        """Les strates présentes."""
        return sorted(self.cadre["strate"].unique())

    @cached_property
    def tailles(self) -> list[str]:
        """'' puis les types, puis les strates."""
        return ["", *TYPES, *self.strates]

    @cached_property
    def membership(self) -> Entiers:
        """Collectivité × grille → numéro de cellule, -1 si la collectivité n'est dans aucune."""
        return np.column_stack([self._cells_of(grille) for grille in GRILLES])

    @cached_property
    def population(self) -> pd.Series:
        """Nombre de collectivités du cadre par cellule."""
        presentes = self.membership[self.membership >= 0]
        cellules, effectifs = np.unique(presentes, return_counts=True)
        return pd.Series(effectifs, index=cellules)

    @cached_property
    def population_strates(self) -> pd.Series:
        """Nombre de collectivités du cadre par cellule × strate (`_pair`)."""
        paires = self._pair(np.arange(len(self.cadre)))
        couples, effectifs = np.unique(paires[paires >= 0], return_counts=True)
        return pd.Series(effectifs, index=couples)

    def compute_vides(
        self, cellules: Entiers, repondants: pd.Index, cles: Perturbation | None = None
    ) -> NDArray[np.float64]:
        """La part du cadre de chaque cellule qui est d'une strate où aucune de ces répondantes n'est.

        Aucun poids n'y supplée : le chiffre ne décrirait pas ces collectivités, quelle que soit leur réponse.
        `cles` : de quoi brouiller ce compte ; exact, une cellule tue pour cela nommerait qui n'a pas répondu.
        """
        paires = self._pair(self.cadre.index.get_indexer(repondants))
        lignes, grilles = np.nonzero(paires >= 0)
        couples, rangs = np.unique(paires[lignes, grilles], return_inverse=True)
        dedans = csr_array((np.ones(lignes.size), (rangs, lignes)), shape=(couples.size, len(repondants)))
        vides = self.population_strates.drop(couples[has_answers(dedans, cles)])
        sommes = vides.groupby(vides.index // len(self.strates)).sum().reindex(cellules, fill_value=0)
        return (sommes / self.population.reindex(cellules)).to_numpy(dtype=float)

    def _pair(self, rangs: Entiers) -> Entiers:
        """Collectivité × grille → cellule et strate en un entier ; -1 hors de toute cellule."""
        cellules = self.membership[rangs]
        strates = _codes(self.cadre["strate"], self.strates)[rangs]
        return np.where(cellules >= 0, cellules * len(self.strates) + strates[:, None], -1)

    @cached_property
    def nationales(self) -> Entiers:
        """Les cellules de la France entière, qu'on y ait répondu ou non."""
        grilles = [rang for rang, (niveau, _, _) in enumerate(GRILLES) if niveau == FRANCE]
        return np.unique(self.membership[:, grilles])

    def build_membership(
        self, repondants: pd.Index, cles: Perturbation | None = None
    ) -> tuple[pd.DataFrame, csr_array]:
        """Les cellules où ces répondants sont, toutes les nationales, et la matrice répondant × cellule.

        Une nationale vide existe comme une petite : de sa présence, on lirait si l'une de ses collectivités
        (la seule région adhérente d'un OPSN…) a répondu.
        """
        rangs = self.membership[self.cadre.index.get_indexer(repondants)]
        lignes, grilles = np.nonzero(rangs >= 0)
        occupees = rangs[lignes, grilles]
        cellules = np.union1d(occupees, self.nationales)
        colonnes = np.searchsorted(cellules, occupees)
        matrice = csr_array((np.ones(len(lignes)), (lignes, colonnes)), shape=(len(rangs), len(cellules)))
        return self.describe(cellules).assign(vides=self.compute_vides(cellules, repondants, cles)), matrice

    def describe(self, cellules: Entiers) -> pd.DataFrame:
        """Les libellés et la population de cellules, par leur numéro."""
        reste, couverture = np.divmod(cellules, len(COUVERTURES) + 1)
        territoire, taille = np.divmod(reste, len(self.tailles))
        strate = np.where(taille > len(TYPES), np.array(self.tailles, dtype=object)[taille], "")
        type_ = np.array(["", *TYPES, *(s.split("-")[0] for s in self.strates)], dtype=object)[taille]
        territoire_id = np.array(self.territoires, dtype=object)[territoire]
        return pd.DataFrame(
            {
                "niveau": [t.split("-")[0] for t in territoire_id],
                "territoire_id": territoire_id,
                "type": type_,
                "strate": strate,
                "couverture": np.array(["", *COUVERTURES], dtype=object)[couverture],
                "population": self.population.reindex(cellules).to_numpy(),
            }
        )

    def _cells_of(self, grille: Grille) -> Entiers:
        niveau, taille, croise = grille
        territoire = self._codes_of[niveau]
        modalite = self._codes_of[taille]
        couverture = self._codes_of["couverture" if croise else ""]
        cellule = (territoire * len(self.tailles) + modalite) * (len(COUVERTURES) + 1) + couverture
        return np.where(territoire >= 0, cellule, -1)

    @cached_property
    def _codes_of(self) -> dict[str, Entiers]:
        """Le rang de chaque collectivité à chaque niveau et dans chaque dimension ; '' est un total."""
        codes = {niveau: _codes(self._territoires_of(niveau), self.territoires) for niveau in NIVEAUX}
        codes |= {taille: _codes(self.cadre[taille], self.tailles) for taille in TAILLES if taille}
        codes["couverture"] = _codes(self.cadre["couverture"], ["", *COUVERTURES])
        return codes | {"": np.zeros(len(self.cadre), dtype=np.int64)}

    def _territoires_of(self, niveau: str) -> pd.Series:
        if niveau == FRANCE:
            return pd.Series(FRANCE, index=self.cadre.index)
        return f"{niveau}-" + self.cadre[niveau].astype("str")


def _codes(valeurs: pd.Series, modalites: list[str]) -> Entiers:
    return pd.Index(modalites).get_indexer(pd.Index(valeurs)).astype(np.int64)


def has_answers(groupes: csr_array, cles: Perturbation | None) -> NDArray[np.bool_]:
    """Vrai pour chaque groupe (groupe × répondante) qui a des réponses ; à clés, son compte est brouillé."""
    n = np.asarray(groupes.sum(axis=1)).ravel()
    if cles is not None:
        n = n + cles.draw_members(groupes)[:, 0]
    return np.asarray(n >= 1)


def is_kept(cellules: pd.DataFrame) -> NDArray[np.bool_]:
    """Les cellules que l'entrepôt garde : toutes les nationales, et celles qui ont de quoi se montrer."""
    assez = (count_sures(cellules) >= SEUIL) & cellules["population"].ge(SEUIL + MARGE_CADRE).to_numpy(
        dtype=bool
    )
    return np.asarray(assez | cellules["niveau"].eq(FRANCE).to_numpy(dtype=bool))


def count_sures(cellules: pd.DataFrame) -> Entiers:
    """Ce qu'une cellule a de participantes, exactes et brouillées : le moindre des deux.

    Du compte exact seul, une cellule montrée et une cachée qui ne diffèrent que d'une collectivité diraient
    qu'elle a répondu ; du brouillé seul, une cellule de trop peu se montrerait.
    """
    return np.asarray(np.minimum(cellules["participants"].to_numpy(), cellules["comptees"].to_numpy()))
