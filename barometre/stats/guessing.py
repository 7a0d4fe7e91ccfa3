"""Les cellules qui feraient deviner une réponse tirent un autre bruit, avant toute publication.

`Audit.draw_safe` refait l'attaque de `stats.attack` avant de publier : si une réponse en devient plus
probable que `DEVINE`, des cellules qui la disent tirent un nouveau bruit, jusqu'à ce qu'aucune ne soit
devinée, `TOURS` fois au plus ; puis, s'il en reste, toutes repartent d'un autre. Rien n'est caché ni marqué :
ce qui se publie est un tirage ordinaire du bruit.

Le tri n'apprend rien de plus. Il se fait sur ce qui se publie seul (audit simulable : Kenthapadi, Mishra et
Nissim 2005), et des deux côtés à la fois : un rapport oui / non trop fort s'écarte, qu'il dise « oui » ou
« non ». De vraisemblances normales, il s'écarte donc aussi souvent si la réponse est oui que si elle est non.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from barometre.domain.secret import DECIMALES, MARGE_EXTREME, PAS_EFFECTIF
from barometre.stats.attack import Devinees, Lecteur, Lu, Question
from barometre.stats.domains import sum_domains
from barometre.stats.perturbation import Cles, Perturbation, has_adjusted
from barometre.stats.publication import publish_counts, publish_sums
from barometre.stats.sums import Sums

Tableau = npt.NDArray[np.float64]
Booleens = npt.NDArray[np.bool_]
Entiers = npt.NDArray[np.intp]
TOURS = 1000
# Combien de fois se règle un chiffre dont un autre de sa question a changé les bruits.
PASSES = 4
# La recherche qui n'en sort pas repart d'ailleurs : combien de fois au plus (le double s'il reste une réponse
# devinée dans le sens lu), et pour combien de tours.
REPRISES, TOURS_REPRISE = 12, 200
# Tous les trois échecs de suite, une cellule de plus par réponse devinée peut tirer un autre bruit, dix au
# plus ; de toutes celles-là, six au plus tirent ensemble (réglé sur vingt et une questions difficiles).
ECHECS_PAR_CELLULE, CELLULES_AU_PLUS, ENSEMBLE = 3, 10, 6


@dataclass(frozen=True, eq=False)
class Tirages:
    """Les bruits successifs d'une question : chacun, de toutes les cellules, ne se lit qu'une fois.

    `keys` : celles qui gardent les sommes de `values`, une colonne ; `exact` : ses sommes, avant tout bruit.
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


def open_draws(lecteur: Lecteur, keys: Perturbation, values: Tableau, item: str) -> Tirages:
    """Les tirages d'une question dans toutes les cellules."""
    colonne = values[:, None]
    plan = lecteur.design.replace_keys(None)
    exact = sum_domains(plan, colonne, lecteur.cells, with_variance=False)
    return Tirages(lecteur, keys.keep_sums(lecteur.cells, colonne), colonne, item, exact)


def find_extremes(n: Tableau, oui: Tableau, part: Tableau) -> Booleens:
    """`is_extreme`, de toutes les cellules à la fois."""
    lu = PAS_EFFECTIF * np.round(n / PAS_EFFECTIF)
    with np.errstate(invalid="ignore"):
        moins, plus = np.fmin(oui, part * lu), np.fmax(oui, part * lu)
        return np.asarray((moins <= MARGE_EXTREME) | (lu - plus <= MARGE_EXTREME))


