"""Les attaquants : ce qu'ils savent, ce qu'ils lisent, et ce qu'ils en déduisent.

`Monde` est une vague d'un questionnaire : qui a répondu quoi, dans quelles cellules, avec quels poids. Les
publications sont refaites ici comme la porte les arrondit (parts entières, bornes, effectifs), pour pouvoir
changer la loi du bruit ; un test vérifie qu'elles sont celles de la porte.

(a) ne sait pas qui a répondu ; (b) le sait de toutes ; (c) se connaît et connaît ses voisines répondantes ;
(d) connaît les réponses d'un périmètre ; (e) lit comme tout le monde. Qui sait plus déduit au moins autant :
ce que (b) ne déduit pas, (a), (c) et (e) ne le déduisent pas non plus.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from barometre.domain.secret import MARGE_EXTREME, SEUIL_REDRESSE
from barometre.stats.perturbation import Law, Perturbation

Tableau = npt.NDArray[np.float64]
Booleens = npt.NDArray[np.bool_]
CERTAIN = 1e-12
ARRONDI = 0.005


@dataclass(frozen=True)
class Monde:
    """Les répondantes d'une vague : clés, poids, cellules (cellule × unité), réponses (unité × question)."""

    keys: npt.NDArray[np.uint64]
    poids: Tableau
    cellules: csr_array
    y: Tableau

    @property
    def n(self) -> Tableau:
        """Réponses de chaque cellule."""
        return np.asarray(self.cellules.sum(axis=1)).ravel()


@dataclass(frozen=True)
class Publication:
    """Ce qui se lit de chaque cellule × question : parts au pour cent, borne basse ou haute."""

    brut: Tableau
    redresse: Tableau
    bas: Booleens
    haut: Booleens


def publish(monde: Monde, law: Law) -> Publication:
    """Les chiffres tels que la porte les montre."""
    items = [f"q{j}" for j in range(monde.y.shape[1])]
    d = Perturbation(monde.keys, law=law).draw(monde.cellules, monde.y, items)
    n = monde.n[:, None]
    k = np.asarray(monde.cellules @ monde.y)
    publie = np.clip(k + d, 0, n)
    poids = np.asarray(monde.cellules @ monde.poids)[:, None]
    p = np.asarray(monde.cellules @ (monde.poids[:, None] * monde.y)) / poids
    redresse = np.where(n < SEUIL_REDRESSE, publie / n, np.clip(p + (publie - k) / n, 0, 1))
    bas = np.minimum(publie, redresse * n) <= MARGE_EXTREME
    haut = ~bas & (n - np.maximum(publie, redresse * n) <= MARGE_EXTREME)
    return Publication(publie.round() / n, redresse.round(2), bas, haut)


def read_counts(monde: Monde, lu: Publication) -> tuple[Tableau, Tableau]:
    """Les comptes brouillés que l'attaquant sait possibles (de, à), d'une part ou d'une borne."""
    n = monde.n[:, None]
    part = lu.brut.round(2)
    de, a = np.ceil((part - ARRONDI) * n - 1e-9), np.floor((part + ARRONDI) * n + 1e-9)
    de, a = np.maximum(np.where(lu.bas, 0, de), 0), np.minimum(np.where(lu.haut, n, a), n)
    return np.where(lu.haut, np.minimum(de, n - MARGE_EXTREME), de), np.where(
        lu.bas, np.maximum(a, MARGE_EXTREME), a
    )


def list_pairs(cellules: csr_array) -> list[tuple[int, int, int]]:
    """(petite, grande, unité) : toutes les cellules emboîtées qui diffèrent d'une seule répondante."""
    tailles = np.asarray(cellules.sum(axis=1)).ravel()
    communs = (cellules @ cellules.T).tocoo()
    proches = (communs.data == tailles[communs.row]) & (tailles[communs.col] == tailles[communs.row] + 1)
    paires = []
    for petite, grande in zip(communs.row[proches], communs.col[proches], strict=True):
        membres = [set(cellules[[c]].indices.tolist()) for c in (petite, grande)]
        paires.append((int(petite), int(grande), int(next(iter(membres[1] - membres[0])))))
    return paires


def infer_by_subtraction(monde: Monde, lu: Publication, law: Law) -> Tableau:
    """(b) Log du rapport de vraisemblance oui / non de chaque unité × question, toutes les paires ensemble.

    Le compte de la petite cellule a un a priori plat : c'est l'attaquant qui ne sait rien d'autre.
    """
    de, a = read_counts(monde, lu)
    total = np.zeros_like(monde.y)
    for petite, grande, unite in list_pairs(monde.cellules):
        for j in range(monde.y.shape[1]):
            bornes = (de[petite, j], a[petite, j]), (de[grande, j], a[grande, j])
            oui, non = (_weigh(bornes, law, valeur, int(monde.n[petite])) for valeur in (1, 0))
            total[unite, j] += np.log(oui + CERTAIN) - np.log(non + CERTAIN)
    return total


def _weigh(bornes: tuple[tuple[float, float], ...], law: Law, valeur: int, n: int) -> float:
    """Σ sur le compte k de la petite cellule de P(ce qui en est lu)·P(ce qui est lu de la grande | k + y)."""
    k = np.arange(n + 1)
    petite = sum_law(law, bornes[0], k)
    return float(petite @ sum_law(law, bornes[1], k + valeur))


