"""Ce qui se lirait d'une question si ses cellules tiraient d'autres bruits : tel que la porte le montrera."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from barometre.domain.secret import DECIMALES, MARGE_EXTREME, PAS_EFFECTIF
from barometre.stats.attack import Lecteur
from barometre.stats.domains import sum_domains
from barometre.stats.perturbation import Cles, Perturbation, has_adjusted
from barometre.stats.publication import publish_counts, publish_sums
from barometre.stats.question import Lu, Question, Voisines
from barometre.stats.sums import Sums

Tableau = npt.NDArray[np.float64]
Booleens = npt.NDArray[np.bool_]
Entiers = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Tirages:
    """Les bruits successifs d'une question : chacun, de toutes les cellules, ne se lit qu'une fois.

    `keys` : celles qui gardent les sommes de `values`, une colonne ; `exact` : ses sommes, avant tout bruit ;
    `gains` : ce que les autres questions disent déjà de chaque classe ; `voisines` : ce qu'elle en annonce.
    """

    lecteur: Lecteur
    keys: Perturbation
    values: Tableau
    item: str
    exact: Sums
    gains: Tableau | None = None
    voisines: Voisines | None = None
    lus: list[Lu] = field(default_factory=list)

    @cached_property
    def cell_keys(self) -> Cles:
        """La clé de chaque cellule, par laquelle elle tire de nouveau."""
        return self.keys.find_keys(self.lecteur.cells, self.values, [self.item])[:, 0]

    @cached_property
    def published(self) -> Tableau:
        """L'effectif de chaque cellule, en colonne, tel qu'il se publie : aucun tirage n'y change rien."""
        return publish_counts(self.keys, self.exact.n, self.values, self.lecteur.cells, [self.item])

    def get(self, rank: int) -> Lu:
        """Ce qui se lit quand chaque cellule tire son bruit de rechange de ce rang.

        Les rangs se lisent par lots qui doublent : la plupart des questions s'arrêtent au premier.
        """
        while len(self.lus) <= rank:
            self.lus.extend(self._read(np.arange(len(self.lus), 2 * len(self.lus) + 1)))
        return self.lus[rank]

    def open_question(self, lu: Lu) -> Question:
        """L'attaque de la question, sur ce qui s'y lit."""
        return Question(self.lecteur, self.values[:, 0], lu, self.gains, self.voisines)

    def replace(self, lu: Lu, cells: Entiers, ranks: Entiers) -> Lu:
        """Ce qui se lisait, où ces cellules montrent leur bruit de ces rangs."""
        autre = Lu(lu.brut.copy(), lu.redresse.copy(), lu.borne.copy(), lu.double.copy())
        for rang in np.unique(ranks):
            celles = cells[ranks == rang]
            for champ, tire in zip(autre, self.get(int(rang)), strict=True):
                champ[celles] = tire[celles]
        return autre

    def _read(self, ranks: Entiers) -> list[Lu]:
        """Les chiffres de toutes les cellules, comme la porte les montre, un tirage par rang."""
        lecteur, fois = self.lecteur, ranks.size
        exactes = Sums(
            *(np.repeat(getattr(self.exact, nom), fois, axis=1) for nom in Sums.__dataclass_fields__)
        )
        valeurs, noms = np.repeat(self.values, fois, axis=1), [self.item] * fois
        cles = replace(self.keys.extend_sums(valeurs), rounds=ranks if ranks.any() else None)
        plan = lecteur.design.replace_keys(cles)
        publies = np.repeat(self.published, fois, axis=1)
        sommes = publish_sums(exactes, plan, valeurs, lecteur.cells, noms, lecteur.structure, publies)
        n, total, double = sommes.n, sommes.total, has_adjusted(sommes.n_published)
        vu = np.where(double, sommes.estimate, sommes.raw)
        borne = find_extremes(sommes.n_published, total, vu)
        bas = borne & (vu < 0.5)
        with np.errstate(invalid="ignore", divide="ignore"):
            brut = np.where(borne, np.where(bas, MARGE_EXTREME / 2, n - MARGE_EXTREME / 2) / n, sommes.raw)
        brut = np.nan_to_num(np.where(borne, brut, brut.round(DECIMALES)))
        vu = np.nan_to_num(vu.round(DECIMALES))
        return [Lu(*colonnes) for colonnes in zip(brut.T, vu.T, borne.T, double.T, strict=True)]


def open_draws(  # noqa: PLR0917 - une question, et ce que les autres en disent
    lecteur: Lecteur,
    keys: Perturbation,
    values: Tableau,
    item: str,
    gains: Tableau | None = None,
    voisines: Voisines | None = None,
) -> Tirages:
    """Les tirages d'une question dans toutes les cellules."""
    colonne = values[:, None]
    plan = lecteur.design.replace_keys(None)
    exact = sum_domains(plan, colonne, lecteur.cells, with_variance=False)
    return Tirages(lecteur, keys.keep_sums(lecteur.cells, colonne), colonne, item, exact, gains, voisines)


def find_extremes(n: Tableau, oui: Tableau, part: Tableau) -> Booleens:
    """`is_extreme`, de toutes les cellules à la fois."""
    lu = PAS_EFFECTIF * np.round(n / PAS_EFFECTIF)
    with np.errstate(invalid="ignore"):
        moins, plus = np.fmin(oui, part * lu), np.fmax(oui, part * lu)
        return np.asarray((moins <= MARGE_EXTREME) | (lu - plus <= MARGE_EXTREME))
