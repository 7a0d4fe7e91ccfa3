"""Ce que l'on devine d'une réponse en lisant tout, et les cellules qui tirent alors un autre bruit.

L'attaquant sait qui a répondu, recalcule les poids et lit toutes les cellules au pour cent, brut et redressé.
Sa meilleure combinaison de tout ce qu'il lit est linéaire (régression bayésienne, réponses et bruit tenus
pour normaux : Rasmussen et Williams 2006, §2.2) ; son a priori, les taux qu'il lit de la strate, du
département, de la région et de la couverture. `draw_safe` refait ce calcul avant de publier : si une réponse
en devient plus probable que `DEVINE`, les cellules qui la disent tirent un nouveau bruit, jusqu'à ce
qu'aucune ne soit devinée, `TOURS` fois au plus. Rien n'est caché ni marqué : ce qui se publie est un tirage
ordinaire du bruit.

Le tri n'apprend rien de plus. Il se fait sur ce qui se publie seul (audit simulable : Kenthapadi, Mishra et
Nissim 2005), et des deux côtés à la fois : un rapport oui / non trop fort s'écarte, qu'il dise « oui » ou
« non ». De vraisemblances normales, il s'écarte donc aussi souvent si la réponse est oui que si elle est non.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve, solve_triangular
from scipy.sparse import csr_array

from barometre.domain.secret import (
    DECIMALES,
    DEVINE,
    DEVINE_TAUX,
    EFFECTIF_EXACT,
    MARGE_EXTREME,
    PAS_EFFECTIF,
    SEUIL_REDRESSE,
)
from barometre.stats.design import Design
from barometre.stats.domains import sum_domains
from barometre.stats.perturbation import Cles, Perturbation, has_adjusted
from barometre.stats.publication import POIDS_EGAUX, Structure, build_structure, publish_sums
from barometre.stats.sums import Sums

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
# Les publics gardés ensemble : les questions d'un questionnaire en ont peu, une par condition.
PUBLICS = 4


class Lu(NamedTuple):
    """Une question, cellule par cellule : brut et redressé au pour cent, et ceux qui ne sont que bornés."""

    brut: Tableau
    redresse: Tableau
    borne: Booleens


class Devinees(NamedTuple):
    """Les classes devinées, de combien en tout elles passent le seuil, dans quel sens, et les poids lus."""

    classes: Entiers
    exces: float
    sens: Tableau
    resolu: Tableau


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
        traits = np.column_stack(
            [self.cells[:, seules].toarray().T, self.weights[seules], self.groups[seules]]
        )
        _, premieres, rangs = np.unique(traits, axis=0, return_index=True, return_inverse=True)
        return seules[premieres], rangs.ravel()[groupes]

    @cached_property
    def members(self) -> Tableau:
        """Cellule × classe d'unités : 1 dedans."""
        return np.asarray(self.cells[:, self.classes[0]].toarray())

    @cached_property
    def _publics(self) -> dict[bytes, Public]:
        return {}

    def get_public(self, answered: Booleens) -> Public:
        """Ce que pèse chaque cellule chez celles qui ont répondu ; une question posée à toutes le partage."""
        premieres, rangs = self.classes
        effectifs = np.bincount(rangs[answered], minlength=premieres.size).astype(float)
        cle = effectifs.tobytes()
        if cle not in self._publics:
            while len(self._publics) >= PUBLICS:
                self._publics.pop(next(iter(self._publics)))
            poids, groupes = self.weights[premieres], self.groups[premieres]
            self._publics[cle] = build_public(self.members, poids, groupes, effectifs)
        return self._publics[cle]

    def open_draws(self, keys: Perturbation, values: Tableau, item: str) -> Tirages:
        """Les tirages d'une question dans toutes les cellules."""
        colonne = values[:, None]
        plan = self.design.replace_keys(None)
        return Tirages(self, keys, colonne, item, sum_domains(plan, colonne, self.cells, with_variance=False))


