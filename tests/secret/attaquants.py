"""Les attaquants : ce qu'ils savent, ce qu'ils lisent, et ce qu'ils en déduisent.

(a) ne sait pas qui a répondu ; (b) le sait de toutes ; (c) se connaît et connaît ses voisines répondantes ;
(d) connaît les réponses d'un périmètre ; (e) lit comme tout le monde. Qui sait plus déduit au moins autant :
ce que (b) ne déduit pas, (a) et (e) ne le déduisent pas non plus.

Tout chiffre d'une cellule (intervalle, erreur type, effectif efficace, prudence, note) se calcule du compte
et du redressé brouillés et de grandeurs où aucune réponse n'entre (`stats.publication`, un test le montre) :
lire ces deux nombres sans arrondi (`arrondi=False`), c'est lire toutes les colonnes à la fois.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack
from scipy.special import ndtr

from barometre.stats.laws import SmoothLaw
from tests.secret.monde import Booleens, Monde, Publication, Regle, Tableau

# Une vraisemblance sous ce rapport vaut impossible : la réponse est certaine.
CERTAIN = 1e-12
EGAL = 1e-9
# Des égalités exactes à l'arrondi près sont sans solution pour HiGHS.
JEU = 1e-6


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


def infer_by_subtraction(monde: Monde, lu: Publication, regle: Regle) -> Tableau:
    """(b) Log du rapport de vraisemblance oui / non (unité × question), toutes les paires ensemble."""
    total = np.zeros_like(monde.y)
    for petite, grande, unite in list_pairs(monde.cellules):
        total[unite] += weigh_pair(monde, lu, regle, (petite, grande, unite))
    return total


def weigh_pair(monde: Monde, lu: Publication, regle: Regle, paire: tuple[int, int, int]) -> Tableau:
    """Log du rapport oui / non, par question, de celle qu'a la grande cellule et non la petite.

    Les comptes des autres sont inconnus : seules les deux différences, brute et redressée, parlent, lues sans
    arrondi. Une part bornée ne se lit pas : sa question ne dit rien.
    """
    petite, grande, unite = paire
    n, omega = monde.n[grande], float(monde.get_omega(grande, np.array([unite]))[0])
    # Le poids moyen de la petite, rapporté à celui de la grande : leurs sommes pondérées à la même échelle.
    r = (n - omega) / monde.n[petite]
    brute = (lu.compte[grande] - lu.compte[petite])[:, None, None]
    redressee = (n * lu.redresse[grande] - r * monde.n[petite] * lu.redresse[petite])[:, None, None]
    d, p = regle.law.support, regle.law.probabilities
    d_grand, d_petit = np.meshgrid(d, d, indexing="ij")
    inegalites = monde.structure.inequality[:, 0]
    ecart = float(np.hypot(inegalites[grande], r * inegalites[petite]) * np.sqrt(regle.gap.variance))
    seconds = np.convolve(*(monde.get_second(regle, c).probabilities for c in (grande, petite)))
    oui, non = (
        _find_mass(seconds, brute - v - d_grand + d_petit)
        * np.multiply.outer(p, p)
        * _weigh_normal(redressee - omega * v - d_grand + r * d_petit, ecart)
        for v in (1, 0)
    )
    muettes = lu.bas[[petite, grande]].any(axis=0) | lu.haut[[petite, grande]].any(axis=0)
    return np.where(muettes, 0.0, _log_ratio(oui.sum(axis=(1, 2)), non.sum(axis=(1, 2))))


def _find_mass(mass: Tableau, reste: Tableau) -> Tableau:
    """La masse d'un bruit entier centré en chaque reste, 0 hors de son étendue."""
    maximum = len(mass) // 2
    rang = np.rint(reste).astype(int) + maximum
    return np.where((rang >= 0) & (rang < len(mass)), mass[np.clip(rang, 0, len(mass) - 1)], 0.0)


def _weigh_normal(reste: Tableau, ecart: float) -> Tableau:
    """La densité (à un facteur près) d'un reste que seul le bruit de l'écart explique."""
    if ecart < EGAL:
        return np.asarray((np.abs(reste) < 1e-6).astype(float))
    return np.asarray(np.exp(-np.square(reste / ecart) / 2))