@dataclass(frozen=True, eq=False)
class Audit:
    """Les questions d'un terrain, à attaquer et à tirer de nouveau ; `values` : unité × chiffre, des parts.

    `lots` : les chiffres qui se règlent ensemble, dans l'ordre ; ceux d'un lot partagent leurs clés, ceux de
    deux lots n'en ont aucune en commun. Les lots se règlent donc dans n'importe quel ordre, ou à la fois.
    """

    lecteur: Lecteur
    values: Tableau
    items: list[str]

    @cached_property
    def lots(self) -> list[Entiers]:
        """Public par public : ce que chacun pèse se calcule une fois."""
        if not self.lecteur.cells.shape[0]:
            return []
        par_question: dict[str, list[int]] = {}
        publics: dict[str, bytes] = {}
        for rang, (colonne, item) in enumerate(zip(self.values.T, self.items, strict=True)):
            if np.unique(colonne[np.isfinite(colonne)]).size > 1:
                question = self.lecteur.keys.questions.get(item, item)
                par_question.setdefault(question, []).append(rang)
                publics.setdefault(question, np.isfinite(colonne).tobytes())
        return [np.array(par_question[q]) for q in sorted(par_question, key=lambda q: publics[q])]

    def draw_lot(self, keys: Perturbation, lot: Entiers) -> Cles:
        """Les clés de cellules à tirer de nouveau pour ce lot, chacune autant de fois qu'il le faut.

        `keys` : où les lots d'avant ont déjà tiré.

        Deux chiffres d'une question ont même clé là où ils ont mêmes « oui » : le second, tiré de nouveau,
        change le premier, qui se règle encore, `PASSES` fois au plus.
        """
        neuves = keys.redrawn[:0]
        restent, fois = list(lot), dict.fromkeys(lot, 0)
        while restent:
            rang = restent.pop(0)
            fois[rang] += 1
            siennes = _settle(self.lecteur, keys, self.values[:, rang], self.items[rang])
            keys, neuves = keys.draw_again(siennes), np.concatenate([neuves, siennes])
            regles = [r for r in lot if r != rang and r not in restent and fois[r] < PASSES]
            restent += [r for r in regles if siennes.size and np.isin(self._find_keys(r), siennes).any()]
        return neuves

    def draw_safe(
        self, run: Callable[[Callable[[Entiers], Cles], Sequence[Entiers]], Iterable[Cles]] = map
    ) -> Perturbation:
        """Les mêmes clés, où les cellules qui feraient deviner une réponse tirent un autre bruit.

        `run` : comme `map`, l'un après l'autre ou à la fois.
        """
        keys = self.lecteur.keys
        # L'effectif d'une question sous condition se déduit de ce que la condition publie : elle d'abord.
        for sous in (False, True):
            lots = [lot for lot in self.lots if any(self.items[r] in keys.asked for r in lot) is sous]
            neuves = run(partial(self.draw_lot, keys), lots)
            keys = keys.draw_again(np.concatenate([keys.redrawn[:0], *neuves]))
        return keys

    def list_guessed(self) -> list[str]:
        """Les chiffres dont les clés, telles qu'elles sont, laissent deviner une réponse dans le sens lu."""
        rangs = sorted(rang for lot in self.lots for rang in lot.tolist())
        return [self.items[rang] for rang in rangs if self._is_guessed(rang)]

    def _is_guessed(self, rang: int) -> bool:
        lecteur, valeurs = self.lecteur, self.values[:, rang]
        lu = open_draws(lecteur, lecteur.keys, valeurs, self.items[rang]).get(0)
        return Question(lecteur, valeurs, lu).find_guessed(lu).vrai > 0

    def _find_keys(self, rang: int) -> Cles:
        """La clé de chaque cellule, pour ce chiffre."""
        lecteur = self.lecteur
        return lecteur.keys.find_keys(lecteur.cells, self.values[:, [rang]], [self.items[rang]])[:, 0]


def open_audit(  # noqa: PLR0917 - qui, de quel poids, où, dans quels groupes, et quoi
    keys: Perturbation,
    weights: Tableau,
    cells: csr_array,
    groups: Tableau,
    values: Tableau,
    items: list[str],
) -> Audit:
    """Les questions à attaquer sous ces clés.

    `cells` : celles qui se montrent, cellule × unité ; `groups` : unité × groupe du cadre, 0 ou 1 ;
    `values` : unité × chiffre, des parts, NaN sans réponse.
    """
    audit = Audit(Lecteur(keys, weights, _drop_twins(cells), groups), values, items)
    if audit.lots:
        audit.lecteur.prepare()
    return audit


