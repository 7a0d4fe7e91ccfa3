"""Les estimations par modèle des départements, pour les chiffres clés de chaque thème."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from barometre.pipeline.terrain import Terrain
from barometre.stats.mrp import COLONNES, ModelError, estimate_departements

# Réponses que valent, au moins, la région et la strate dans une estimation par modèle.
RETRAIT = 10
Z_95 = 1.959964
# Une estimation brouillée reste à un millième de 0 et de 1, où un intervalle n'aurait plus de largeur.
MARGE = 0.001


def compute_modeles(terrain: Terrain, cadre: pd.DataFrame) -> pd.DataFrame:
    """Les lignes d'`estimation_modele` d'un questionnaire à une vague.

    Un ajustement prend un dixième de seconde : seuls les chiffres clés (`cle`) en ont un ; aucun de
    cybersécurité, qui ne descend pas sous la région, ni d'une question sous condition, dont le nombre de
    réponses d'un département dirait celui des « oui » d'une autre.
    """
    population = build_population(cadre)
    tableaux = list(_estimate_each(terrain, cadre, population))
    return pd.concat(tableaux, ignore_index=True) if tableaux else pd.DataFrame()


def build_population(cadre: pd.DataFrame) -> pd.DataFrame:
    """Le nombre de collectivités du cadre par cellule du modèle."""
    return cadre.groupby(list(COLONNES), dropna=False).size().reset_index(name="population")


def _estimate_each(terrain: Terrain, cadre: pd.DataFrame, population: pd.DataFrame) -> Iterator[pd.DataFrame]:
    repondants = cadre.loc[terrain.repondants]
    for indicateur in terrain.list_indicateurs(parts=True):
        if not indicateur.cle or indicateur.sensibilite == "cyber" or indicateur.sous_condition:
            continue
        try:
            lignes = estimate_departements(repondants, terrain.valeurs[indicateur.id], population)
            lignes = _perturb(terrain, repondants, indicateur.id, lignes)
        except ModelError:
            continue  # Trop peu de réponses : la page propose la région, il n'y a rien à garder.
        yield pd.DataFrame(
            {
                "indicateur_id": indicateur.id,
                "vague_id": terrain.vague_id,
                "territoire_id": "departement-" + lignes["territoire"],
                "n": lignes["n"],
                "estimation": lignes["estimate"],
                "bas": lignes["low"],
                "haut": lignes["high"],
            }
        )


def _perturb(
    terrain: Terrain, repondants: pd.DataFrame, indicateur_id: str, lignes: pd.DataFrame
) -> pd.DataFrame:
    """Une estimation bouge comme la cellule de son département, à la mesure de ce qu'une réponse y pèse.

    Tirée vers sa région, elle donne à une réponse un poids d'au plus 1/(n + RETRAIT) ; sans réponse, elle
    ne dit que la région et ne bouge pas. Sa largeur suit l'estimation brouillée, non l'exacte.
    """
    cles = terrain.design.perturbation
    assert cles is not None
    departements = repondants["departement"].to_numpy(dtype=object)
    appartenance = csr_array(
        np.equal.outer(lignes["territoire"].to_numpy(dtype=object), departements).astype(float)
    )
    valeurs = terrain.valeurs[[indicateur_id]].to_numpy(dtype=float)
    d = cles.draw_amount(appartenance, valeurs, [indicateur_id], "modele")[:, 0]
    pas = np.where(lignes["n"] > 0, 1.0 / (lignes["n"] + RETRAIT), 0.0)
    exacte = lignes["estimate"].to_numpy()
    centre = np.clip(exacte + d * pas, MARGE, 1 - MARGE)
    echelle = np.sqrt(centre * (1 - centre) / np.clip(exacte * (1 - exacte), MARGE**2, None))
    demi = lignes[["low", "high"]].sub(exacte, axis=0).to_numpy() * echelle[:, None]
    elargi = np.sign(demi) * np.hypot(demi, (Z_95 * np.sqrt(cles.amount_law.variance) * pas)[:, None])
    bornes = np.clip(centre[:, None] + elargi, 0.0, 1.0)
    return lignes.assign(estimate=centre, low=bornes[:, 0], high=bornes[:, 1])
