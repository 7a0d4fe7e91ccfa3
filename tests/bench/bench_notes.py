"""Ce que vaut chaque note : couverture de l'intervalle et de la prudence, selon la préférence à répondre.

Un cadre de 36 000 collectivités de 17 strates et 18 régions, 20 pratiques de 3 à 97 %, des propensions de 2 à
20 % selon la strate et la région ; puis celles qui répondent « oui » répondent g fois plus volontiers.
Chaque chiffre porte le bruit du secret, comme tout ce qui se publie (`barometre.stats.publication`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from barometre.stats.calibration import CalibrationError, rake
from barometre.stats.design import Design
from barometre.stats.estimation import estimate_domains
from barometre.stats.perturbation import Perturbation

CADRE, STRATES, REGIONS, PRATIQUES = 36_000, 17, 18, 20
PREFERENCES = (1.0, 1.25, 1.5)
TIRAGES = 8
GRAINE = 20261128
NIVEAU_LOGIT = 0.6  # écart type des effets de strate et de région


def run() -> list[dict[str, Any]]:
    """Une ligne par préférence et par note."""
    hasard = np.random.default_rng(GRAINE)
    cadre, oui = _build_frame(hasard)
    lignes: list[dict[str, Any]] = []
    for g in PREFERENCES:
        tirages = pd.concat([t for _ in range(TIRAGES) if (t := _draw(hasard, cadre, oui, g)) is not None])
        for note, cellules in tirages.groupby("note"):
            lignes.append({
                "préférence g": f"{g:.2f}", "note": note or "non publié", "chiffres": len(cellules),
                "intervalle juste": f"{cellules['dedans'].mean():.1%}",
                "prudence juste": f"{cellules['prudent'].mean():.1%}",
                "largeur médiane (points)": f"{100 * cellules['largeur'].median():.1f}",
            })  # fmt: skip
    return lignes


def _build_frame(hasard: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    tailles = np.geomspace(1, 0.01, STRATES)
    cadre = pd.DataFrame({
        "strate": hasard.choice(STRATES, CADRE, p=tailles / tailles.sum()),
        "region": hasard.integers(0, REGIONS, CADRE),
        "couverture": hasard.choice(3, CADRE, p=[0.3, 0.5, 0.2]),
    })  # fmt: skip
    niveaux = np.linspace(-3.4, 3.4, PRATIQUES)
    effets = hasard.normal(0, NIVEAU_LOGIT, (STRATES, PRATIQUES))[cadre["strate"]]
    effets += hasard.normal(0, NIVEAU_LOGIT / 2, (REGIONS, PRATIQUES))[cadre["region"]]
    oui = hasard.random((CADRE, PRATIQUES)) < 1 / (1 + np.exp(-niveaux - effets))
    propension = 0.02 + 0.18 * (cadre["strate"] / STRATES) * hasard.uniform(0.5, 1, REGIONS)[cadre["region"]]
    return cadre.assign(rho=propension), oui.astype(float)


def _draw(hasard: np.random.Generator, cadre: pd.DataFrame, oui: np.ndarray, g: float) -> pd.DataFrame | None:
    """Une enquête par pratique : la préférence dépend de sa réponse à elle."""
    tables = []
    for k in range(PRATIQUES):
        rho = cadre["rho"].to_numpy() * np.where(oui[:, k] > 0, g, 1.0) / (1 + (g - 1) * oui[:, k].mean())
        tires = np.flatnonzero(hasard.random(CADRE) < rho)
        cles = Perturbation(hasard.integers(0, 2**64, tires.size, dtype=np.uint64))
        tables.append(_estimate(cadre, oui[:, k], tires, cles))
    connues = [t for t in tables if t is not None]
    return pd.concat(connues) if connues else None


def _estimate(
    cadre: pd.DataFrame, y: np.ndarray, tires: np.ndarray, cles: Perturbation
) -> pd.DataFrame | None:
    marges = ["strate", "region", "couverture"]
    r = cadre.iloc[tires][marges].astype(str)
    totaux = {m: cadre[m].astype(str).value_counts().astype(float) for m in marges}
    base = r["strate"].map(totaux["strate"] / r["strate"].value_counts())
    try:
        poids = rake(r, totaux, base_weights=base).weights
    except CalibrationError:  # une modalité sans réponse : la construction regrouperait, ici on retire
        return None
    plan = Design(r["strate"], totaux["strate"].to_dict(), poids, r, base_weights=base, perturbation=cles)
    domaines = np.column_stack([
        np.ones(CADRE), *(cadre[m].to_numpy() == v for m in marges for v in sorted(cadre[m].unique()))
    ])  # fmt: skip
    e = estimate_domains(plan, pd.DataFrame({"q": y[tires]}, index=r.index), domaines[tires])
    vraies = (domaines.T @ y) / domaines.sum(axis=0)
    return pd.DataFrame({
        "note": e.grade[:, 0], "largeur": (e.high - e.low)[:, 0],
        "dedans": (e.low[:, 0] <= vraies) & (vraies <= e.high[:, 0]),
        "prudent": (e.prudence_low[:, 0] <= vraies) & (vraies <= e.prudence_high[:, 0]),
    })  # fmt: skip
