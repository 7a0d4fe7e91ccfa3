"""Des répondants et des cellules au hasard, qui ressemblent à ceux du baromètre."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

# Départements par région : 13 en métropole (Corse comprise), 5 outre-mer, 101 en tout.
DEPARTEMENTS = (12, 8, 4, 6, 10, 5, 8, 5, 12, 13, 5, 6, 2, 1, 1, 1, 1, 1)
STRATES = {
    "commune-0-499": 0.36,
    "commune-500-999": 0.18,
    "commune-1000-3499": 0.18,
    "commune-3500-4999": 0.04,
    "commune-5000-9999": 0.05,
    "commune-10000-19999": 0.035,
    "commune-20000-49999": 0.025,
    "commune-50000-99999": 0.008,
    "commune-100000-plus": 0.002,
    "epci-0-14999": 0.04,
    "epci-15000-49999": 0.04,
    "epci-50000-99999": 0.015,
    "epci-100000-plus": 0.015,
    "departement-toutes": 0.01,
}


def list_parents() -> dict[str, str]:
    """Le territoire qui contient chaque région et chaque département."""
    liens = {"zone-metropole": "france", "zone-outre_mer": "france"}
    for r, nombre in enumerate(DEPARTEMENTS):
        liens[f"region-{r}"] = "zone-metropole" if r < 13 else "zone-outre_mer"
        liens |= {f"departement-{r}_{d}": f"region-{r}" for d in range(nombre)}
    return liens


def draw_respondents(seed: int, taille: int = 2700, oui: float = 0.5) -> pd.DataFrame:
    """Une ligne par répondant, avec sa réponse `y` ; la couverture dépend surtout du département."""
    rng = np.random.default_rng(seed)
    parents = list_parents()
    departements = np.array([t for t in parents if t.startswith("departement")])
    attrait = rng.gamma(1.5, size=len(departements))
    couvert = rng.random(len(departements)) < 0.65
    d = rng.choice(len(departements), taille, p=attrait / attrait.sum())
    strates = np.array(list(STRATES))
    poids = np.array(list(STRATES.values()))
    frame = pd.DataFrame({"departement": departements[d]})
    frame["region"] = frame["departement"].map(parents)
    frame["zone"] = frame["region"].map(parents)
    frame["france"] = "france"
    frame["strate"] = rng.choice(strates, taille, p=poids / poids.sum())
    frame["type"] = frame["strate"].str.split("-").str[0]
    adherente = np.where(rng.random(taille) < 0.5, "adherente", "perimetre")
    frame["couverture"] = np.where(couvert[d], adherente, "inconnue")
    frame["y"] = (rng.random(taille) < oui).astype(float)
    return frame


def build_cells(frame: pd.DataFrame, niveaux: tuple[str, ...] = ()) -> pd.DataFrame:
    """Toutes les cellules non vides : territoire × taille × couverture, totaux compris."""
    morceaux = []
    for niveau, taille, couv in product(
        niveaux or ("france", "zone", "region", "departement"), ("", "type", "strate"), (False, True)
    ):
        cle = pd.DataFrame({"territoire_id": frame[niveau], "niveau": niveau})
        cle["type"] = frame["type"] if taille else ""
        cle["strate"] = frame["strate"] if taille == "strate" else ""
        cle["couverture"] = frame["couverture"] if couv else ""
        cle["n"], cle["n_yes"] = 1, frame["y"]
        noms = ["territoire_id", "niveau", "type", "strate", "couverture"]
        morceaux.append(cle.groupby(noms, as_index=False)[["n", "n_yes"]].sum())
    return pd.concat(morceaux, ignore_index=True)
