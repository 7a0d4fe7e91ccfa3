"""Les cellules qui feraient deviner une réponse tirent un autre bruit, avant toute publication.

`Audit.draw_safe` refait l'attaque de `stats.attack` avant de publier : si une réponse en devient plus
probable que `DEVINE`, des cellules qui la disent tirent un nouveau bruit, jusqu'à ce qu'aucune ne soit
devinée (`stats.search`). Chaque question se règle d'abord seule ; puis toutes se lisent ensemble
(`stats.together`), et celles où une réponse se devine encore se règlent de nouveau, sous ce que les autres
disent. Rien n'est caché ni marqué : ce qui se publie est un tirage ordinaire du bruit.

Le tri n'apprend rien de plus. Il se fait sur ce qui se publie seul (audit simulable : Kenthapadi, Mishra et
Nissim 2005) et, question par question, des deux côtés à la fois : un rapport oui / non trop fort s'écarte,
qu'il dise « oui » ou « non ». De vraisemblances normales, il s'écarte donc aussi souvent si la réponse est
oui que si elle est non.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from barometre.stats.attack import Lecteur
from barometre.stats.draws import Tirages, open_draws
from barometre.stats.perturbation import Cles, Perturbation
from barometre.stats.question import TOLERANCE, Devinees, Lu, Question, Voisines
from barometre.stats.search import find_redraws
from barometre.stats.together import (
    Ensemble,
    Liens,
    build_ensemble,
    list_linked,
    measure_correlations,
    measure_links,
)

Tableau = npt.NDArray[np.float64]
Booleens = npt.NDArray[np.bool_]
Entiers = npt.NDArray[np.intp]
# Combien de fois se règle un chiffre dont un autre de sa question a changé les bruits.
PASSES = 4
# Combien de fois les questions se relisent ensemble, chaque fois que l'une se règle.
LECTURES = 150


class Lue(NamedTuple):
    """Les chiffres liés, lus ensemble : ce que les autres ajoutent à chacun, et ce qui s'y devine alors."""

    ensemble: Ensemble
    lus: Sequence[Lu]
    gains: dict[int, Tableau]
    devinees: dict[int, Devinees]

    @property
    def vrai(self) -> float:
        """De combien les réponses devinées passent le seuil, en tout."""
        return sum(devinees.vrai for devinees in self.devinees.values())

    def find_next(self, vaines: Container[tuple[int, int, int]]) -> tuple[int, int, int] | None:
        """La réponse la plus devinée : la place de sa question, sa classe, et celle de la question à régler.

        `vaines` : ce qui a été essayé sans rien y gagner ; rien si rien ne se devine, ou si tout l'a été.
        """
        restent = [
            (grave, place, int(classe), float(sens))
            for place, vues in enumerate(self.devinees.values())
            for classe, sens, grave in zip(vues.classes, vues.sens, vues.graves, strict=True)
            if grave > TOLERANCE
        ]
        for _, place, classe, sens in sorted(restent, reverse=True):
            for aide in self.ensemble.find_helpers(place, classe, sens):
                if (place, classe, aide) not in vaines:
                    return place, classe, aide
        return None


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
        for rang, colonne in enumerate(self.values.T):
            if np.unique(colonne[np.isfinite(colonne)]).size > 1:
                question = self._get_question(rang)
                par_question.setdefault(question, []).append(rang)
                publics.setdefault(question, np.isfinite(colonne).tobytes())
        return [np.array(par_question[q]) for q in sorted(par_question, key=lambda q: publics[q])]

    @cached_property
    def _rangs(self) -> list[int]:
        """Les chiffres attaqués, public par public."""
        return [rang for lot in self.lots for rang in lot.tolist()]

    @cached_property
    def _lies(self) -> list[int]:
        """Les chiffres qui en disent d'autres ; seuls ils se lisent ensemble."""
        places = list_linked(measure_correlations(self.values[:, self._rangs])) if self._rangs else []
        return [self._rangs[place] for place in places]

    @cached_property
    def _liens(self) -> Liens:
        return measure_links(self.lecteur, self.values[:, self._lies])

    def draw_lot(self, keys: Perturbation, gains: Mapping[int, Tableau], lecture: int, lot: Entiers) -> Cles:
        """Les clés de cellules à tirer de nouveau pour ce lot, chacune autant de fois qu'il le faut.

        `keys` : où les lots d'avant ont déjà tiré ; `gains` : ce que les autres questions disent de chacun ;
        `lecture` : la combientième, 0 avant de les lire ensemble.

        Deux chiffres d'une question ont même clé là où ils ont mêmes « oui » : le second, tiré de nouveau,
        change le premier, qui se règle encore, `PASSES` fois au plus.
        """
        neuves = keys.redrawn[:0]
        restent, fois = list(lot), dict.fromkeys(lot, 0)
        while restent:
            rang = restent.pop(0)
            fois[rang] += 1
            siennes = find_redraws(self._open_draws(keys, rang, gains.get(rang)), lecture)
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
        keys, _ = self._draw_lots(self.lecteur.keys, {}, self.lots, run)
        if not self._lies:
            return keys
        lue = self._read_together(keys)
        devinees = {rang for rang, vues in lue.devinees.items() if vues.classes.size}
        lots = [np.array([rang for rang in lot if rang in devinees]) for lot in self.lots]
        keys, changees = self._draw_lots(keys, lue.gains, [lot for lot in lots if lot.size], run, lecture=1)
        return self._settle(keys, self._read_together(keys, lue, changees))

    def _settle(self, keys: Perturbation, lue: Lue) -> Perturbation:
        """Les clés où les réponses qui se devinent encore, toutes lues ensemble, ne se devinent plus.

        Une question à la fois, qui compte ce qu'elle annonce aux autres ; à la fois, chacune compterait sur
        les autres. Ce qui laisse plus deviner en tout ne se garde pas.
        """
        vaines = set[tuple[int, int, int]]()
        for lecture in range(2, LECTURES + 2):
            choix = lue.find_next(vaines)
            if choix is None:
                break
            rang = self._lies[choix[-1]]
            voisines = lue.ensemble.build_neighbours(lue.lus, list(lue.gains.values()), choix[-1])
            tirages = self._open_draws(keys, rang, lue.gains[rang], voisines)
            essayees = keys.draw_again(find_redraws(tirages, lecture))
            changees = {self._get_question(rang)}
            changees |= {self._get_question(autre) for autre in self._lies if self._follows(autre, changees)}
            relue = self._read_together(essayees, lue, changees)
            if relue.vrai < lue.vrai:
                keys, lue, vaines = essayees, relue, set()
            else:
                vaines.add(choix)
        return keys

    def _follows(self, rang: int, questions: set[str]) -> bool:
        """Vrai si l'une de ces questions commande celle de ce chiffre."""
        posee = self.lecteur.keys.asked.get(self.items[rang])
        return posee is not None and posee.question in questions

    def _draw_lots(
        self,
        keys: Perturbation,
        gains: Mapping[int, Tableau],
        lots: Sequence[Entiers],
        run: Callable[[Callable[[Entiers], Cles], Sequence[Entiers]], Iterable[Cles]],
        lecture: int = 0,
    ) -> tuple[Perturbation, set[str]]:
        """Ces lots réglés, et ceux que l'un d'eux commande ; et les questions dont un chiffre change.

        L'effectif d'une question sous condition se déduit de ce que la condition publie : elle d'abord.
        """
        changees, choisis = set[str](), {int(rang) for lot in lots for rang in lot}
        for sous in (False, True):
            commandes = [lot for lot in self.lots if sous and self._list_conditions(lot) & changees]
            siens = [lot for lot in lots if self._is_asked(lot) is sous]
            siens += [lot for lot in commandes if not choisis.intersection(lot.tolist())]
            neuves = list(run(partial(self.draw_lot, keys, gains, lecture), siens))
            keys = keys.draw_again(np.concatenate([keys.redrawn[:0], *neuves]))
            tirees = [lot for lot, siennes in zip(siens, neuves, strict=True) if siennes.size]
            changees |= {self._get_question(rang) for lot in [*tirees, *commandes] for rang in lot}
        return keys, changees

    def _is_asked(self, lot: Entiers) -> bool:
        return any(self.items[rang] in self.lecteur.keys.asked for rang in lot)

    def _list_conditions(self, lot: Entiers) -> set[str]:
        """Les questions qui commandent celle de ce lot."""
        posees = self.lecteur.keys.asked
        return {posees[self.items[rang]].question for rang in lot if self.items[rang] in posees}

    def _get_question(self, rang: int) -> str:
        return self.lecteur.keys.questions.get(self.items[rang], self.items[rang])

    def _read_together(
        self, keys: Perturbation, avant: Lue | None = None, changees: Container[str] = ()
    ) -> Lue:
        """Les chiffres liés, tels qu'ils se lisent ensemble sous ces clés.

        `avant` : la lecture d'avant, dont seules ces questions ont changé.
        """
        lus: list[Lu] = []
        questions: list[Question] = []
        for place, rang in enumerate(self._lies):
            if avant is not None and self._get_question(rang) not in changees:
                lus.append(avant.lus[place])
                questions.append(avant.ensemble.questions[place])
            else:
                tirages = self._open_draws(keys, rang)
                lus.append(tirages.get(0))
                questions.append(tirages.open_question(lus[-1]))
        ensemble = build_ensemble(questions, lus, self._liens, avant.ensemble if avant is not None else None)
        gains = ensemble.measure_gains()
        lectures = zip(questions, gains, lus, strict=True)
        devinees = [question.add_gains(siens).find_guessed(lu) for question, siens, lu in lectures]
        return Lue(ensemble, lus, *(dict(zip(self._lies, dits, strict=True)) for dits in (gains, devinees)))

    def list_guessed(self) -> list[str]:
        """Les chiffres dont les clés, telles qu'elles sont, laissent deviner une réponse dans le sens lu."""
        lues = self._read_together(self.lecteur.keys).devinees if self._lies else {}
        for rang in set(self._rangs) - lues.keys():
            tirages = self._open_draws(self.lecteur.keys, rang)
            lues[rang] = tirages.open_question(tirages.get(0)).find_guessed(tirages.get(0))
        return [self.items[rang] for rang in sorted(lues) if lues[rang].is_left]

    def _open_draws(
        self, keys: Perturbation, rang: int, gains: Tableau | None = None, voisines: Voisines | None = None
    ) -> Tirages:
        return open_draws(self.lecteur, keys, self.values[:, rang], self.items[rang], gains, voisines)

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


def _drop_twins(cells: csr_array) -> csr_array:
    """Sans cellule vide, ni deux de mêmes membres : elles n'ont qu'un chiffre."""
    hasard = np.random.default_rng(0).random(cells.shape[1])
    _, rangs = np.unique(np.asarray(cells @ hasard).round(9), return_index=True)
    pleines = np.asarray(cells.sum(axis=1)).ravel()[rangs] > 0
    return csr_array(cells[np.sort(rangs[pleines])])
