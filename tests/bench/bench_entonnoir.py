"""Entonnoirs : part des départements que le hasard seul met hors des limites à 95 %, selon la part nationale.

Aucun département ne diffère des autres : 36 000 collectivités de 101 départements inégaux, des répondantes
tirées au hasard, lues en brut et après calage. `python -m tests.bench entonnoir`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from barometre.stats.calibration import rake
from barometre.stats.contrasts import get_funnel_limits

CADRE, DEPARTEMENTS, STRATES = 36_000, 101, 9
MINIMUM = 10  # réponses, comme tout chiffre montré
TIRAGES = 40
GRAINE = 20261128


def run() -> list[dict[str, Any]]:
    """Une ligne par nombre de réponses et par part."""
    hasard = np.random.default_rng(GRAINE)
    return [_measure(hasard, n, part) for n in (2_400, 9_000) for part in (0.1, 0.3, 0.5)]


def _measure(hasard: np.random.Generator, n: int, part: float) -> dict[str, Any]:
    bruts, redresses = [], []
    for _ in range(TIRAGES):
        cadre = _build_frame(hasard, part)
        propension = 0.5 + cadre["strate"] / STRATES
        repond = cadre.sample(n, weights=propension, random_state=int(hasard.integers(2**31)))
        bruts.append(_count_outside(repond.assign(poids=1.0), cadre["y"].mean()))
        redresses.append(_count_outside(_calibrate(repond, cadre), cadre["y"].mean()))
    return {
        "réponses": n, "part": f"{part:.0%}", "hors limites, brut": f"{np.mean(bruts):.1%}",
        "hors limites, redressé": f"{np.mean(redresses):.1%}",
    }  # fmt: skip


def _build_frame(hasard: np.random.Generator, part: float) -> pd.DataFrame:
    tailles = hasard.gamma(3.0, size=DEPARTEMENTS)
    return pd.DataFrame({
        "departement": hasard.choice(DEPARTEMENTS, CADRE, p=tailles / tailles.sum()),
        "strate": hasard.integers(0, STRATES, CADRE),
        "y": (hasard.random(CADRE) < part).astype(float),
    })  # fmt: skip


def _calibrate(repond: pd.DataFrame, cadre: pd.DataFrame) -> pd.DataFrame:
    marge = repond[["strate"]].astype(str)
    totaux = {"strate": cadre["strate"].astype(str).value_counts().astype(float)}
    return repond.assign(poids=rake(marge, totaux, base_weights=None).weights)


def _count_outside(repond: pd.DataFrame, reference: float) -> float:
    """La part des départements hors limites, à l'effectif efficace de Kish."""
    p = repond["poids"].to_numpy(dtype=float)
    sommes = pd.DataFrame({"p": p, "p2": p**2, "py": p * repond["y"], "n": 1.0})
    groupes = sommes.groupby(repond["departement"].to_numpy()).sum()
    groupes = groupes[groupes["n"] >= MINIMUM]
    n_eff = (groupes["p"] ** 2 / groupes["p2"]).round().to_numpy(dtype=float)
    parts = (groupes["py"] / groupes["p"]).to_numpy(dtype=float)
    limites = get_funnel_limits(reference, n_eff)
    bas, haut = limites["count_low"] / n_eff, limites["count_high"] / n_eff
    return float(((parts < bas) | (parts > haut)).mean())
