"""Deux versions, avant et après un lot de réponses tardives : ce qu'en déduit qui sait qui a répondu.

L'attaquant lit toutes les cellules sans arrondi, à la même échelle : seules les tardives et le bruit font
leur différence (les poids des autres ne bougent pas : il ne peut espérer mieux). `infer_late` est la règle de
l'entrepôt ; `infer_redrawn`, celle d'avant, où chaque cellule rejointe tirait un bruit neuf.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from barometre.domain.secret import SEUIL
from barometre.stats.laws import LATE_LAW
from tests.secret.attaquants import CERTAIN, EGAL
from tests.secret.monde import AUCUN, Booleens, Monde, Publication, Regle, Tableau, publish


@dataclass(frozen=True)
class Difference:
    """Une cellule dans les deux versions : qui du lot y entre, et de combien les deux sommes ont bougé."""

    entrees: npt.NDArray[np.intp]  # rangs dans le lot
    omega: Tableau  # leur poids, rapporté au poids moyen de la cellule après
    brute: Tableau
    redressee: Tableau
    inegalites: tuple[float, float]  # avant (à l'échelle d'après), après
    reste: float  # le poids moyen d'avant, à l'échelle d'après
    muettes: Booleens


def infer_late(monde: Monde, lots: list[npt.NDArray[np.intp]]) -> Tableau:
    """Log des rapports oui / non (unité × question), qui lirait chaque réponse brouillée elle-même.

    C'est un majorant : compte et somme pondérée de toute cellule n'en montrent que des sommes, de w·ỹ
    (`tests/stats/test_noise.py`), où les autres tardives et leurs bruits se mêlent.
    """
    total = np.zeros_like(monde.y)
    for lot in lots:
        tardives = np.isin(np.arange(len(monde.y)), lot)
        cles = replace(monde, tardives=tardives).build_design(Regle()).perturbation
        assert cles is not None
        lue = (monde.y + cles.draw_late(monde.y, [f"q{j}" for j in range(monde.y.shape[1])]))[lot]
        oui, non = (_find_probability(lue - v) for v in (1.0, 0.0))
        total[lot] = np.log(oui + CERTAIN) - np.log(non + CERTAIN)
    return total


def _find_probability(bruit: Tableau) -> Tableau:
    rang = np.rint(bruit).astype(int) + LATE_LAW.maximum
    dedans = (rang >= 0) & (rang <= 2 * LATE_LAW.maximum)
    return np.where(dedans, LATE_LAW.probabilities[np.clip(rang, 0, 2 * LATE_LAW.maximum)], 0.0)


def infer_redrawn(monde: Monde, regle: Regle, lots: list[npt.NDArray[np.intp]]) -> Tableau:
    """Les mêmes, chaque lot arrivant seul sur toutes les autres : toutes ses combinaisons pesées.

    Une règle d'avant : le brut n'y porte pas de second bruit.
    """
    regle = replace(regle, second=AUCUN)
    total = np.zeros_like(monde.y)
    for lot in lots:
        total[lot] = _infer_lot(monde, regle, lot)
    return total


def _infer_lot(monde: Monde, regle: Regle, lot: npt.NDArray[np.intp]) -> Tableau:
    combinaisons = ((np.arange(2 ** len(lot))[:, None] >> np.arange(len(lot))) & 1).astype(float)
    prior = np.clip(monde.y.mean(axis=0), 0.01, 0.99)
    impair = np.log(prior / (1 - prior))
    logs = combinaisons.sum(axis=1)[:, None] * impair
    for d in list_differences(monde, regle, lot):
        poids = _weigh_redrawn(d, combinaisons[:, d.entrees], regle)
        logs = logs + np.where(d.muettes, 0.0, np.log(poids + CERTAIN**2))
    logs -= logs.max(axis=0)
    oui, non = (np.einsum("cl,cq->lq", c, np.exp(logs)) for c in (combinaisons, 1 - combinaisons))
    return np.asarray(np.log(oui + CERTAIN) - np.log(non + CERTAIN) - impair)


def list_differences(monde: Monde, regle: Regle, lot: npt.NDArray[np.intp]) -> Iterator[Difference]:
    """Les cellules que le lot rejoint et qui se montraient déjà."""
    touchees = np.flatnonzero(np.asarray(monde.cellules[:, lot].sum(axis=1)).ravel())
    apres = monde.cellules[touchees].toarray()
    sans = apres.copy()
    sans[:, lot] = 0.0
    montrees = sans.sum(axis=1) >= SEUIL
    deux = replace(monde, cellules=csr_array(np.vstack([sans[montrees], apres[montrees]])))
    lu = publish(deux, regle)
    for c in range(int(montrees.sum())):
        yield _subtract(deux, lu, (c, c + int(montrees.sum())), lot)


def _subtract(monde: Monde, lu: Publication, paire: tuple[int, int], lot: npt.NDArray[np.intp]) -> Difference:
    avant, apres = paire
    entrees = np.flatnonzero(np.isin(lot, monde.cellules[[apres]].indices))
    omega = monde.get_omega(apres, lot[entrees])
    n_1, n_2 = float(monde.n[avant]), float(monde.n[apres])
    reste = (n_2 - omega.sum()) / n_1
    inegalites = monde.structure.inequality[:, 0]
    return Difference(
        entrees,
        omega,
        lu.compte[apres] - lu.compte[avant],
        n_2 * lu.redresse[apres] - reste * n_1 * lu.redresse[avant],
        (reste * float(inegalites[avant]), float(inegalites[apres])),
        reste,
        (lu.bas | lu.haut)[[avant, apres]].any(axis=0),
    )


def _weigh_redrawn(d: Difference, y: Tableau, regle: Regle) -> Tableau:
    """P(différence | réponses), deux bruits sans rapport ; Σ sur celui de la version d'après."""
    ecart = float(np.hypot(*d.inegalites) * np.sqrt(regle.gap.variance))
    total, loi, maximum = 0.0, regle.law.probabilities, regle.law.maximum
    for apres, p in zip(regle.law.support, loi, strict=True):
        avant = np.rint(apres - d.brute + y.sum(axis=1)[:, None]).astype(int)
        p_avant = np.where(np.abs(avant) <= maximum, loi[np.clip(avant + maximum, 0, 2 * maximum)], 0.0)
        reste = d.redressee - (y @ d.omega)[:, None] - apres + d.reste * avant
        total = total + p * p_avant * _weigh_normal(reste, ecart)
    return np.asarray(total)


def _weigh_normal(reste: Tableau, ecart: float) -> Tableau:
    """La densité (à un facteur près) d'un reste que seul le bruit de l'écart explique."""
    if ecart < EGAL:
        return np.asarray((np.abs(reste) < 1e-6).astype(float))
    return np.asarray(np.exp(-np.square(reste / ecart) / 2))