@dataclass(frozen=True, eq=False)
class Tirages:
    """Les bruits successifs d'une question : chacun, de toutes les cellules, ne se lit qu'une fois.

    `exact` : ses sommes, avant tout bruit.
    """

    lecteur: Lecteur
    keys: Perturbation
    values: Tableau
    item: str
    exact: Sums
    lus: list[Lu] = field(default_factory=list)

    @cached_property
    def cell_keys(self) -> Cles:
        """La clé de chaque cellule, par laquelle elle tire de nouveau."""
        return self.keys.find_keys(self.lecteur.cells, self.values, [self.item])[:, 0]

    def get(self, rank: int) -> Lu:
        """Ce qui se lit quand chaque cellule tire son bruit de rechange de ce rang.

        Les rangs se lisent par lots qui doublent : la plupart des questions s'arrêtent au premier.
        """
        while len(self.lus) <= rank:
            self.lus.extend(self._read(np.arange(len(self.lus), 2 * len(self.lus) + 1)))
        return self.lus[rank]

    def replace(self, lu: Lu, cells: Entiers, ranks: Entiers) -> Lu:
        """Ce qui se lisait, où ces cellules montrent leur bruit de ces rangs."""
        autre = Lu(lu.brut.copy(), lu.redresse.copy(), lu.borne.copy())
        for cellule, rang in zip(cells, ranks, strict=True):
            for champ, tire in zip(autre, self.get(int(rang)), strict=True):
                champ[cellule] = tire[cellule]
        return autre

    def _read(self, ranks: Entiers) -> list[Lu]:
        """Les chiffres de toutes les cellules, comme la porte les montre, un tirage par rang."""
        lecteur, fois = self.lecteur, ranks.size
        plan = lecteur.design.replace_keys(replace(self.keys, rounds=ranks if ranks.any() else None))
        exactes = Sums(
            *(np.repeat(getattr(self.exact, nom), fois, axis=1) for nom in Sums.__dataclass_fields__)
        )
        valeurs, noms = np.repeat(self.values, fois, axis=1), [self.item] * fois
        sommes = publish_sums(exactes, plan, valeurs, lecteur.cells, noms, lecteur.structure)
        n, total = sommes.n, sommes.total
        vu = np.where(n < SEUIL_REDRESSE, sommes.raw, sommes.estimate)
        borne = find_extremes(n, total, vu)
        bas = borne & (vu < 0.5)
        with np.errstate(invalid="ignore", divide="ignore"):
            brut = np.where(borne, np.where(bas, MARGE_EXTREME / 2, n - MARGE_EXTREME / 2) / n, total / n)
        brut = np.nan_to_num(np.where(borne, brut, brut.round(DECIMALES)))
        vu = np.nan_to_num(vu.round(DECIMALES))
        return [Lu(*colonnes) for colonnes in zip(brut.T, vu.T, borne.T, strict=True)]


def find_extremes(n: Tableau, oui: Tableau, part: Tableau) -> Booleens:
    """`is_extreme`, de toutes les cellules à la fois."""
    lu = np.where(n >= EFFECTIF_EXACT, n, PAS_EFFECTIF * np.round(n / PAS_EFFECTIF))
    with np.errstate(invalid="ignore"):
        moins, plus = np.fmin(oui, part * lu), np.fmax(oui, part * lu)
        return np.asarray((moins <= MARGE_EXTREME) | (lu - plus <= MARGE_EXTREME))


@dataclass(frozen=True, slots=True, eq=False)
class Public:
    """D'un public (celles que la question a atteintes) : effectif, classes pesées et produits, par cellule.

    `weighted` : cellule × classe, le poids rapporté à la moyenne de la cellule. `crossed` : les produits
    scalaires membres × membres, membres × pesés et pesés × pesés ; `spread` : les mêmes, par groupe.
    """

    counts: Tableau
    n: Tableau
    weighted: Tableau
    crossed: tuple[Tableau, Tableau, Tableau]
    spread: tuple[Tableau, Tableau]


