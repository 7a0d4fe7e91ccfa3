"""Ce que l'on devine d'une réponse en lisant tout, et les cellules qui tirent alors un autre bruit.

L'attaquant sait qui a répondu, recalcule les poids et lit toutes les cellules au pour cent, brut et redressé.
Sa meilleure combinaison de tout ce qu'il lit est linéaire (régression bayésienne, réponses et bruit tenus
pour normaux : Rasmussen et Williams 2006, §2.2) ; son a priori, les taux qu'il lit de la strate, du
département, de la région et de la couverture. `draw_safe` refait ce calcul avant de publier : si une réponse
en devient plus probable que `DEVINE`, les cellules qui la disent tirent un nouveau bruit, jusqu'à ce
qu'aucune ne soit devinée. Rien n'est caché ni marqué : ce qui se publie est un tirage ordinaire du bruit.

Le tri n'apprend rien de plus. Il se fait sur ce qui se publie seul (audit simulable : Kenthapadi, Mishra et
Nissim 2005), et des deux côtés à la fois : un rapport oui / non trop fort s'écarte, qu'il dise « oui » ou
« non ». De vraisemblances normales, il s'écarte donc aussi souvent si la réponse est oui que si elle est non.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve, solve_triangular
from scipy.sparse import csr_array

from barometre.domain.secret import DECIMALES, DEVINE, DEVINE_TAUX, MARGE_EXTREME, SEUIL_REDRESSE, is_extreme
from barometre.stats.design import Design
from barometre.stats.domains import sum_domains
from barometre.stats.perturbation import Perturbation, has_adjusted
from barometre.stats.publication import POIDS_EGAUX, build_structure

Tableau = npt.NDArray[np.float64]
Booleens = npt.NDArray[np.bool_]
Entiers = npt.NDArray[np.intp]
# Ce dont deux groupes du cadre diffèrent d'ordinaire, en part de « oui » : un écart-type, par dimension.
ECART_GROUPES = 0.1
# Un nombre pris au hasard dans un intervalle de largeur 1.
VARIANCE_UNIFORME = 1 / 12
TOURS = 100
# Tous les quatre tours sans succès, une cellule de plus tire un autre bruit pour chaque réponse devinée.
TOURS_PAR_CELLULE = 4


class Lu(NamedTuple):
    """Une question, cellule par cellule : brut et redressé au pour cent, et ceux qui ne sont que bornés."""

    brut: Tableau
    redresse: Tableau
    borne: Booleens


@dataclass(frozen=True)
class Lecteur:
    """Ce que l'attaquant sait avant de lire : les cellules (cellule × unité), les poids, les groupes."""

    keys: Perturbation
    weights: Tableau
    cells: csr_array
    groups: Tableau

    @cached_property
    def inequality(self) -> Tableau:
        """Le plus grand écart d'un poids au poids moyen, par cellule."""
        return np.asarray(build_structure(self.build_design(self.keys), self.cells).inequality[:, 0])

    @cached_property
    def classes(self) -> tuple[Entiers, Entiers]:
        """Une unité de chaque classe, et la classe de chacune : mêmes cellules, poids et groupes."""
        traits = np.column_stack([self.cells.toarray().T, self.weights, self.groups])
        _, premieres, rangs = np.unique(traits, axis=0, return_index=True, return_inverse=True)
        return premieres, rangs.ravel()

    @cached_property
    def members(self) -> Tableau:
        """Cellule × classe d'unités : 1 dedans."""
        return np.asarray(self.cells[:, self.classes[0]].toarray())

    def build_design(self, keys: Perturbation) -> Design:
        """Le plan qui suffit aux sommes brouillées."""
        return Design(None, None, self.weights, perturbation=keys)

    def read(self, keys: Perturbation, values: Tableau, item: str, cells: csr_array) -> Lu:
        """Les chiffres d'une question dans ces cellules, comme la porte les montre."""
        sommes = sum_domains(self.build_design(keys), values[:, None], cells, [item])
        n, total, redresse = (x[:, 0] for x in (sommes.n, sommes.total, sommes.estimate))
        vu = np.where(n < SEUIL_REDRESSE, sommes.raw[:, 0], redresse)
        borne = np.array([is_extreme(*cellule) for cellule in zip(n, total, vu, strict=True)], dtype=bool)
        bas = borne & (vu < 0.5)
        with np.errstate(invalid="ignore", divide="ignore"):
            brut = np.where(borne, np.where(bas, MARGE_EXTREME / 2, n - MARGE_EXTREME / 2) / n, total / n)
        brut = np.where(borne, brut, brut.round(DECIMALES))
        return Lu(np.nan_to_num(brut), np.nan_to_num(vu.round(DECIMALES)), borne)


