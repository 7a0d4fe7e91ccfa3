"""Le banc : risque et utilité de plusieurs règles de secret, sur l'entrepôt en service.

    python -m tests.secret.banc [questionnaire] [vague]

Trois tableaux : les lois de bruit, la suppression de cellules, la couverture des intervalles. Les réponses
absentes comptent pour « non » : l'attaquant a ainsi plus de cellules à croiser, jamais moins. Cinq minutes.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pandas as pd

from barometre.catalogue import load_catalogue
from barometre.domain.secret import get_seuil
from barometre.pipeline.avant_apres import read_vagues
from barometre.pipeline.cles import read_cles
from barometre.pipeline.cube import Cube
from barometre.pipeline.secret import is_grille_cyber
from barometre.stats.laws import Law, SmoothLaw
from barometre.stats.perturbation import build_keys
from barometre.warehouse.engine import Engine
from barometre.warehouse.repository import open_repository, read_rows
from tests.secret.attaquants import (
    count_forced,
    infer_by_subtraction,
    infer_knowing,
    infer_last,
    list_unique,
    summarise,
)
from tests.secret.couverture import measure_coverage
from tests.secret.effets import build_panel, infer_effects
from tests.secret.ensemble import GROUPES, summarise_together
from tests.secret.monde import AUCUN, COMMUN, DEUX, SANS_BRUIT, Monde, Publication, Regle, publish
from tests.secret.suppression import measure_suppression
from tests.secret.tardives import infer_late, infer_redrawn

REGLES = {
    "sans bruit": SANS_BRUIT,
    "un seul bruit (avant)": COMMUN,
    "redressé dès 100": replace(COMMUN, seuil=100),
    "écart à 2 points près": replace(COMMUN, grille=0.02),
    "uniforme ±2, écart 0,75": Regle(Law(2, 50.0), SmoothLaw(2, 0.75), second=AUCUN),
    "s=1,5 ±5, écart 0,75": Regle(Law(5, 1.5), SmoothLaw(5, 0.75), second=AUCUN),
    "s=1,5 ±8, écart 0,75 (avant)": DEUX,
    "s=1,5 ±8, écart 1,5": Regle(Law(8, 1.5), SmoothLaw(8, 1.5), second=AUCUN),
    "s=2 ±8, écart 2": Regle(Law(8, 2.0), SmoothLaw(8, 2.0), second=AUCUN),
    "second bruit du brut 1,5": Regle(second=Law(8, 1.5)),
    "second bruit du brut 2 (avant)": Regle(),
    "second bruit du brut 3": Regle(second=Law(8, 3.0)),
    "parts à cinq points près": Regle(pas=0.05),
    "bornes à cinq réponses": Regle(marge=5),
    "bornes à huit réponses": Regle(marge=8),
    "brut 2, ce qui se devine tiré de nouveau (choisie)": Regle(sure=True),
}
QUESTIONS, TIRAGES, TARDIVES, ECHANTILLON_LP = 20, 5, 20, 12
BANDES = ((10, 30), (30, 100), (100, 500))


def load_monde(questionnaire_id: str, vague_id: str) -> tuple[Monde, pd.DataFrame]:
    """Une vague de l'entrepôt en service, ses cellules montrées, et le cadre de ses répondantes."""
    moteur, cadre = _open(), _read_cadre()
    lignes = read_rows(moteur, "poids", vague_id=vague_id, questionnaire_id=questionnaire_id)
    poids = lignes.set_index("collectivite_id")["poids"]
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
    reponses = y.fillna(0.0).to_numpy()[:, :QUESTIONS]
    siens = cadre.loc[poids.index]
    groupes = pd.get_dummies(siens[list(GROUPES)].astype("str"), dtype=float).to_numpy()
    return Monde(cles, poids.to_numpy(), uniques, reponses, groupes=groupes), siens


def _open() -> Engine:
    return open_repository().get_engine()


def _read_cadre() -> pd.DataFrame:
    collectivites = read_rows(_open(), "dim_collectivite")
    return collectivites[collectivites["porteur_id"].isna()].set_index("collectivite_id")