def _settle(lecteur: Lecteur, keys: Perturbation, values: Tableau, item: str) -> Cles:
    """Une question : les clés des cellules à tirer de nouveau pour qu'aucune réponse ne soit devinée.

    Prise dans un creux, la recherche repart d'ailleurs : de toutes les cellules à leur bruit de rechange d'un
    autre rang, `REPRISES` fois au plus. Là où des groupes diffèrent bien plus que l'attaquant ne le croit,
    aucun bruit n'ôte tout rapport fort ; restent les bruits qui laissent deviner le moins de réponses dans le
    sens lu, et s'il en reste, des reprises ne cherchent plus que cela.
    """
    tirages = open_draws(lecteur, keys, values, item)
    gardes, restent = _search(tirages, values, 0, TOURS)
    for depart in range(1, 2 * REPRISES + 1):
        facile = depart > REPRISES
        if not (restent.vrai if facile else restent.exces):
            break
        autres, restantes = _search(tirages, values, depart, TOURS_REPRISE, un_sens=facile)
        if _rank(restantes) < _rank(restent):
            gardes, restent = autres, restantes
    return np.repeat(tirages.cell_keys, gardes) if gardes.any() else keys.redrawn[:0]


def _rank(devinees: Devinees) -> tuple[float, float]:
    """Ce qui se devine, du plus grave au moins grave : dans le sens lu, puis dans l'un ou l'autre."""
    return devinees.vrai, devinees.exces


def _search(
    tirages: Tirages, values: Tableau, depart: int, tours: int, *, un_sens: bool = False
) -> tuple[Entiers, Devinees]:
    """Le rang du bruit que garde chaque cellule, toutes parties de `depart`, et ce qui se devine encore.

    Un tirage n'est gardé que s'il laisse moins deviner : en prendre chaque fois un neuf déplaçait la faute
    d'une cellule à l'autre, et une question sur vingt-quatre n'en sortait pas. `un_sens` : ne compte d'abord
    que ce qui se devine dans le sens lu.
    """
    lecteur, hasard = tirages.lecteur, np.random.default_rng(0)
    lu, gardes = tirages.get(depart), np.full(tirages.lecteur.cells.shape[0], depart, dtype=np.intp)
    question, tires, echecs = Question(lecteur, values, lu), gardes.copy(), 0
    devinees = question.find_guessed(lu)
    for _ in range(tours):
        if not (devinees.vrai if un_sens else devinees.classes.size):
            if (lu.borne == question.borne).all():
                break
            # Quelles cellules se bornent a changé : l'attaque se refait, seule à dire que rien ne se devine.
            question, echecs = Question(lecteur, values, lu), 0
            devinees = question.find_guessed(lu)
            continue
        coupables = _choose_guilty(question, devinees, echecs, hasard)
        tires[coupables] += 1
        autre = tirages.replace(lu, coupables, tires[coupables])
        restantes = question.find_guessed(autre)
        echecs += 1
        mieux = _rank(restantes) < _rank(devinees) if un_sens else restantes.exces < devinees.exces
        if mieux:
            lu, devinees, echecs = autre, restantes, 0
            gardes[coupables] = tires[coupables]
    # Tours finis : la dernière attaque a pu être faite avant que d'autres cellules se bornent.
    if (lu.borne != question.borne).any():
        devinees = Question(lecteur, values, lu).find_guessed(lu)
    return gardes, devinees


def _choose_guilty(
    question: Question, devinees: Devinees, echecs: int, hasard: np.random.Generator
) -> Entiers:
    """Les cellules à tirer : la plus coupable de chaque réponse, puis, après un échec, d'autres au hasard."""
    coupables = question.list_guilty(devinees, 1 + min(echecs // ECHECS_PAR_CELLULE, CELLULES_AU_PLUS))
    if not echecs or coupables.size <= 1:
        return coupables
    combien = hasard.integers(1, min(coupables.size, ENSEMBLE) + 1)
    return np.sort(hasard.choice(coupables, size=int(combien), replace=False))


def _drop_twins(cells: csr_array) -> csr_array:
    """Sans cellule vide, ni deux de mêmes membres : elles n'ont qu'un chiffre."""
    hasard = np.random.default_rng(0).random(cells.shape[1])
    _, rangs = np.unique(np.asarray(cells @ hasard).round(9), return_index=True)
    pleines = np.asarray(cells.sum(axis=1)).ravel()[rangs] > 0
    return csr_array(cells[np.sort(rangs[pleines])])