def _log_ratio(oui: Tableau, non: Tableau) -> Tableau:
    """Log du rapport, borné là où une seule des deux réponses est possible."""
    reference = np.maximum(np.maximum(oui, non), np.finfo(float).tiny)
    return np.asarray(np.log(oui / reference + CERTAIN) - np.log(non / reference + CERTAIN))


def infer_knowing(
    monde: Monde, lu: Publication, regle: Regle, connus: Booleens, *, arrondi: bool = True
) -> Tableau:
    """(c, d) Log du rapport oui / non, là où une seule répondante n'est pas connue de l'attaquant."""
    inconnus = np.asarray(monde.cellules @ (~connus).astype(float)).ravel()
    total = np.zeros_like(monde.y)
    for cellule in np.flatnonzero(inconnus == 1):
        membres = monde.cellules[[int(cellule)]].indices
        unite = int(membres[~connus[membres]][0])
        total[unite] += weigh_last(monde, lu, regle, (int(cellule), unite), arrondi=arrondi)
    return total


def infer_last(
    monde: Monde, lu: Publication, regle: Regle, tirages: int, *, arrondi: bool = True, minimum: int = 30
) -> tuple[Tableau, Tableau]:
    """Qui connaît toutes les autres d'une cellule (essai × question) : log des rapports, et vraies réponses.

    Autant de membres tirés par cellule d'au moins `minimum` réponses ; graine fixe.
    """
    hasard = np.random.default_rng(1)
    logs, vraies = [np.zeros((0, monde.y.shape[1]))], [np.zeros((0, monde.y.shape[1]))]
    for cellule in np.flatnonzero(monde.n >= minimum):
        membres = monde.cellules[[int(cellule)]].indices
        for unite in hasard.choice(membres, tirages, replace=False):
            log = weigh_last(monde, lu, regle, (int(cellule), int(unite)), arrondi=arrondi)
            logs.append(log[None])
            vraies.append(monde.y[[unite]])
    return np.vstack(logs), np.vstack(vraies)


def weigh_last(
    monde: Monde, lu: Publication, regle: Regle, cible: tuple[int, int], *, arrondi: bool
) -> Tableau:
    """Log du rapport oui / non, par question, de la seule inconnue d'une cellule : brut et redressé ensemble.

    `cible` : cellule, unité. `arrondi` : les parts se lisent au pour cent ; sinon, comme l'entrepôt les a.
    """
    cellule, unite = cible
    omega, y = float(monde.get_omega(cellule, np.array([unite]))[0]), monde.y[unite]
    oui, non = (
        _weigh_answer(
            Lecture(monde, lu, regle, cellule, arrondi),
            monde.total[cellule] - y + v,
            monde.pondere[cellule] + omega * (v - y),
        )
        for v in (1.0, 0.0)
    )
    return _log_ratio(oui, non)


@dataclass(frozen=True)
class Lecture:
    """Une cellule que l'attaquant lit, au pour cent ou sans arrondi."""

    monde: Monde
    lu: Publication
    regle: Regle
    cellule: int
    arrondi: bool

    @property
    def n(self) -> float:
        """Ses réponses."""
        return float(self.monde.n[self.cellule])

    @property
    def n_lu(self) -> float:
        """Les mêmes, comme ils se lisent."""
        return float(self.monde.n_lus[self.cellule])

    @property
    def portee(self) -> float:
        """L'inégalité de ses poids, que le bruit de l'écart multiplie."""
        return float(self.monde.structure.inequality[self.cellule, 0])

    @property
    def montre_redresse(self) -> bool:
        """Sous le seuil, seul le brut se lit ; mais l'intervalle, sans arrondi, trahirait le redressé."""
        return bool(self.n_lu >= self.regle.seuil) or not self.arrondi