def measure(monde: Monde, cadre: pd.DataFrame, regle: Regle) -> dict[str, float]:
    """Le risque, attaquant par attaquant, et l'utilité d'une règle."""
    lu = publish(monde, regle)
    return {**_attack(monde, cadre, lu, regle), **_measure_utility(monde, lu)}


def _attack(monde: Monde, cadre: pd.DataFrame, lu: Publication, regle: Regle) -> dict[str, float]:
    prior, hasard = monde.y.mean(axis=0), np.random.default_rng(1)
    tardives = hasard.choice(len(monde.y), TARDIVES, replace=False)
    seules, dizaines = (np.split(tardives, k) for k in (TARDIVES, TARDIVES // 10))
    rangs = np.arange(len(monde.y))
    departement = cadre["departement"].eq(cadre["departement"].value_counts().index[0]).to_numpy()
    sauf_une = np.flatnonzero(departement)[:TARDIVES]
    attaques = {
        "dernière, au %": infer_last(monde, lu, regle, TIRAGES)[0],
        "dernière, sans arrondi": infer_last(monde, lu, regle, TIRAGES, arrondi=False)[0],
        "b soustrait": infer_by_subtraction(monde, lu, regle),
        "b, c, d deux versions, bruit tiré de nouveau": infer_redrawn(monde, regle, seules),
        "b, c, d deux versions, dix tardives, bruit tiré de nouveau": infer_redrawn(monde, regle, dizaines),
        "b, c, d deux versions": infer_late(monde, seules),
        "c, d tout le département sauf une": np.sum(
            [infer_knowing(monde, lu, regle, departement & (rangs != u), arrondi=False) for u in sauf_une],
            axis=0,
        ),
    }
    bilans = {nom: summarise(logs, prior) for nom, logs in attaques.items()}
    bilans |= {
        f"b toutes les cellules, {nom}": summarise_together(monde, lu, regle, cadre, arrondi=arrondi)
        for nom, arrondi in (("au %", True), ("sans arrondi", False))
    }
    unites = hasard.choice(len(monde.y), ECHANTILLON_LP, replace=False)
    forcees = count_forced(monde, lu, regle, 0, unites)
    return {f"{nom} : {cle}": v for nom, bilan in bilans.items() for cle, v in bilan.items()} | {
        f"b programme linéaire : forcées sur {ECHANTILLON_LP}": forcees
    }


def _measure_utility(monde: Monde, lu: Publication) -> dict[str, float]:
    """Le déplacement absolu moyen, en points, du brut et du redressé."""
    n = monde.n[:, None]
    ecarts = {
        "brut": np.abs(lu.compte - monde.total) / n,
        "redressé": np.abs(lu.redresse - monde.pondere / n),
    }
    points = {}
    for nom, ecart in ecarts.items():
        for de, a in BANDES:
            points[f"points {nom} n {de} à {a - 1}"] = ecart[(monde.n >= de) & (monde.n < a)].mean()
        points[f"points {nom} France"] = ecart[np.argmax(monde.n)].mean()
    return {nom: 100 * float(valeur) for nom, valeur in points.items()}


def main(questionnaire_id: str = "communication", vague_id: str = "2026-v4") -> None:
    """Les trois tableaux, et l'effet d'un fonds."""
    monde, cadre = load_monde(questionnaire_id, vague_id)
    print(f"{questionnaire_id} {vague_id} : {len(monde.y)} répondantes, {len(monde.n)} cellules distinctes")
    mesures = {nom: measure(monde, cadre, regle) for nom, regle in REGLES.items()}
    print(pd.DataFrame(mesures).round(3).to_string())
    effets = infer_effects(
        build_panel(read_vagues(_open(), load_catalogue(), questionnaire_id), _read_cadre())
    )
    print(pd.Series(summarise(*effets), name="l'effet d'un fonds, toutes les autres connues").to_string())
    print(measure_suppression(cadre, get_seuil(questionnaire_id == "cybersecurite")).to_string())
    print(measure_coverage(300).to_string())


if __name__ == "__main__":
    main(*sys.argv[1:])
