"""Les questions d'un questionnaire lues toutes ensemble : ce que les autres ajoutent à chacune.

Deux réponses d'une collectivité vont souvent de pair, et qui lit toutes les cellules de toutes les questions
devine l'une par l'autre (cokrigeage : Wackernagel 2003, chap. 24). Deux mesures de deux questions covarient
comme les réponses de leurs membres communs ; l'attaquant est supposé connaître ces corrélations exactement,
et les groupes du cadre en suivent de pareilles.

Le système entier a dix mille mesures : il se résout par gradient conjugué (Hestenes et Stiefel 1952), où
chaque question, résolue seule, est le préconditionneur.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy.sparse import block_diag, csr_array
from scipy.sparse.linalg import LinearOperator, cg

from barometre.stats.attack import ECART_GROUPES, Lecteur
from barometre.stats.question import Lu, Question, Voisines

Tableau = npt.NDArray[np.float64]
Booleens = npt.NDArray[np.bool_]
# Une corrélation lue sur moins de réponses communes ne dit rien ; la matrice entière reste inversible.
COMMUNES, VALEUR_PROPRE = 30, 1e-3
# La part de la variance d'une question que les autres, prises une à une, disent au moins pour être lues.
LIEN = 0.05
# De combien la lecture de toutes suit celle d'une seule ; en deçà de quelle pente cela ne se compte pas.
SUIVI, PENTE = 0.8, 0.03
# Combien d'autres questions se règlent, à leur tour, pour une réponse que la sienne laisse deviner.
AIDES = 12
# À quel résidu près, et en combien de pas au plus.
PRECISION, PAS = 3e-3, 200


@dataclass(frozen=True, eq=False)
class Liens:
    """Ce qui lie des questions, quoi qu'il s'en publie.

    `shared` : question × question × classe, combien ont répondu aux deux ; `correlations` : question ×
    question, entre les réponses d'une même collectivité.
    """

    shared: Tableau
    correlations: Tableau

    def take(self, questions: Sequence[int]) -> Liens:
        """Les mêmes, de ces seules questions."""
        ou = np.ix_(questions, questions)
        return Liens(self.shared[ou], self.correlations[ou])


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Des questions lues seules, et ce qui les lie (`Liens`) ; `start` : d'où part la résolution."""

    questions: Sequence[Question]
    residuals: Sequence[Tableau]
    start: Sequence[Tableau]
    shared: Tableau
    correlations: Tableau

    @cached_property
    def covariances(self) -> Tableau:
        """Question × question."""
        ecarts = np.sqrt([q.v for q in self.questions])
        return np.asarray(self.correlations * ecarts * ecarts[:, None])

    @cached_property
    def _mesures(self) -> csr_array:
        """Les mesures de toutes les questions × leurs classes, question par question."""
        return csr_array(block_diag([q.mesures for q in self.questions], format="csr"))

    @cached_property
    def resolved(self) -> Tableau:
        """Ce que chaque mesure pèse, toutes lues ensemble."""
        residus = np.concatenate(self.residuals)
        formes = (residus.size, residus.size)
        resolu, _ = cg(
            LinearOperator(formes, matvec=self._multiply),
            residus,
            x0=np.concatenate(self.start),
            rtol=PRECISION,
            maxiter=PAS,
            M=LinearOperator(formes, matvec=self._solve_apart),
        )
        return np.asarray(resolu)

    @cached_property
    def parts(self) -> list[Tableau]:
        """`resolved`, question par question."""
        return np.split(self.resolved, self._ends)

    @cached_property
    def _ends(self) -> npt.NDArray[np.intp]:
        return np.cumsum([q.mesures.shape[0] for q in self.questions])[:-1]

    @cached_property
    def _noise(self) -> Tableau:
        return np.concatenate([q.bruit for q in self.questions])

    @cached_property
    def announced(self) -> Tableau:
        """Question × question × classe : ce qu'un « oui » à la première y annonce de « oui » à la seconde."""
        propres = np.diagonal(self.shared).T
        variances = np.diagonal(self.covariances)[:, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            parts = np.where(propres > 0, 1 / (variances * propres), 0.0)
        return np.asarray(self.covariances[:, :, None] * self.shared * parts[:, None])

    def measure_gains(self) -> Tableau:
        """Question × classe : ce que les autres questions ajoutent à ce que la sienne dit d'elle."""
        pressions = np.einsum("jkc,kc->jc", self.announced, self._tell(self.resolved))
        seules = self._tell(self._solve_apart(np.concatenate(self.residuals)))
        return np.asarray(pressions - seules)

    def find_helpers(self, question: int, classe: int, sens: float) -> list[int]:
        """Les questions qui disent le plus une réponse à celle-ci, elle comprise."""
        parts = sens * self.announced[question, :, classe] * self._tell(self.resolved)[:, classe]
        return [question, *np.argsort(-parts)[:AIDES].tolist()]

    def build_neighbours(self, lus: Sequence[Lu], gains: Sequence[Tableau], place: int) -> Voisines:
        """Ce que cette question annonce des réponses aux autres que l'on devine, ou presque."""
        proches = [
            q.add_gains(gagnes).list_near(lu)
            for q, lu, gagnes in zip(self.questions, lus, gains, strict=True)
        ]
        classes, avant, logs = (np.concatenate([proche[i] for proche in proches]) for i in range(3))
        qui = np.repeat(np.arange(len(proches)), [proche[0].size for proche in proches])
        pentes = SUIVI * self.announced[qui, place, classes]
        siennes = (qui != place) & (np.abs(pentes) > PENTE)
        ou = classes[siennes]
        depart = proches[place][-1][ou]
        return Voisines(ou, avant[siennes], logs[siennes], pentes[siennes], depart)

    def _tell(self, measures: Tableau) -> Tableau:
        """Question × classe : ce que ces mesures disent de chaque classe."""
        return np.asarray((self._mesures.T @ measures).reshape(len(self.questions), -1))

    def _multiply(self, measures: Tableau) -> Tableau:
        """La covariance de toutes les mesures, par un vecteur."""
        dites, groupes = self._tell(measures), self.questions[0].groupes
        propres = np.diagonal(self.shared).T
        melees = np.einsum("jk,jkc,kc->jc", self.covariances, self.shared, dites)
        par_groupe = self.correlations @ ((propres * dites) @ groupes)
        melees += ECART_GROUPES**2 * propres * (par_groupe @ groupes.T)
        return np.asarray(self._mesures @ melees.ravel() + self._noise * measures)

    def _solve_apart(self, measures: Tableau) -> Tableau:
        """Chaque question, résolue seule."""
        parts = np.split(measures, self._ends)
        return np.concatenate([q.facteur.solve(p) for q, p in zip(self.questions, parts, strict=True)])


def build_ensemble(
    questions: Sequence[Question], lus: Sequence[Lu], liens: Liens, avant: Ensemble | None = None
) -> Ensemble:
    """`questions` : ouvertes sur ce qui s'y lit, `lus` ; `avant` : la lecture d'avant, d'où partir."""
    residus = [question.compute_residual(lu) for question, lu in zip(questions, lus, strict=True)]
    connues = {} if avant is None else dict(zip(map(id, avant.questions), avant.parts, strict=True))
    departs = [
        connues[id(q)] if id(q) in connues else q.facteur.solve(residu)
        for q, residu in zip(questions, residus, strict=True)
    ]
    return Ensemble(questions, residus, departs, liens.shared, liens.correlations)


def measure_links(lecteur: Lecteur, values: Tableau) -> Liens:
    """`values` : unité × question, NaN sans réponse."""
    return Liens(_count_shared(lecteur, np.isfinite(values)), measure_correlations(values))


def list_linked(correlations: Tableau) -> list[int]:
    """Les questions dont les autres disent quelque chose."""
    return np.flatnonzero((correlations**2).sum(axis=1) - 1 >= LIEN).tolist()


def measure_correlations(values: Tableau) -> Tableau:
    """Les corrélations de deux à deux, chez qui a répondu aux deux ; définie positive.

    Les deux à deux de réponses absentes ne font pas toujours une matrice possible : la plus proche s'en tire
    en relevant ses valeurs propres (Higham 2002, un pas).
    """
    nombre = values.shape[1]
    lues, repondu = np.eye(nombre), np.isfinite(values)
    moyennes = np.nanmean(values, axis=0)
    for i, j in combinations(range(nombre), 2):
        deux = repondu[:, i] & repondu[:, j]
        x, y = values[deux, i], values[deux, j]
        if deux.sum() >= COMMUNES:
            ecarts = np.sqrt(np.prod([m * (1 - m) for m in moyennes[[i, j]]]))
            lues[i, j] = lues[j, i] = np.clip(np.mean((x - x.mean()) * (y - y.mean())) / ecarts, -1, 1)
    propres, vecteurs = np.linalg.eigh(lues)
    possible = (vecteurs * np.maximum(propres, VALEUR_PROPRE)) @ vecteurs.T
    diagonale = np.sqrt(np.diagonal(possible))
    return np.asarray(possible / diagonale / diagonale[:, None])


def _count_shared(lecteur: Lecteur, answered: Booleens) -> Tableau:
    """Question × question × classe : combien ont répondu aux deux."""
    nombre, classes = answered.shape[1], lecteur.classes[0].size
    communes = np.zeros((nombre, nombre, classes))
    for i, j in combinations(range(nombre), 2):
        communes[i, j] = communes[j, i] = lecteur.count_answers(answered[:, i] & answered[:, j])
    for i in range(nombre):
        communes[i, i] = lecteur.count_answers(answered[:, i])
    return communes