class Question:
    """Une question lue dans toutes ses cellules : le rapport oui / non de chaque classe d'unités."""

    def __init__(self, lecteur: Lecteur, values: Tableau, lu: Lu) -> None:
        premieres, rangs = lecteur.classes
        repondu = np.isfinite(values)
        self.effectifs = np.bincount(rangs[repondu], minlength=premieres.size).astype(float)
        cellules = lecteur.cells
        n = np.asarray(cellules @ repondu.astype(float))
        lues = n > 0
        moyens = np.where(lues, cellules @ (repondu * lecteur.weights), 1.0) / np.maximum(n, 1.0)
        membres = lecteur.members
        ponderes = membres * lecteur.weights[premieres] / moyens[:, None]
        lois, inegalites = lecteur.keys, lecteur.inequality
        pas = n * 10.0**-DECIMALES
        second = has_adjusted(n) & (inegalites > POIDS_EGAUX)
        floue = np.where(lu.borne, (MARGE_EXTREME + 1.0) ** 2, pas**2) * VARIANCE_UNIFORME
        v_brut = lois.law.variance + lois.raw_law.variance * second + floue
        v_redresse = lois.law.variance + lois.gap_law.variance * inegalites**2 + pas**2 * VARIANCE_UNIFORME
        doubles = lues & ~lu.borne & (inegalites > POIDS_EGAUX) & (n >= SEUIL_REDRESSE)
        # Brut et redressé portent le bruit du compte : ôter β fois le second en laisse deux sans rapport.
        self.beta = np.where(doubles, lois.law.variance / v_redresse, 0.0)
        self.n, self.lues, self.doubles, self.borne = n, lues, doubles, lu.borne.copy()
        self.cellules = np.concatenate([np.flatnonzero(lues), np.flatnonzero(doubles)])
        variance = np.concatenate([(v_brut - self.beta * lois.law.variance)[lues], v_redresse[doubles]])
        self.matrice = np.vstack([(membres - self.beta[:, None] * ponderes)[lues], ponderes[doubles]])
        self.moyenne = float(np.nanmean(values))
        self._solve(lecteur.groups[premieres], variance)

    def _solve(self, groupes: Tableau, variance: Tableau) -> None:
        v = self.moyenne * (1 - self.moyenne)
        mg, m = self.matrice @ (groupes * self.effectifs[:, None]), self.matrice * np.sqrt(self.effectifs)
        covariance = v * (m @ m.T) + ECART_GROUPES**2 * (mg @ mg.T) + np.diag(variance)
        self.facteur = cho_factor(covariance, lower=True)
        self.levier = np.square(solve_triangular(self.facteur[0], self.matrice, lower=True)).sum(axis=0)
        self.groupes = ECART_GROUPES**2 * (groupes @ mg.T)

    def estimate(self, lu: Lu) -> tuple[Tableau, Tableau, Tableau]:
        """Par classe : log du rapport oui / non, a priori ; et ce que chaque mesure y pèse."""
        brut, redresse = self.n * lu.brut, self.n * lu.redresse
        mesures = np.concatenate([(brut - self.beta * redresse)[self.lues], redresse[self.doubles]])
        resolu = cho_solve(self.facteur, mesures - self.moyenne * (self.matrice @ self.effectifs))
        v = self.moyenne * (1 - self.moyenne)
        logs = (self.matrice.T @ resolu + (self.moyenne - 0.5) * self.levier) / (1 - v * self.levier)
        return logs, np.clip(self.moyenne + self.groupes @ resolu, 0.01, 0.99), resolu

    def list_guilty(self, lu: Lu, combien: int) -> Entiers:
        """Les cellules qui disent le plus chaque réponse devinée : `combien` par classe, rien si aucune."""
        logs, prior, resolu = self.estimate(lu)
        cote = np.abs(np.log(prior / (1 - prior)))
        devinees = np.abs(logs) > np.log(DEVINE / (1 - DEVINE)) - cote
        devinees &= (np.maximum(prior, 1 - prior) <= DEVINE_TAUX) & (self.effectifs > 0)
        coupables: set[int] = set()
        for classe in np.flatnonzero(devinees):
            apports = self.matrice[:, classe] * resolu * np.sign(logs[classe])
            parts = np.bincount(self.cellules, apports, self.n.size)
            coupables |= {int(c) for c in np.argsort(-parts)[:combien] if parts[c] > 0}
        return np.array(sorted(coupables), dtype=np.intp)


def draw_safe(  # noqa: PLR0917 - qui, de quel poids, où, dans quels groupes, et quoi
    keys: Perturbation, weights: Tableau, cells: csr_array, groups: Tableau, values: Tableau, items: list[str]
) -> Perturbation:
    """Les mêmes clés, où les cellules qui feraient deviner une réponse tirent un autre bruit.

    `cells` : celles qui se montrent, cellule × unité ; `groups` : unité × groupe du cadre, 0 ou 1 ;
    `values` : unité × chiffre, des parts, NaN sans réponse.
    """
    lecteur = Lecteur(keys, weights, _drop_twins(cells), groups)
    if not lecteur.cells.shape[0]:
        return keys
    for colonne, item in zip(values.T, items, strict=True):
        if np.unique(colonne[np.isfinite(colonne)]).size > 1:
            keys = _settle(lecteur, keys, colonne, item)
    return keys


def _settle(lecteur: Lecteur, keys: Perturbation, values: Tableau, item: str) -> Perturbation:
    """Une question : les bruits se tirent de nouveau jusqu'à ce qu'aucune réponse ne soit devinée."""
    cellules = lecteur.cells
    propres = keys.find_keys(cellules, values[:, None], [item])[:, 0]
    lu = lecteur.read(keys, values, item, cellules)
    question = Question(lecteur, values, lu)
    for tour in range(TOURS):
        coupables = question.list_guilty(lu, 1 + tour // TOURS_PAR_CELLULE)
        if not coupables.size:
            break
        keys = keys.draw_again(propres[coupables])
        neuves = lecteur.read(keys, values, item, csr_array(cellules[coupables]))
        for ancien, neuf in zip(lu, neuves, strict=True):
            ancien[coupables] = neuf
        if (lu.borne != question.borne).any():
            question = Question(lecteur, values, lu)
    return keys


def _drop_twins(cells: csr_array) -> csr_array:
    """Sans cellule vide, ni deux de mêmes membres : elles n'ont qu'un chiffre."""
    hasard = np.random.default_rng(0).random(cells.shape[1])
    _, rangs = np.unique(np.asarray(cells @ hasard).round(9), return_index=True)
    pleines = np.asarray(cells.sum(axis=1)).ravel()[rangs] > 0
    return csr_array(cells[np.sort(rangs[pleines])])