def sum_law(law: Law, bornes: tuple[float, float], k: npt.NDArray[np.int_]) -> Tableau:
    """P(de ≤ k + d ≤ à), pour chaque compte k."""
    d, p = law.support, law.probabilities
    vus = (k[:, None] + d >= bornes[0]) & (k[:, None] + d <= bornes[1])
    return np.asarray(vus @ p)


def infer_knowing(monde: Monde, lu: Publication, law: Law, connus: Booleens) -> Tableau:
    """(c, d) Log du rapport oui / non, là où une seule répondante n'est pas connue de l'attaquant."""
    de, a = read_counts(monde, lu)
    inconnus = np.asarray(monde.cellules @ (~connus).astype(float)).ravel()
    total = np.zeros_like(monde.y)
    for cellule in np.flatnonzero(inconnus == 1):
        membres = monde.cellules[[int(cellule)]].indices
        unite = int(membres[~connus[membres]][0])
        deja = monde.y[membres[connus[membres]]].sum(axis=0)
        for j, k in enumerate(deja.astype(int)):
            bornes = (de[cellule, j], a[cellule, j])
            oui, non = (float(sum_law(law, bornes, np.array([k + v]))[0]) for v in (1, 0))
            total[unite, j] += np.log(oui + CERTAIN) - np.log(non + CERTAIN)
    return total


def count_forced(monde: Monde, lu: Publication, law: Law, question: int, unites: npt.NDArray[np.intp]) -> int:
    """(b) Combien de ces unités un programme linéaire force, avec brut, redressé et poids recalculés."""
    de, a = read_counts(monde, lu)
    matrices, bas, haut = [monde.cellules], [de[:, question] - law.maximum], [a[:, question] + law.maximum]
    exactes = (monde.n >= SEUIL_REDRESSE) & ~lu.bas[:, question] & ~lu.haut[:, question]
    # Redressé moins brut ne porte pas le bruit : c'est la mesure la plus fine que l'attaquant ait.
    w = monde.cellules.multiply(monde.poids[None, :]).tocsr()
    ecart = csr_array(w.multiply(1 / np.asarray(w.sum(axis=1)).reshape(-1, 1)).tocsr()
                      - monde.cellules.multiply(1 / monde.n[:, None]).tocsr())[exactes]  # fmt: skip
    vu = (lu.redresse - lu.brut.round(2))[exactes, question]
    matrices.append(ecart)
    bas.append(vu - 2 * ARRONDI)
    haut.append(vu + 2 * ARRONDI)
    a_ub = vstack([vstack(matrices), -vstack(matrices)])
    b_ub = np.concatenate([*haut, *(-x for x in bas)])
    return sum(_is_forced(a_ub, b_ub, int(u), len(monde.y)) for u in unites)


def _is_forced(a_ub: csr_array, b_ub: Tableau, unite: int, taille: int) -> bool:
    """Vrai si y n'a qu'une valeur possible : l'extrême du programme relâché dépasse 0, ou n'atteint pas 1."""
    for signe in (1.0, -1.0):
        c = np.zeros(taille)
        c[unite] = signe
        trouve = linprog(c, A_ub=a_ub, b_ub=b_ub, bounds=(0, 1), method="highs")
        if trouve.status == 0 and signe * trouve.fun > 1e-6 and signe > 0:
            return True
        if trouve.status == 0 and signe < 0 and -trouve.fun < 1 - 1e-6:
            return True
    return False


def list_posteriors(log_rapports: Tableau, prior: Tableau) -> Iterator[tuple[float, float]]:
    """(a priori, a posteriori) de la réponse la plus probable, pour chaque unité × question attaquée."""
    for unite, j in np.argwhere(log_rapports != 0):
        p = float(np.clip(prior[j], 0.01, 0.99))
        logit = np.log(p / (1 - p)) + log_rapports[unite, j]
        apres = 1 / (1 + np.exp(-np.clip(logit, -500, 500)))
        yield max(p, 1 - p), max(apres, 1 - apres)


def summarise(log_rapports: Tableau, prior: Tableau) -> dict[str, float]:
    """Attaquées, certaines, plus de 0,9 sans que le taux le donne déjà, gain moyen de probabilité."""
    couples = list(list_posteriors(log_rapports, prior))
    gains = [apres - avant for avant, apres in couples]
    return {
        "attaquees": len(couples),
        "certaines": int((np.abs(log_rapports) > -np.log(CERTAIN) / 2).sum()),
        "plus_de_0,9": sum(avant <= 0.9 < apres for avant, apres in couples),
        "gain_moyen": float(np.mean(gains)) if gains else 0.0,
    }


def list_unique(cellules: csr_array) -> csr_array:
    """Les cellules aux membres distincts : de mêmes membres, deux cellules n'en sont qu'une."""
    lignes = [(tuple(cellules[[i]].indices.tolist()), i) for i in range(cellules.shape[0])]
    premieres = [next(groupe)[1] for _, groupe in groupby(sorted(lignes), key=lambda x: x[0])]
    return csr_array(cellules[sorted(premieres)])
