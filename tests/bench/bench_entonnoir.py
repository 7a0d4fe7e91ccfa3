"""Entonnoirs : part des départements que le hasard seul met hors des limites à 95 %, selon la part nationale.

Aucun département ne diffère des autres : 36 000 collectivités de 101 départements inégaux, des répondantes
tirées au hasard, lues en brut et après calage, puis brouillées, arrondies et bornées comme la porte les rend.
La dernière ligne est la moyenne, que la page dit (`charts.entonnoir.TAUX_HORS`).
`python -m tests.bench entonnoir`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from barometre.charts.entonnoir import compute_positions
from barometre.domain.cadre import Cadre, LigneCadre
from barometre.domain.secret import BRUIT_FRACTION, DECIMALES, MARGE_EXTREME, SEUIL, SEUIL_REDRESSE
from barometre.stats.calibration import rake
from barometre.stats.laws import RAW_LAW, Law, SmoothLaw
from barometre.stats.perturbation import has_adjusted

CADRE, DEPARTEMENTS, STRATES = 36_000, 101, 9
TIRAGES = 40
GRAINE = 20261128


def run() -> list[dict[str, Any]]:
    """Une ligne par nombre de réponses et par part, puis leur moyenne."""
    hasard = np.random.default_rng(GRAINE)
    cas = [(n, part) for n in (2_400, 9_000) for part in (0.1, 0.3, 0.5)]
    mesures = [measure_rates(hasard, n, part) for n, part in cas]
    noms = [(f"{n}", f"{part:.0%}") for n, part in cas] + [("toutes", "toutes")]
    moyenne = {valeur: float(np.mean([m[valeur] for m in mesures])) for valeur in ("brut", "redresse")}
    return [
        {"réponses": n, "part": part, "hors limites, brut": f"{m['brut']:.1%}",
         "hors limites, redressé": f"{m['redresse']:.1%}"}
        for (n, part), m in zip(noms, [*mesures, moyenne], strict=True)
    ]  # fmt: skip


def measure_rates(
    hasard: np.random.Generator, n: int, part: float, tirages: int = TIRAGES
) -> dict[str, float]:
    """La part des départements hors limites, en brut et en redressé."""
    hors: dict[str, list[float]] = {"brut": [], "redresse": []}
    for _ in range(tirages):
        cadre = _build_frame(hasard, part)
        propension = 0.5 + cadre["strate"] / STRATES
        repond = cadre.sample(n, weights=propension, random_state=int(hasard.integers(2**31)))
        cellules = _publish(hasard, _calibrate(repond, cadre))
        for valeur, taux in hors.items():
            positions = compute_positions(cellules, round(cadre["y"].mean(), DECIMALES), valeur)
            taux.append(float(positions["hors"].ne(0).mean()))
    return {valeur: float(np.mean(taux)) for valeur, taux in hors.items()}


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


def _publish(hasard: np.random.Generator, repond: pd.DataFrame) -> Cadre:
    """Les départements tels que la page les lit : brouillés, arrondis, sans ceux qui ne sont que bornés."""
    p = repond["poids"].to_numpy(dtype=float)
    sommes = pd.DataFrame({"p": p, "p2": p**2, "py": p * repond["y"], "n": 1.0, "y": repond["y"]})
    g = sommes.groupby(repond["departement"].to_numpy()).sum()
    g = g[g["n"] >= SEUIL]
    d = hasard.choice(Law().support, len(g), p=Law().probabilities)
    d = np.clip(g["y"] + d, 0, g["n"]) - g["y"]
    # Le bruit propre au redressé : du poids le plus inégal de la cellule.
    omega = p / repond.groupby("departement")["poids"].transform("mean").to_numpy() - 1
    inegalite = pd.Series(np.abs(omega)).groupby(repond["departement"].to_numpy()).max().reindex(g.index)
    e = SmoothLaw().draw(hasard.integers(0, 2**64, len(g), dtype=np.uint64)) * inegalite
    second = hasard.choice(RAW_LAW.support, len(g), p=RAW_LAW.probabilities) * has_adjusted(g["n"].to_numpy())
    compte = (g["y"] + d + second).clip(0, g["n"])
    fraction = BRUIT_FRACTION * (hasard.random(len(g)) - 0.5)
    brut = ((compte + fraction) / g["n"]).clip(0, 1)
    redresse = (g["py"] / g["p"] + (d + fraction + e) / g["n"]).clip(0, 1)
    peu = g["n"] < SEUIL_REDRESSE
    redresse = redresse.mask(peu, brut)
    vus = (redresse * g["n"]).clip(upper=compte), g["n"] - (redresse * g["n"]).clip(lower=compte)
    cellules = pd.DataFrame({
        "groupe": g.index.astype(str), "n": g["n"],
        "n_eff": (g["p"] ** 2 / g["p2"]).round().mask(peu, g["n"]),
        "brut": brut.round(DECIMALES), "redresse": redresse.round(DECIMALES),
    })  # fmt: skip
    citees = cellules[np.minimum(*vus) > MARGE_EXTREME].to_dict("records")
    return tuple(LigneCadre(**{str(nom): valeur for nom, valeur in x.items()}) for x in citees)
