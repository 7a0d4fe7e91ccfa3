"""Lit les valeurs de référence copiées dans `reference/` (voir son LISEZMOI)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from barometre.stats.calibration import Calibration, rake
from barometre.stats.estimation import Design

FOLDER = Path(__file__).parent / "reference"
ITEMS = [f"q{i:02d}" for i in range(1, 13)]
MARGINS = ("strate", "region", "opsn")


@cache
def load_text(name: str) -> pd.DataFrame:
    """Un fichier de référence, tout en texte."""
    return pd.read_csv(FOLDER / f"{name}.csv.gz", dtype=str, keep_default_na=False)


def get_values(name: str, case: str, quantity: str) -> pd.Series:
    """Les valeurs attendues d'une grandeur, par (key, key2)."""
    tableau = load_text(name)
    choisi = tableau[(tableau["case"] == case) & (tableau["quantity"] == quantity)]
    assert len(choisi), f"{name} {case} {quantity}"
    return choisi.set_index(["key", "key2"])["value"].astype(float)


def get_by_key(name: str, case: str, quantity: str) -> pd.Series:
    """Les mêmes, par `key` seule."""
    return get_values(name, case, quantity).droplevel("key2")


def load_numbers(name: str, numeric: list[str], index: str) -> pd.DataFrame:
    """Une entrée : les colonnes `numeric` sont des nombres, les autres du texte."""
    tableau = load_text(name).set_index(index)
    return tableau.assign(**{c: pd.to_numeric(tableau[c], errors="coerce") for c in numeric})


def get_frame_margins() -> dict[str, pd.Series]:
    """{marge: {modalité: population}} du cadre inventé de 36 230 unités."""
    tableau = load_text("frame_margins")
    return {
        str(nom): groupe.set_index("level")["population"].astype(float)
        for nom, groupe in tableau.groupby("margin")
    }


@dataclass(frozen=True)
class Wave:
    """Une vague de référence, calée par `rake` sur strate, région et OPSN."""

    answers: pd.DataFrame
    population: pd.Series
    margins: dict[str, pd.Series]
    calibration: Calibration
    merged: bool

    @property
    def variables(self) -> pd.DataFrame:
        return self.answers[list(MARGINS)]

    @property
    def base_weights(self) -> pd.Series:
        strates = self.answers["strate"]
        return strates.map(self.population) / strates.map(strates.value_counts())

    def design(self, *, finite: bool = True, calibrated: bool = True) -> Design:
        return Design(
            self.answers["strate"],
            self.population if finite else None,
            self.calibration.weights,
            self.variables if calibrated else None,
            base_weights=self.base_weights,
        )


@cache
def load_wave(number: int) -> Wave:
    """La vague 2 n'a aucun répondant en R01 : R01 est regroupée avec R02, sous le nom R01+R02."""
    reponses = load_numbers(f"wave{number}", [*ITEMS, "score"], "uid")
    marges = get_frame_margins()
    merged = "R01" not in set(reponses["region"])
    if merged:
        region = marges["region"]
        marges["region"] = region.drop("R01") + region["R01"] * (region.drop("R01").index == "R02")
    calage = rake(reponses[list(MARGINS)], marges)
    return Wave(reponses, get_frame_margins()["strate"], marges, calage, merged)