def build_public(members: Tableau, weights: Tableau, groups: Tableau, counts: Tableau) -> Public:
    """`members` : cellule × classe ; `counts` : les répondantes de chaque classe."""
    n = members @ counts
    with np.errstate(invalid="ignore", divide="ignore"):
        moyens = np.where(n > 0, members @ (counts * weights) / n, 1.0)
    peses = members * weights / moyens[:, None]
    m, w = members * np.sqrt(counts), peses * np.sqrt(counts)
    par_groupe = groups * counts[:, None]
    return Public(counts, n, peses, (m @ m.T, m @ w.T, w @ w.T), (members @ par_groupe, peses @ par_groupe))


class Question:
    """Une question lue dans toutes ses cellules : le rapport oui / non de chaque classe d'unités."""

    def __init__(self, lecteur: Lecteur, values: Tableau, lu: Lu) -> None:
        public = lecteur.get_public(np.isfinite(values))
        n = public.n
        lues = n > 0
        lois, inegalites = lecteur.keys, lecteur.inequality
        pas = n * 10.0**-DECIMALES
        second = has_adjusted(n) & (inegalites > POIDS_EGAUX)
        floue = np.where(lu.borne, (MARGE_EXTREME + 1.0) ** 2, pas**2) * VARIANCE_UNIFORME
        v_brut = lois.law.variance + lois.raw_law.variance * second + floue
        v_redresse = lois.law.variance + lois.gap_law.variance * inegalites**2 + pas**2 * VARIANCE_UNIFORME
        doubles = lues & ~lu.borne & (inegalites > POIDS_EGAUX) & (n >= SEUIL_REDRESSE)
        # Brut et redressé portent le bruit du compte : ôter β fois le second en laisse deux sans rapport.
        self.beta = np.where(doubles, lois.law.variance / v_redresse, 0.0)
        self.n, self.effectifs, self.lues, self.doubles = n, public.counts, lues, doubles
        self.borne = lu.borne.copy()
        self.cellules = np.concatenate([np.flatnonzero(lues), np.flatnonzero(doubles)])
        variance = np.concatenate([(v_brut - self.beta * lois.law.variance)[lues], v_redresse[doubles]])
        self.matrice = np.empty((self.cellules.size, lecteur.members.shape[1]))
        bruts, peses = np.split(self.matrice, [int(lues.sum())])
        np.multiply(public.weighted[lues], -self.beta[lues, None], out=bruts)
        bruts += lecteur.members[lues]
        peses[:] = public.weighted[doubles]
        self.moyenne = float(np.nanmean(values))
        self.attendues = self.moyenne * (self.matrice @ self.effectifs)
        self._solve(public, lecteur.groups[lecteur.classes[0]], variance)

    def _solve(self, public: Public, groupes: Tableau, variance: Tableau) -> None:
        v, covariance = self.moyenne * (1 - self.moyenne), self._cross(public)
        pese = public.spread[1]
        mg = np.vstack([(public.spread[0] - self.beta[:, None] * pese)[self.lues], pese[self.doubles]])
        covariance *= v
        covariance += ECART_GROUPES**2 * (mg @ mg.T)
        covariance[np.diag_indices_from(covariance)] += variance
        self.facteur = cho_factor(covariance, lower=True, overwrite_a=True, check_finite=False)
        demi = solve_triangular(self.facteur[0], self.matrice, lower=True, check_finite=False)
        self.levier = np.einsum("ij,ij->j", demi, demi)
        self.groupes = ECART_GROUPES**2 * (groupes @ mg.T)

    def _cross(self, public: Public) -> Tableau:
        """Les produits scalaires des lignes de `matrice`, classes comptées, sans passer par elles."""
        mm, mw, ww = public.crossed
        beta, croises = self.beta, mw - self.beta[:, None] * ww
        bruts = mm - mw * beta - beta[:, None] * croises.T
        lues, doubles = np.flatnonzero(self.lues), np.flatnonzero(self.doubles)
        coin = croises[np.ix_(lues, doubles)]
        return np.block([[bruts[np.ix_(lues, lues)], coin], [coin.T, ww[np.ix_(doubles, doubles)]]])

    def estimate(self, lu: Lu) -> tuple[Tableau, Tableau, Tableau]:
        """Par classe : log du rapport oui / non, a priori ; et ce que chaque mesure y pèse."""
        brut, redresse = self.n * lu.brut, self.n * lu.redresse
        mesures = np.concatenate([(brut - self.beta * redresse)[self.lues], redresse[self.doubles]])
        resolu = cho_solve(self.facteur, mesures - self.attendues, check_finite=False)
        v = self.moyenne * (1 - self.moyenne)
        logs = (self.matrice.T @ resolu + (self.moyenne - 0.5) * self.levier) / (1 - v * self.levier)
        return logs, np.clip(self.moyenne + self.groupes @ resolu, 0.01, 0.99), resolu

    def find_guessed(self, lu: Lu) -> Devinees:
        """Les classes dont une réponse est devinée, et de combien chacune passe le seuil."""
        logs, prior, resolu = self.estimate(lu)
        exces = np.abs(logs) - np.log(DEVINE / (1 - DEVINE)) + np.abs(np.log(prior / (1 - prior)))
        douteuses = (np.maximum(prior, 1 - prior) <= DEVINE_TAUX) & (self.effectifs > 0)
        classes = np.flatnonzero(douteuses & (exces > 0))
        return Devinees(classes, float(exces[classes].sum()), np.sign(logs[classes]), resolu)

    def list_guilty(self, devinees: Devinees, combien: int) -> Entiers:
        """Les `combien` cellules qui disent le plus chaque réponse devinée."""
        coupables: set[int] = set()
        for classe, sens in zip(devinees.classes, devinees.sens, strict=True):
            apports = self.matrice[:, classe] * devinees.resolu * sens
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
    """Une question : les bruits se tirent de nouveau jusqu'à ce qu'aucune réponse ne soit devinée.

    Après `TOURS`, restent les bruits qui en laissaient deviner le moins.
    """
    tirages = lecteur.open_draws(keys, values, item)
    lu, fois = tirages.get(0), np.zeros(lecteur.cells.shape[0], dtype=np.intp)
    question, rangees, moindre = Question(lecteur, values, lu), fois, np.inf
    for tour in range(TOURS):
        devinees = question.find_guessed(lu)
        if devinees.exces < moindre:
            rangees, moindre = fois, devinees.exces
        if not devinees.classes.size:
            if (lu.borne == question.borne).all():
                break
            # Quelles cellules se bornent a changé : l'attaque se refait, seule à dire que rien ne se devine.
            question, moindre = Question(lecteur, values, lu), np.inf
            continue
        coupables = question.list_guilty(devinees, 1 + tour // TOURS_PAR_CELLULE)
        fois = fois + np.isin(np.arange(fois.size), coupables)
        lu = tirages.replace(lu, coupables, fois[coupables])
    return keys.draw_again(np.repeat(tirages.cell_keys, rangees)) if rangees.any() else keys


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


def _drop_twins(cells: csr_array) -> csr_array:
    """Sans cellule vide, ni deux de mêmes membres : elles n'ont qu'un chiffre."""
    hasard = np.random.default_rng(0).random(cells.shape[1])
    _, rangs = np.unique(np.asarray(cells @ hasard).round(9), return_index=True)
    pleines = np.asarray(cells.sum(axis=1)).ravel()[rangs] > 0
    return csr_array(cells[np.sort(rangs[pleines])])
