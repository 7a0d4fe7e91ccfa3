"""Une question attaquée par qui lit toutes ses cellules (`stats.attack`) : seule, ou avec les autres."""

from __future__ import annotations

from copy import copy
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from barometre.domain.secret import DECIMALES, DEVINE, DEVINE_TAUX, MARGE_EXTREME
from barometre.stats.attack import ECART_GROUPES, Lecteur
from barometre.stats.factor import Factor
from barometre.stats.publication import POIDS_EGAUX

Tableau = npt.NDArray[np.float64]
Booleens = npt.NDArray[np.bool_]
Entiers = npt.NDArray[np.intp]
# Un nombre pris au hasard dans un intervalle de largeur 1.
VARIANCE_UNIFORME = 1 / 12
# De combien toutes les questions d'un questionnaire, lues ensemble, disent mieux une réponse que la sienne
# seule : de 1,05 à 1,6 fois, mesuré sur deux d'entre eux (`stats.together`).
LIEES = 1.4
# Ce dont une réponse peut passer `DEVINE`, en log : de là à 0,9 il y a 0,054.
TOLERANCE = 0.04
# À cette distance du seuil, une réponse n'est pas devinée, mais une autre question pourrait la faire passer.
PROCHE = 0.5


def compute_but() -> float:
    """`DEVINE`, en log du rapport oui / non."""
    return float(np.log(DEVINE / (1 - DEVINE)))


class Lu(NamedTuple):
    """Une question, cellule par cellule : brut et redressé au pour cent, et ceux qui ne sont que bornés.

    `double` : celles où le redressé se lit à côté du brut, d'après l'effectif publié.
    """

    brut: Tableau
    redresse: Tableau
    borne: Booleens
    double: Booleens


class Devinees(NamedTuple):
    """Les classes devinées, de combien en tout elles passent le seuil, dans quel sens, et les poids lus.

    Est devinée celle qu'un rapport aussi fort rendrait probable à plus de `DEVINE`, qu'il dise ce que les
    taux disaient ou le contraire. `graves` : de combien chacune passe dans le sens lu.
    """

    classes: Entiers
    exces: float
    graves: Tableau
    sens: Tableau
    resolu: Tableau

    @property
    def vrai(self) -> float:
        """De combien passent, en tout, celles qui le sont dans le sens lu."""
        return float(self.graves.sum())

    @property
    def is_left(self) -> bool:
        """Vrai si une réponse peut passer 0,9 dans le sens lu."""
        return bool(self.graves.size) and float(self.graves.max()) > TOLERANCE


class Voisines(NamedTuple):
    """Des réponses à d'autres questions que celle-ci annonce : de quelle classe, et leur log a priori et lu.

    `pentes` : de combien ce log suit la pression de la classe ici, partie de `depart`.
    """

    classes: Entiers
    avant: Tableau
    logs: Tableau
    pentes: Tableau
    depart: Tableau

    def judge(self, pressions: Tableau) -> tuple[Tableau, Tableau]:
        """De plusieurs lectures : dans quel sens chacune se devine, et de combien elle passe le seuil."""
        logs = (self.logs - self.pentes * self.depart)[:, None] + self.pentes[:, None] * pressions[
            self.classes
        ]
        apres = self.avant[:, None] + logs
        return np.sign(apres * self.pentes[:, None]), np.maximum(np.abs(apres) - compute_but(), 0.0)