def _weigh_answer(lecture: Lecture, k: Tableau, pondere: Tableau) -> Tableau:
    """P(ce qui est lu | k « oui », pondérés), par question : Σ_d P(d)·P(brut | d)·P(redressé | d).

    Premier axe : le bruit des deux ; le suivant, le second bruit du brut.
    """
    n, regle, lu, cellule = lecture.n, lecture.regle, lecture.lu, lecture.cellule
    second = lecture.monde.get_second(regle, cellule)
    d, d_second = regle.law.support[:, None, None], second.support[None, :, None]
    p = regle.law.probabilities[:, None, None] * second.probabilities[None, :, None]
    compte, ecart = np.clip(k + d + d_second, 0, n), pondere - k
    if regle.grille:
        ecart = n * regle.grille * np.round(ecart / n / regle.grille)
    centre = np.clip(k + d, 0, n) + ecart
    if lecture.arrondi:
        vu, milieu, demi = _weigh_fraction(
            n * lu.part[cellule] - compte, n * regle.pas / 2, regle.fraction / 2
        )
        redresse, marge = n * lu.part_redressee[cellule], n * regle.pas / 2 + demi
    else:
        vu = np.abs(compte - lu.compte[cellule]) < 0.5
        redresse, marge, milieu = n * lu.redresse[cellule], 0.0, 0.0
    nette = vu * (_weigh_gap(lecture, centre + milieu, redresse, marge) if lecture.montre_redresse else 1.0)
    bas, haut = (_weigh_extreme(lecture, c, r) for c, r in ((compte, centre), (n - compte, n - centre)))
    return np.asarray(
        (p * np.select([lu.bas[cellule], lu.haut[cellule]], [bas, haut], nette)).sum(axis=(0, 1))
    )


def _weigh_fraction(reste: Tableau, marge: float, demi: float) -> tuple[Tableau, Tableau, Tableau]:
    """P(part lue, à `marge` réponses près | sa fraction l'explique) ; où elle est alors : milieu, demi."""
    de, a = np.maximum(reste - marge, -demi), np.minimum(reste + marge, demi)
    if not demi:
        return (
            np.asarray(np.abs(reste) <= marge + EGAL, dtype=float),
            np.zeros_like(reste),
            np.zeros_like(reste),
        )
    large = np.clip(a - de, 0.0, None)
    return large / (2 * demi), np.clip((a + de) / 2, -demi, demi), large / 2


def _weigh_gap(lecture: Lecture, centre: Tableau, redresse: Tableau, marge: float) -> Tableau:
    """P(redressé lu à `marge` près, en réponses | sans son bruit, `centre`) ; sans marge, une densité."""
    gap, portee = lecture.regle.gap, lecture.portee
    if portee * gap.maximum < EGAL:
        return np.asarray(np.abs(np.clip(centre, 0, lecture.n) - redresse) <= marge + 1e-6, dtype=float)
    e = (redresse - centre) / portee
    if lecture.arrondi:
        demi = (marge + EGAL) / portee
        # Un redressé coupé à 0 ou à 100 % se lit comme « au plus » ou « au moins ».
        a = np.where(redresse >= lecture.n - marge, np.inf, e + demi)
        de = np.where(redresse <= marge, -np.inf, e - demi)
        return cumulate(gap, a) - cumulate(gap, de)
    return np.where(np.abs(e) <= gap.maximum + EGAL, np.exp(-np.square(e / gap.scale) / 2), 0.0)


def _weigh_extreme(lecture: Lecture, compte: Tableau, centre: Tableau) -> Tableau:
    """P(« moins de » | compte brouillé, redressé sans son bruit) : l'un ou l'autre est près de 0."""
    marge = lecture.regle.marge
    certain = (compte <= marge).astype(float)
    if lecture.n_lu < lecture.regle.seuil:
        return certain
    if lecture.portee * lecture.regle.gap.maximum < EGAL:
        return np.maximum(certain, (centre <= marge + 1e-6).astype(float))
    return np.maximum(certain, cumulate(lecture.regle.gap, (marge - centre) / lecture.portee))


def cumulate(gap: SmoothLaw, x: Tableau) -> Tableau:
    """La fonction de répartition du bruit de l'écart."""
    reste = ndtr(-gap.maximum / gap.scale)
    coupe = np.clip(x, -gap.maximum, gap.maximum)
    return np.asarray((ndtr(coupe / gap.scale) - reste) / (1 - 2 * reste))


