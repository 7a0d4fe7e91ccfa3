"""Poids et proportions : notre moteur, pandas écrit simplement, R `survey`, en alternance.

`python -m tests.bench.bench_stats` affiche le tableau ; `run()` rend les lignes.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from barometre.stats.calibration import calibrate, rake
from barometre.stats.estimation import Design, estimate_proportions
from tests.bench import naif

ROUNDS = 5
RESPONDENTS = 3_000
FRAME = 36_000
ITEMS = 120
GROUPS = 100
# pandas et R prennent des minutes pour 12 000 proportions : on en mesure une partie, et on le dit.
ITEMS_NAIF = 2
ITEMS_R = 1
LEVELS = {"strate": 9, "region": 13, "couverture": 3, "profil": 2}
SURVEY = Path(__file__).parent / "survey.R"


@dataclass(frozen=True)
class Donnees:
    """Un échantillon inventé : graine fixe, participation inégale."""

    sample: pd.DataFrame
    margins: dict[str, pd.Series]
    answers: pd.DataFrame
    groups: pd.Series

    @property
    def population(self) -> pd.Series:
        return self.sample["strate"].map(self.margins["strate"])


def build_data() -> Donnees:
    """Un cadre de 36 000 unités, 3 000 répondants, 120 questions, 100 départements."""
    rng = np.random.default_rng(20231122)
    cadre = pd.DataFrame(
        {nom: rng.choice(k, FRAME, p=rng.dirichlet(np.full(k, 8.0))) for nom, k in LEVELS.items()}
    ).astype(str)
    propension = np.prod([cadre[nom].map(dict(_draw_rates(rng, k))) for nom, k in LEVELS.items()], axis=0)
    tires = rng.choice(FRAME, RESPONDENTS, replace=False, p=propension / propension.sum())
    sample = cadre.iloc[tires].reset_index(drop=True)
    parts = rng.uniform(0.2, 0.8, ITEMS)
    reponses = (rng.random((RESPONDENTS, ITEMS)) < parts).astype(float)
    reponses[rng.random(reponses.shape) < 0.05] = np.nan
    return Donnees(
        sample=sample,
        margins={nom: cadre[nom].value_counts().astype(float) for nom in LEVELS},
        answers=pd.DataFrame(reponses, columns=[f"q{i:03d}" for i in range(ITEMS)]),
        groups=pd.Series(rng.integers(0, GROUPS, RESPONDENTS).astype(str), name="departement"),
    )


def _draw_rates(rng: np.random.Generator, levels: int) -> list[tuple[str, float]]:
    return [(str(k), float(taux)) for k, taux in enumerate(rng.uniform(0.6, 1.4, levels))]


def list_programs(data: Donnees) -> dict[tuple[str, str], Callable[[], Any]]:
    """(mesure, moteur) → ce qu'il faut chronométrer."""
    poids = rake(data.sample, data.margins).weights
    design = Design(data.sample["strate"], data.margins["strate"], poids, data.sample)
    peu = data.answers.iloc[:, :ITEMS_NAIF]
    return {
        ("rake", "barometre"): lambda: rake(data.sample, data.margins),
        ("rake", "pandas"): lambda: naif.rake(data.sample, data.margins),
        ("calage", "barometre"): lambda: calibrate(data.sample, data.margins),
        ("calage", "pandas"): lambda: naif.calibrate(data.sample, data.margins),
        ("parts", "barometre"): lambda: estimate_proportions(design, data.answers, data.groups),
        ("parts", "pandas"): lambda: naif.estimate(data.sample, poids, peu, data.groups),
    }


def measure(data: Donnees) -> dict[tuple[str, str], float]:
    """Médiane en millisecondes de chaque programme, les moteurs en alternance."""
    programmes, durees = list_programs(data), dict[tuple[str, str], list[float]]()
    with tempfile.TemporaryDirectory() as dossier:
        avec_r = _write_files(data, Path(dossier))
        for _ in range(ROUNDS):
            for cle, programme in programmes.items():
                debut = time.perf_counter()
                programme()
                durees.setdefault(cle, []).append(1000 * (time.perf_counter() - debut))
            for cle, duree in (_run_survey(dossier) if avec_r else {}).items():
                durees.setdefault(cle, []).append(duree)
    medianes = {cle: statistics.median(valeurs) for cle, valeurs in durees.items()}
    medianes["parts", "pandas"] *= ITEMS / ITEMS_NAIF
    return medianes


def _write_files(data: Donnees, folder: Path) -> bool:
    """Les fichiers que lit R ; faux si R ou son paquet `survey` manque."""
    rscript = shutil.which("Rscript")
    essai = [rscript or "", "-e", "library(survey); library(MASS)"]
    if rscript is None or subprocess.run(essai, capture_output=True, check=False).returncode:
        return False
    reponses = data.answers.iloc[:, :ITEMS_R]
    echantillon = data.sample.assign(N=data.population, departement=data.groups).join(reponses)
    echantillon.to_csv(folder / "echantillon.csv", index=False, na_rep="")
    lignes = [(nom, m, n) for nom, marge in data.margins.items() for m, n in marge.items()]
    pd.DataFrame(lignes, columns=["marge", "modalite", "population"]).to_csv(
        folder / "marges.csv", index=False
    )
    return True


def _run_survey(folder: str) -> dict[tuple[str, str], float]:
    sortie = subprocess.run(
        ["Rscript", str(SURVEY), folder], capture_output=True, text=True, check=True
    ).stdout.splitlines()[-1]
    rake_ms, calage_ms, parts_ms, parts = (float(x) for x in sortie.split())
    return {
        ("rake", "r_survey"): rake_ms,
        ("calage", "r_survey"): calage_ms,
        ("parts", "r_survey"): parts_ms * ITEMS * GROUPS / parts,
    }


def run() -> list[dict[str, Any]]:
    """Une ligne par mesure, en millisecondes ; `budget` est celui de CONCEPTION §7."""
    durees = measure(build_data())
    extrapole = (
        f"pandas mesuré sur {ITEMS_NAIF * GROUPS} proportions, R sur {ITEMS_R * GROUPS}, puis extrapolés"
    )
    mesures = {
        "rake": ("rake, 3 000 répondants × 4 marges", 2.0, ""),
        "calage": ("calage logit, 3 000 répondants × 4 marges", None, "pandas : raking"),
        "parts": ("12 000 proportions, intervalles calés", 50.0, extrapole),
    }
    return [
        {
            "mesure": titre,
            "unite": "ms",
            "budget": budget,
            **{moteur: durees.get((cle, moteur)) for moteur in ("barometre", "pandas", "r_survey")},
            "note": note,
        }
        for cle, (titre, budget, note) in mesures.items()
    ]


if __name__ == "__main__":
    print(pd.DataFrame(run()).to_string(index=False))
