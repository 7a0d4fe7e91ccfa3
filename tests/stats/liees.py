"""Un monde de questions qui vont de pair, et l'attaque de toutes ensemble, écrite en entier."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from barometre.stats.attack import ECART_GROUPES, Lecteur
from barometre.stats.draws import open_draws
from barometre.stats.perturbation import Perturbation, build_keys
from barometre.stats.question import Lu, Question
from barometre.stats.together import (
    Ensemble,
    Liens,
    build_ensemble,
    measure_correlations,
    measure_links,
)

UNITES, NOMS = 200, ["a", "b", "c", "d"]


def build_lecteur() -> Lecteur:
    """Six territoires croisés de deux tailles, aux poids inégaux."""
    hasard = np.random.default_rng(3)
    territoire, grande = hasard.integers(0, 6, UNITES), hasard.random(UNITES) < 0.3
    lignes = [np.ones(UNITES, bool), grande, ~grande, *(territoire == t for t in range(6))]
    lignes += [(territoire == t) & ~grande for t in range(6)]
    groupes = np.column_stack([grande, ~grande, *(territoire == t for t in range(6))]).astype(float)
    cles = Perturbation(build_keys("5e" * 32, map(str, range(UNITES))))
    return Lecteur(cles, np.where(grande, 1.0, 12.0), csr_array(np.array(lignes, dtype=float)), groupes)


def build_valeurs() -> np.ndarray:
    """Trois questions qui vont de pair, dont une sans réponse chez certaines ; une qui n'a rien à voir."""
    hasard = np.random.default_rng(4)
    commune = hasard.normal(size=UNITES)
    table = np.column_stack(
        [(commune + 0.6 * hasard.normal(size=UNITES) > 0).astype(float) for _ in range(3)]
    )
    table[hasard.random(UNITES) < 0.4, 1] = np.nan
    return np.column_stack([table, (hasard.random(UNITES) < 0.5).astype(float)])


def read_lus(lecteur: Lecteur, valeurs: np.ndarray) -> list[Lu]:
    noms = NOMS[: valeurs.shape[1]]
    return [open_draws(lecteur, lecteur.keys, v, nom).get(0) for v, nom in zip(valeurs.T, noms, strict=True)]


def build_together(lecteur: Lecteur, valeurs: np.ndarray, liens: Liens | None = None) -> Ensemble:
    """Les questions, telles qu'elles se lisent ensemble."""
    lus = read_lus(lecteur, valeurs)
    questions = [Question(lecteur, v, lu) for v, lu in zip(valeurs.T, lus, strict=True)]
    return build_ensemble(questions, lus, liens or measure_links(lecteur, valeurs))


def solve_whole(lecteur: Lecteur, valeurs: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Par question : la pression et le levier de chaque classe, du système entier, écrit et inversé."""
    lus, liens = read_lus(lecteur, valeurs), measure_correlations(valeurs)
    questions = [Question(lecteur, v, lu) for v, lu in zip(valeurs.T, lus, strict=True)]
    repondu, (_, classe) = np.isfinite(valeurs), lecteur.classes
    nombre = lecteur.classes[0].size
    ecarts = [np.sqrt(q.v) for q in questions]
    blocs = [[np.zeros(0)] * len(questions) for _ in questions]
    communes = np.zeros((len(questions), len(questions), nombre))
    for i, q in enumerate(questions):
        for j, r in enumerate(questions):
            deux = communes[i, j] = np.bincount(classe[repondu[:, i] & repondu[:, j]], minlength=nombre)
            de_groupe = (q.matrice @ (q.groupes * q.effectifs[:, None])) @ (
                r.matrice @ (r.groupes * r.effectifs[:, None])
            ).T
            blocs[i][j] = liens[i, j] * (
                ecarts[i] * ecarts[j] * (q.matrice * deux) @ r.matrice.T + ECART_GROUPES**2 * de_groupe
            )
        blocs[i][i] = blocs[i][i] + np.diag(q.bruit)
    entiere = np.block(blocs)
    residus = np.concatenate([q.compute_residual(lu) for q, lu in zip(questions, lus, strict=True)])
    pressions, leviers = [], []
    for i in range(len(questions)):
        dites = [
            r.matrice * (liens[i, j] * ecarts[j] / ecarts[i] * communes[i, j] / np.maximum(communes[i, i], 1))
            for j, r in enumerate(questions)
        ]
        dites = np.vstack(dites)
        resolu = np.linalg.solve(entiere, np.column_stack([residus, dites]))
        pressions.append(dites.T @ resolu[:, 0])
        leviers.append(np.einsum("ij,ij->j", dites, resolu[:, 1:]))
    return pressions, leviers
