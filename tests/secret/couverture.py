"""La part des intervalles publiés qui contiennent la vérité, dans des enquêtes simulées.

Une population fixe, où la réponse dépend de la strate ou non ; des échantillons stratifiés, des clés neuves à
chaque tirage. L'intervalle est celui qui se publie : brouillé, puis arrondi au pour cent.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from barometre.domain.secret import DECIMALES, SEUIL
from barometre.stats.design import Design
from barometre.stats.estimation import estimate_domains
from barometre.stats.perturbation import Perturbation, build_keys

# Strates de communes, de la plus petite à la plus grande : population, répondantes.
STRATES = ((1800, 110), (900, 90), (400, 80), (120, 60))
TERRITOIRES, QUESTIONS = 12, 10
BANDES = (10, 30, 100, 10_000)


def build_population(seed: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Strate et territoire de chaque collectivité, et ses réponses : la moitié suivent la strate."""
    hasard = np.random.default_rng(seed)
    strates = np.repeat(np.arange(len(STRATES)), [n for n, _ in STRATES])
    territoires = (hasard.exponential(1, strates.size) * 4).astype(int) % TERRITOIRES
    base = hasard.uniform(-2, 2, QUESTIONS)
    pente = np.where(np.arange(QUESTIONS) % 2, hasard.uniform(-0.8, 0.8, QUESTIONS), 0.0)
    p = 1 / (1 + np.exp(-(base + pente * (strates[:, None] - 1))))
    return strates, territoires, (hasard.random(p.shape) < p).astype(float)


def measure_coverage(draws: int, *, seed: int = 1) -> pd.DataFrame:
    """Par bande de n : intervalles, et part qui contient la vérité, sans clés puis tels que publiés."""
    strates, territoires, y = build_population()
    hasard = np.random.default_rng(seed)
    lignes = [
        _cover_once(strates, territoires, y, hasard, avec_cles=avec)
        for _ in range(draws)
        for avec in (False, True)
    ]
    tableau = pd.concat(lignes)
    bande = pd.cut(tableau["n"], BANDES, right=False)
    groupes = tableau.groupby([bande, "cles"], observed=True)["couvre"]
    return pd.DataFrame(groupes.agg(["size", "mean"]).unstack("cles"))


def _cover_once(
    strates: np.ndarray,
    territoires: np.ndarray,
    y: np.ndarray,
    hasard: np.random.Generator,
    *,
    avec_cles: bool,
) -> pd.DataFrame:
    """Un échantillon : n et couverture de chaque domaine (France, strates, territoires) × question."""
    tirees = np.concatenate(
        [hasard.choice(np.flatnonzero(strates == h), n, replace=False) for h, (_, n) in enumerate(STRATES)]
    )
    poids = np.array([total / n for total, n in STRATES])[strates[tirees]]
    domaines = np.column_stack(
        [
            np.ones(strates.size),
            *(strates == h for h in range(4)),
            *(territoires == t for t in range(TERRITOIRES)),
        ]
    ).astype(float)
    cles = Perturbation(build_keys(hasard.bytes(32).hex(), tirees.astype(str))) if avec_cles else None
    plan = Design(
        strates[tirees], {h: total for h, (total, _) in enumerate(STRATES)}, poids, perturbation=cles
    )
    reponses = pd.DataFrame(y[tirees]).rename(columns=str)
    e = estimate_domains(plan, reponses, csr_array(domaines[tirees]))
    verite = (domaines.T @ y) / domaines.sum(axis=0)[:, None]
    couvre = (e.low.round(DECIMALES) <= verite + 1e-9) & (verite <= e.high.round(DECIMALES) + 1e-9)
    vues = e.n >= SEUIL
    return pd.DataFrame(
        {"n": e.n[vues], "couvre": couvre[vues], "cles": "publiés" if avec_cles else "exacts"}
    )
