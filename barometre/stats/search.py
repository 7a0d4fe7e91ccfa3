"""Chercher, pour une question, des bruits de rechange sous lesquels aucune réponse ne se devine.

Un tirage n'est gardé que s'il laisse moins deviner : en prendre chaque fois un neuf déplaçait la faute d'une
cellule à l'autre. L'attaque est linéaire en ce qui se lit : ce que change le bruit d'une cellule se calcule
une fois, et des centaines de tirages se jugent d'un seul produit.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from barometre.stats.draws import Tirages
from barometre.stats.perturbation import Cles
from barometre.stats.question import Devinees, Lu, Question

Tableau = npt.NDArray[np.float64]
Entiers = npt.NDArray[np.intp]
TOURS = 150
# Tant d'échecs de suite : un creux, dont il vaut mieux repartir.
ECHECS = 12
# La recherche qui n'en sort pas repart d'ailleurs : combien de fois au plus (le double s'il reste une réponse
# devinée dans le sens lu), et pour combien de tours.
REPRISES, TOURS_REPRISE = 12, 40
# Après chaque échec, une cellule de plus par réponse devinée peut tirer un autre bruit, dix au plus. Chacune
# essaie ses bruits de rechange quatre par quatre ; au hasard, six cellules au plus tirent ensemble.
CELLULES_AU_PLUS, RANGS, ENSEMBLE, COMBINAISONS = 10, 4, 6, 48


def find_redraws(tirages: Tirages, lecture: int = 0) -> Cles:
    """Les clés des cellules à tirer de nouveau pour qu'aucune réponse de la question ne soit devinée.

    Prise dans un creux, la recherche repart d'ailleurs : de toutes les cellules à leur bruit de rechange d'un
    autre rang, `REPRISES` fois au plus. Là où des groupes diffèrent bien plus que l'attaquant ne le croit,
    aucun bruit n'ôte tout rapport fort ; restent les bruits qui laissent deviner le moins de réponses dans le
    sens lu, et s'il en reste, des reprises ne cherchent plus que cela.

    `lecture` : la combientième des questions ensemble ; la recherche ne repart plus, toutes se relisent. Dès
    la deuxième, seul compte le sens lu.
    """
    gardes, restent = search(
        tirages, 0, TOURS if lecture < 2 else TOURS_REPRISE, lecture, un_sens=lecture > 1
    )
    for depart in range(1, 2 * REPRISES + 1 if not lecture else 1):
        un_sens = depart > REPRISES
        if not (restent.is_left if un_sens else restent.exces):
            break
        autres, restantes = search(tirages, depart, TOURS_REPRISE, un_sens=un_sens)
        if _rank(restantes) < _rank(restent):
            gardes, restent = autres, restantes
    return np.repeat(tirages.cell_keys, gardes) if gardes.any() else tirages.keys.redrawn[:0]


def _rank(devinees: Devinees) -> tuple[float, float]:
    """Ce qui se devine, du plus grave au moins grave : dans le sens lu, puis dans l'un ou l'autre."""
    return devinees.vrai, devinees.exces


def search(
    tirages: Tirages, depart: int, tours: int, graine: int = 0, *, un_sens: bool = False
) -> tuple[Entiers, Devinees]:
    """Le rang du bruit que garde chaque cellule, toutes parties de `depart`, et ce qui se devine encore.

    `graine` : des essais au hasard ; `un_sens` : ne compte d'abord que ce qui se devine dans le sens lu.
    """
    hasard = np.random.default_rng(graine)
    lu, gardes = tirages.get(depart), np.full(tirages.lecteur.cells.shape[0], depart, dtype=np.intp)
    question, tires, echecs = tirages.open_question(lu), gardes.copy(), 0
    devinees = question.find_guessed(lu)
    for _ in range(tours):
        if echecs > ECHECS:
            break
        if not (devinees.is_left if un_sens else devinees.classes.size):
            if (lu.borne == question.borne).all():
                break
            # Quelles cellules se bornent a changé : l'attaque se refait, seule à dire que rien ne se devine.
            question, echecs = tirages.open_question(lu), 0
            devinees = question.find_guessed(lu)
            continue
        cellules = question.list_guilty(devinees, 1 + min(echecs, CELLULES_AU_PLUS))
        essai = _choose_trial(tirages, question, devinees, lu, cellules, tires[cellules], hasard, un_sens)
        if essai is None:
            tires[cellules] += RANGS
            echecs += 1
            continue
        changees, echecs = cellules[essai > 0], 0
        tires[changees] += essai[essai > 0]
        gardes[changees] = tires[changees]
        lu = tirages.replace(lu, changees, tires[changees])
        devinees = question.find_guessed(lu)
    # Tours finis : la dernière attaque a pu être faite avant que d'autres cellules se bornent.
    if (lu.borne != question.borne).any():
        devinees = tirages.open_question(lu).find_guessed(lu)
    return gardes, devinees


def _choose_trial(  # noqa: PLR0917 - où en est la recherche
    tirages: Tirages,
    question: Question,
    devinees: Devinees,
    lu: Lu,
    cells: Entiers,
    drawn: Entiers,
    hasard: np.random.Generator,
    un_sens: bool,
) -> Entiers | None:
    """De combien de rangs avance le bruit de chaque cellule au meilleur essai ; rien si aucun ne gagne.

    `drawn` : le dernier rang essayé de chacune.
    """
    effets = question.measure_effects(cells)
    ecarts = _measure_gaps(tirages, question, lu, cells, drawn)
    avant = [x[:, None] for x in question.read_resolved(devinees.resolu)]

    def measure(trials: Entiers) -> Tableau:
        """Essai × (le plus grave, le moins grave) : ce qui se devinerait encore."""
        bruits = np.vstack([ecart[np.arange(cells.size), trials].T for ecart in ecarts])
        _, _, exces, vrai = question.judge(
            *(x + effet @ bruits for x, effet in zip(avant, effets, strict=True))
        )
        return np.column_stack([(vrai if un_sens else exces).sum(axis=0), exces.sum(axis=0)])

    base = (devinees.vrai if un_sens else devinees.exces), devinees.exces
    seuls = np.kron(np.eye(cells.size, dtype=np.intp), np.arange(1, RANGS + 1)[:, None])
    restes = measure(seuls)
    essais = [seuls]
    if cells.size > 1:
        meilleures = _combine_best(seuls, restes[:, 0], base[0])
        essais.append(np.vstack([*meilleures, _combine(cells.size, hasard)]))
        restes = np.vstack([restes, measure(essais[1])])
    meilleur = int(np.lexsort(restes.T[::-1])[0])
    return np.vstack(essais)[meilleur] if tuple(restes[meilleur]) < base else None


def _measure_gaps(
    tirages: Tirages, question: Question, lu: Lu, cells: Entiers, drawn: Entiers
) -> tuple[Tableau, Tableau]:
    """Cellule × avance (0 à `RANGS`) : de combien ce bruit déplace la mesure brute, et la redressée."""
    bruts, redresses = np.zeros((2, cells.size, RANGS + 1))
    for i, (cellule, rang) in enumerate(zip(cells, drawn, strict=True)):
        autres = [tirages.get(int(rang) + avance) for avance in range(1, RANGS + 1)]
        bruts[i, 1:] = [autre.brut[cellule] - lu.brut[cellule] for autre in autres]
        redresses[i, 1:] = [autre.redresse[cellule] - lu.redresse[cellule] for autre in autres]
    n, beta = question.n[cells, None], question.beta[cells, None]
    return n * (bruts - beta * redresses), n * redresses


def _combine_best(trials: Entiers, left: Tableau, base: float) -> Iterator[Entiers]:
    """Les cellules qu'un seul bruit de rechange améliore, chacune au sien : les deux meilleures, quatre …"""
    par_cellule = left.reshape(-1, RANGS)
    meilleurs = par_cellule.argmin(axis=1)
    rangs = np.arange(par_cellule.shape[0])
    gagnes = base - par_cellule[rangs, meilleurs]
    ordre = np.argsort(-gagnes, kind="stable")[: (gagnes > 0).sum()]
    for combien in (2**k for k in range(1, 1 + int(np.ceil(np.log2(max(ordre.size, 1)))))):
        choisies = np.zeros(trials.shape[1], dtype=np.intp)
        choisies[ordre[:combien]] = meilleurs[ordre[:combien]] + 1
        yield choisies


def _combine(cells: int, hasard: np.random.Generator) -> Entiers:
    """Essai × cellule : des cellules prises au hasard, chacune à un de ses bruits de rechange."""
    tailles = hasard.integers(2, min(cells, ENSEMBLE) + 1, size=(COMBINAISONS, 1))
    places = hasard.random((COMBINAISONS, cells)).argsort(axis=1).argsort(axis=1)
    return np.where(places < tailles, hasard.integers(1, RANGS + 1, size=places.shape), 0)