def list_bounds(monde: Monde, lu: Publication, regle: Regle, question: int) -> tuple[csr_array, Tableau]:
    """(b) Les inéquations A·y ≤ b que brut, redressé et poids recalculés imposent aux réponses."""
    n, ouvertes = monde.n, ~(lu.bas[:, question] | lu.haut[:, question])
    compte, second = lu.compte[:, question], regle.second.maximum * monde.deux_bruits
    de = np.where(lu.bas[:, question], 0.0, compte) - regle.law.maximum - second
    a = np.where(lu.haut[:, question], n, np.where(lu.bas[:, question], n, compte))
    a = a + regle.law.maximum + second
    de = np.where(lu.haut[:, question], 0.0, de)
    w = monde.cellules.multiply(monde.poids[None, :]).tocsr()
    w = csr_array(w.multiply(n[:, None] / np.asarray(w.sum(axis=1)).reshape(-1, 1)).tocsr())
    ecart, redresse = csr_array((w - monde.cellules)[ouvertes]), n * lu.redresse[:, question]
    vu, somme = (redresse - compte)[ouvertes], redresse[ouvertes]
    marge = regle.gap.maximum * monde.structure.inequality[ouvertes, 0]
    matrice = csr_array(vstack([monde.cellules, ecart, w[ouvertes]]))
    bas = np.concatenate([de, vu - marge - second[ouvertes], somme - marge - regle.law.maximum])
    haut = np.concatenate([a, vu + marge + second[ouvertes], somme + marge + regle.law.maximum])
    return csr_array(vstack([matrice, -matrice])), np.concatenate([haut, -bas]) + JEU


def count_forced(
    monde: Monde, lu: Publication, regle: Regle, question: int, unites: npt.NDArray[np.intp]
) -> int:
    """(b) Combien de ces unités un programme linéaire force, tout lu sans arrondi."""
    a_ub, b_ub = list_bounds(monde, lu, regle, question)
    return sum(_is_forced(a_ub, b_ub, int(u), len(monde.y)) for u in unites)


def _is_forced(a_ub: csr_array, b_ub: Tableau, unite: int, taille: int) -> bool:
    """Vrai si y n'a qu'une valeur possible : l'extrême du programme relâché dépasse 0, ou n'atteint pas 1."""
    for signe in (1.0, -1.0):
        c = np.zeros(taille)
        c[unite] = signe
        trouve = linprog(c, A_ub=a_ub, b_ub=b_ub, bounds=(0, 1), method="highs")
        if trouve.status == 0 and signe * trouve.fun > 1e-3 and signe > 0:
            return True
        if trouve.status == 0 and signe < 0 and -trouve.fun < 1 - 1e-3:
            return True
    return False


def list_posteriors(log_rapports: Tableau, prior: Tableau) -> tuple[Tableau, Tableau]:
    """(a priori, a posteriori) de la réponse la plus probable, pour chaque essai × question attaqué."""
    p = np.clip(prior, 0.01, 0.99)
    attaques = log_rapports != 0
    logit = np.log(p / (1 - p)) + np.clip(log_rapports, -500, 500)
    apres = 1 / (1 + np.exp(-logit))
    # `prior` : un par question, ou un par réponse.
    avant = np.broadcast_to(np.maximum(p, 1 - p), log_rapports.shape)
    return avant[attaques], np.maximum(apres, 1 - apres)[attaques]


def summarise(log_rapports: Tableau, prior: Tableau) -> dict[str, float]:
    """Attaquées, certaines, plus de 0,9 sans que le taux le donne déjà (dont a priori sous 0,75), gain."""
    avant, apres = list_posteriors(log_rapports, prior)
    return {
        "attaquees": len(avant),
        "certaines": int((np.abs(log_rapports) > -np.log(CERTAIN) / 2).sum()),
        "plus_de_0,9": int(((avant <= 0.9) & (apres > 0.9)).sum()),
        "dont_a_priori_0,75": int(((avant <= 0.75) & (apres > 0.9)).sum()),
        "gain_moyen": float((apres - avant).mean()) if len(avant) else 0.0,
    }


def list_unique(cellules: csr_array) -> csr_array:
    """Les cellules aux membres distincts : de mêmes membres, deux cellules n'en sont qu'une."""
    lignes = [(tuple(cellules[[i]].indices.tolist()), i) for i in range(cellules.shape[0])]
    premieres = [next(groupe)[1] for _, groupe in groupby(sorted(lignes), key=lambda x: x[0])]
    return csr_array(cellules[sorted(premieres)])