class Question:
    """Une question lue dans toutes ses cellules : le rapport oui / non de chaque classe d'unités.

    Les mesures sont, des cellules `lues`, le brut moins `beta` fois le redressé, puis, des `doubles`, le
    redressé. Ce qu'une réponse de chaque classe ajoute à chacune (mesure × classe) ne s'écrit que là où elle
    est : aux appartenances. `gains` : ce que les autres questions ajoutent à la pression de chaque classe
    (`stats.together`) ; la plus forte des deux lectures compte. `voisines` : les réponses à d'autres
    questions que celle-ci annonce, à ne pas laisser deviner non plus.
    """

    def __init__(
        self,
        lecteur: Lecteur,
        values: Tableau,
        lu: Lu,
        gains: Tableau | None = None,
        voisines: Voisines | None = None,
    ) -> None:
        self.public = public = lecteur.get_public(np.isfinite(values))
        self.membres, self.groupes = lecteur.members, lecteur.class_groups
        n = public.n
        lues = n > 0
        lois, inegalites = lecteur.keys, lecteur.inequality
        pas = n * 10.0**-DECIMALES
        second = lu.double & (inegalites > POIDS_EGAUX)
        floue = np.where(lu.borne, (MARGE_EXTREME + 1.0) ** 2, pas**2) * VARIANCE_UNIFORME
        commun = lois.share_variance
        v_brut = commun + lois.raw_law.variance * second + floue
        v_redresse = commun + lois.gap_law.variance * inegalites**2 + pas**2 * VARIANCE_UNIFORME
        doubles = lues & ~lu.borne & second
        # Brut et redressé portent le bruit du compte : ôter β fois le second en laisse deux sans rapport.
        self.beta = np.where(doubles, commun / v_redresse, 0.0)
        self.n, self.effectifs, self.lues, self.doubles = n, public.counts, lues, doubles
        self.borne = lu.borne.copy()
        self.variances = v_brut - self.beta * commun, v_redresse
        # Ce qu'une réponse de chaque appartenance ajoute au brut corrigé, et au redressé.
        self.apports = 1 - self.beta[self.membres.cellules] * public.weighted, public.weighted
        self.moyenne = float(np.nanmean(values))
        self.attendues = self.moyenne * self._stack(n * (1 - self.beta), n)
        self.gains, self.voisines = gains, voisines
        self.mesures = self._build_mesures()
        self.facteur = self._build_factor(lecteur.apart)
        self.leviers = np.full(self.effectifs.size, np.nan)

    @property
    def v(self) -> float:
        """La variance d'une réponse, que rien ne dit."""
        return self.moyenne * (1 - self.moyenne)

    @property
    def matrice(self) -> Tableau:
        """Mesure × classe : ce qu'une réponse de la classe ajoute à la mesure."""
        return self._get_columns(np.arange(self.effectifs.size))

    @property
    def bruit(self) -> Tableau:
        """La variance du bruit de chaque mesure."""
        return self._stack(*self.variances)

    def _build_mesures(self) -> csr_array:
        """Mesure × classe, comme `matrice`, creuse."""
        cellules, classes, _ = self.membres
        combien = int(self.lues.sum())
        vues = self.lues[cellules], self.doubles[cellules]
        rangs = np.cumsum(self.lues) - 1, combien + np.cumsum(self.doubles) - 1
        lignes = np.concatenate([rang[cellules[vue]] for rang, vue in zip(rangs, vues, strict=True)])
        colonnes = np.concatenate([classes[vue] for vue in vues])
        apports = np.concatenate([apport[vue] for apport, vue in zip(self.apports, vues, strict=True)])
        return csr_array(
            (apports, (lignes, colonnes)), (combien + int(self.doubles.sum()), self.effectifs.size)
        )

    def _build_factor(self, apart: Booleens) -> Factor:
        """La covariance des mesures : les réponses, ce dont les groupes diffèrent, et le bruit."""
        mesures, racine = self.mesures, np.sqrt(self.v * self.effectifs)
        return Factor(
            csr_array(
                (mesures.data * racine[mesures.indices], mesures.indices, mesures.indptr), mesures.shape
            ),
            ECART_GROUPES * self.groupees,
            self.bruit,
            np.concatenate([apart[self.lues], apart[self.doubles]]),
        )

    @cached_property
    def groupees(self) -> Tableau:
        """Mesure × groupe du cadre : combien y compte."""
        membres, peses = self.public.spread
        return np.vstack([(membres - self.beta[:, None] * peses)[self.lues], peses[self.doubles]])

    def compute_residual(self, lu: Lu) -> Tableau:
        """Ce que chaque mesure a de plus que ce qu'en attend qui ne sait que le taux."""
        brut, redresse = self.n * lu.brut, self.n * lu.redresse
        return self._stack(brut - self.beta * redresse, redresse) - self.attendues

    def add_gains(self, gains: Tableau) -> Question:
        """La même, sous ce que les autres questions ajoutent à chaque classe."""
        jointe = copy(self)
        jointe.gains = gains
        return jointe

    def estimate(self, lu: Lu) -> tuple[Tableau, Tableau, Tableau]:
        """Par classe : log du rapport oui / non, a priori ; et ce que chaque mesure y pèse."""
        resolu = self.facteur.solve(self.compute_residual(lu))
        pressions, priors = self.read_resolved(resolu)
        toutes = np.arange(self.effectifs.size)
        return self._get_logs(pressions[:, None], toutes)[:, 0], self._clip(priors), np.asarray(resolu)

    def find_guessed(self, lu: Lu) -> Devinees:
        """Les classes dont une réponse est devinée, et de combien chacune passe le seuil."""
        resolu = self.facteur.solve(self.compute_residual(lu))
        classes, sens, exces, vrai = self.judge(*(x[:, None] for x in self.read_resolved(resolu)))
        passent = exces[:, 0] > 0
        lus = sens[passent, 0], np.asarray(resolu)
        return Devinees(classes[passent], float(exces.sum()), vrai[passent, 0], *lus)

    def judge(self, pressions: Tableau, priors: Tableau) -> tuple[Entiers, Tableau, Tableau, Tableau]:
        """De plusieurs lectures, classe × lecture : les classes que l'une devine peut-être.

        Et pour chacune, dans quel sens, de combien elle passe le seuil, et de combien dans le sens lu. Une
        réponse voisine ne compte que dans ce sens.
        """
        prior, but = self._clip(priors), compute_but()
        avant = np.log(prior / (1 - prior))
        seuils = but - np.abs(avant)
        douteuses = (np.maximum(prior, 1 - prior) <= DEVINE_TAUX) & (self.effectifs > 0)[:, None]
        classes = np.flatnonzero((douteuses & (self._bound_logs(pressions) > seuils)).any(axis=1))
        logs = self._get_logs(pressions[classes], classes)
        exces = np.where(douteuses[classes], np.maximum(np.abs(logs) - seuils[classes], 0.0), 0.0)
        vrai = np.where(exces > 0, np.maximum(np.abs(avant[classes] + logs) - but, 0.0), 0.0)
        if self.voisines is None:
            return classes, np.sign(logs), exces, vrai
        sens, autres = self.voisines.judge(pressions)
        return (
            np.concatenate([classes, self.voisines.classes]),
            np.vstack([np.sign(logs), sens]),
            np.vstack([exces, autres]),
            np.vstack([vrai, autres]),
        )

    def list_near(self, lu: Lu) -> tuple[Entiers, Tableau, Tableau, Tableau]:
        """Les classes presque devinées dans le sens lu : leurs logs, a priori et lu; toutes les pressions."""
        pressions, priors = self.read_resolved(self.facteur.solve(self.compute_residual(lu)))
        prior = self._clip(priors)
        avant = np.log(prior / (1 - prior))
        gains = 0.0 if self.gains is None else self.gains
        # Le log du rapport passe d'ordinaire la pression d'un cinquième.
        proches = np.abs(avant + 1.2 * (pressions + gains)) > compute_but() - PROCHE
        douteuses = (np.maximum(prior, 1 - prior) <= DEVINE_TAUX) & (self.effectifs > 0)
        classes = np.flatnonzero(proches & douteuses)
        return classes, avant[classes], self._get_logs(pressions[classes, None], classes)[:, 0], pressions

    def _clip(self, priors: Tableau) -> Tableau:
        return np.clip(self.moyenne + priors, 0.01, 0.99)

    def list_guilty(self, devinees: Devinees, combien: int) -> Entiers:
        """Les `combien` cellules qui disent le plus chaque réponse devinée."""
        coupables: set[int] = set()
        for classe, sens in zip(devinees.classes, devinees.sens, strict=True):
            parts = sorted(self.list_shares(int(classe), sens * devinees.resolu), key=lambda part: -part[1])
            coupables |= {cellule for cellule, _ in parts[:combien]}
        return np.array(sorted(coupables), dtype=np.intp)

    def list_shares(self, classe: int, resolu: Tableau) -> list[tuple[int, float]]:
        """Les cellules de la classe, et ce que chacune, de mesures résolues, dit d'elle."""
        debut, fin = self.membres.debuts[classe : classe + 2]
        cellules, (brut, redresse) = self.membres.cellules[debut:fin], self.apports
        bruts, redresses = self._unstack(resolu)
        parts = brut[debut:fin] * bruts[cellules] + redresse[debut:fin] * redresses[cellules]
        return list(zip(cellules.tolist(), parts.tolist(), strict=True))

    def read_resolved(self, resolu: Tableau) -> tuple[Tableau, Tableau]:
        """Ce que des mesures résolues disent de chaque classe : sa pression, et l'écart de son a priori."""
        return (
            np.asarray(self._par_classe @ resolu),
            ECART_GROUPES**2 * (self.groupes @ (self.groupees.T @ resolu)),
        )

    def measure_effects(self, cells: Entiers) -> tuple[Tableau, Tableau]:
        """Comme `read_resolved`, d'une unité de plus au brut de chaque cellule, puis au redressé de chacune.

        Rien d'une cellule qui ne se lit pas.
        """
        unites = np.zeros((self.mesures.shape[0], 2 * cells.size))
        rangs = np.cumsum(self.lues) - 1, int(self.lues.sum()) + np.cumsum(self.doubles) - 1
        for debut, vues, rang in zip((0, cells.size), (self.lues, self.doubles), rangs, strict=True):
            lus = np.flatnonzero(vues[cells])
            unites[rang[cells[lus]], debut + lus] = 1.0
        return self.read_resolved(self.facteur.solve(unites))

    @cached_property
    def _par_classe(self) -> csr_array:
        return csr_array(self.mesures.T)

    def _get_logs(self, pressions: Tableau, classes: Entiers) -> Tableau:
        """Le log du rapport oui / non de ces classes × lecture ; leur levier ne se calcule qu'une fois."""
        neuves = classes[np.isnan(self.leviers[classes])]
        if neuves.size:
            self.leviers[neuves] = self.facteur.measure_leverage(self._get_columns(neuves))
        leviers = self.leviers[classes, None]
        seule = self._divide(pressions, leviers)
        if self.gains is None:
            return seule
        ensemble = self._divide(pressions + self.gains[classes, None], self._join(leviers))
        return np.where(np.abs(ensemble) > np.abs(seule), ensemble, seule)

    def _divide(self, pressions: Tableau, leviers: Tableau) -> Tableau:
        """Le log du rapport, d'une pression où la classe compte elle-même parmi les réponses incertaines."""
        return np.asarray((pressions + (self.moyenne - 0.5) * leviers) / (1 - self.v * leviers))

    def _join(self, leviers: Tableau) -> Tableau:
        """Le levier de toutes les questions lues ensemble, d'après celui de la sienne seule."""
        propres = LIEES * leviers / (1 - self.v * leviers)
        return np.asarray(propres / (1 + self.v * propres))

    def _bound_logs(self, pressions: Tableau) -> Tableau:
        """Ce que |log du rapport| ne passe pas, classe par classe, sans en calculer le levier."""
        leviers = self._leverage_bound[:, None]
        seule = self._bound(pressions, leviers)
        if self.gains is None:
            return seule
        return np.maximum(seule, self._bound(pressions + self.gains[:, None], self._join(leviers)))

    def _bound(self, pressions: Tableau, leviers: Tableau) -> Tableau:
        return np.asarray((np.abs(pressions) + abs(self.moyenne - 0.5) * leviers) / (1 - self.v * leviers))

    @cached_property
    def _leverage_bound(self) -> Tableau:
        """Plus que le levier : celui qu'aurait la classe si toutes les autres réponses étaient connues.

        La covariance K passe D + v·c·xxᵀ (D : le bruit ; c : l'effectif de la classe), donc
        xᵀK⁻¹x ≤ b / (1 + v·c·b), où b = xᵀD⁻¹x (Sherman et Morrison 1950).
        """
        cellules, classes, _ = self.membres
        b_mesures = [
            np.where(vues, 1 / variance, 0.0)[cellules] * apport**2
            for vues, variance, apport in zip(
                (self.lues, self.doubles), self.variances, self.apports, strict=True
            )
        ]
        b = np.bincount(classes, sum(b_mesures), self.effectifs.size)
        return np.asarray(b / (1 + self.v * np.maximum(self.effectifs, 1) * b))

    def _get_columns(self, classes: Entiers) -> Tableau:
        """Ces colonnes de la matrice."""
        cellules, _, debuts = self.membres
        combien = debuts[classes + 1] - debuts[classes]
        colonnes = np.repeat(np.arange(classes.size), combien)
        rangs = np.arange(colonnes.size) + np.repeat(debuts[classes] - np.cumsum(combien) + combien, combien)
        pleines = np.zeros((2, self.n.size, classes.size))
        for pleine, apport in zip(pleines, self.apports, strict=True):
            pleine[cellules[rangs], colonnes] = apport[rangs]
        return np.vstack([pleines[0][self.lues], pleines[1][self.doubles]])

    def _stack(self, bruts: Tableau, redresses: Tableau) -> Tableau:
        return np.concatenate([bruts[self.lues], redresses[self.doubles]])

    def _unstack(self, mesures: Tableau) -> tuple[Tableau, Tableau]:
        """De chaque cellule : ce que vaut sa mesure brute, et sa redressée ; 0 si elle n'en a pas."""
        bruts, redresses = np.zeros(self.n.size), np.zeros(self.n.size)
        combien = int(self.lues.sum())
        bruts[self.lues], redresses[self.doubles] = mesures[:combien], mesures[combien:]
        return bruts, redresses
