"""Le banc : risque et utilité de plusieurs lois de bruit, sur l'entrepôt en service.

    python -m tests.secret.banc [questionnaire] [vague]

Les réponses absentes comptent pour « non » : l'attaquant a ainsi plus de cellules à croiser, jamais moins.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pandas as pd

from barometre.catalogue import load_catalogue
from barometre.domain.secret import get_seuil
from barometre.pipeline.cles import read_cles
from barometre.pipeline.cube import Cube
from barometre.pipeline.secret import is_grille_cyber
from barometre.stats.perturbation import Law, build_keys
from barometre.warehouse.repository import open_repository, read_rows
from tests.secret.attaquants import (
    Monde,
    count_forced,
    infer_by_subtraction,
    infer_knowing,
    list_unique,
    publish,
    summarise,
)

LOIS = {
    "uniforme ±2": Law(2, 50.0),
    "normale ±2 (s = 1)": Law(2, 1.0),
    "normale ±5 (s = 1,5)": Law(5, 1.5),
    "normale ±8 (s = 1,5)": Law(8, 1.5),
    "normale ±8 (s = 2)": Law(8, 2.0),
    "sans bruit": Law(0, 1.0),
}
ECHANTILLON_LP = 12


def load_monde(questionnaire_id: str, vague_id: str) -> tuple[Monde, pd.DataFrame]:
    """Une vague de l'entrepôt en service, et le cadre de ses répondantes."""
    moteur = open_repository().get_engine()
    collectivites = read_rows(moteur, "dim_collectivite")
    cadre = collectivites[collectivites["porteur_id"].isna()].set_index("collectivite_id")
    poids = read_rows(moteur, "poids", vague_id=vague_id, questionnaire_id=questionnaire_id)
    poids = poids.set_index("collectivite_id")["poids"]
    parts = [
        i.id for i in load_catalogue().list_indicateurs(questionnaire_id, origine="declare") if i.est_part
    ]
    valeurs = read_rows(moteur, "fait_valeur", indicateur_id=parts, periode=vague_id)
    y = valeurs.pivot(index="collectivite_id", columns="indicateur_id", values="valeur").reindex(poids.index)
    cellules, membres = Cube(cadre).build_membership(poids.index)
    cyber = questionnaire_id == "cybersecurite"
    montrees = np.asarray(membres.sum(axis=0)).ravel() >= get_seuil(cyber)
    montrees &= is_grille_cyber(cellules) | (not cyber)
    cles = build_keys(read_cles(moteur)[questionnaire_id, vague_id], poids.index)
    uniques = list_unique(membres.T.tocsr()[montrees])
    return Monde(cles, poids.to_numpy(), uniques, y.fillna(0.0).to_numpy()), cadre.loc[poids.index]


def measure(monde: Monde, cadre: pd.DataFrame, law: Law) -> dict[str, float]:
    """Risque de (b) et de (d), et utilité, pour une loi."""
    lu = publish(monde, law)
    prior = monde.y.mean(axis=0)
    dehors = summarise(infer_by_subtraction(monde, lu, law), prior)
    plus_gros = cadre["departement"].value_counts().index[:10]
    opsn = [infer_knowing(monde, lu, law, cadre["departement"].eq(d).to_numpy()) for d in plus_gros]
    elu = infer_knowing(monde, lu, law, cadre["epci"].eq(cadre["epci"].mode().iloc[0]).to_numpy())
    unites = np.random.default_rng(1).choice(len(monde.y), ECHANTILLON_LP, replace=False)
    n = monde.n[:, None]
    ecart = np.abs(lu.brut - np.asarray(monde.cellules @ monde.y) / n)
    return {
        **{f"b_{nom}": v for nom, v in dehors.items()},
        **{f"d_{nom}": v for nom, v in summarise(np.sum(opsn, axis=0), prior).items()},
        "c_certaines": summarise(elu, prior)["certaines"],
        f"lp_forcees_sur_{ECHANTILLON_LP}": count_forced(monde, lu, law, 0, unites),
        "points_10_29": 100 * float(ecart[monde.n < 30].mean()),
        "points_30_99": 100 * float(ecart[(monde.n >= 30) & (monde.n < 100)].mean()),
        "points_100": 100 * float(ecart[monde.n >= 100].mean()),
        "points_france": 100 * float(ecart[np.argmax(monde.n)].max()),
    }


def main(questionnaire_id: str = "communication", vague_id: str = "2026-v4") -> None:
    """Une ligne par loi."""
    monde, cadre = load_monde(questionnaire_id, vague_id)
    monde = replace(monde, y=monde.y[:, :20])
    print(f"{questionnaire_id} {vague_id} : {len(monde.y)} répondantes, {len(monde.n)} cellules distinctes")
    print(pd.DataFrame({nom: measure(monde, cadre, law) for nom, law in LOIS.items()}).round(3).to_string())


if __name__ == "__main__":
    main(*sys.argv[1:])
