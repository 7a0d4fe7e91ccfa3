"""Les estimations par modèle des départements, pour les chiffres clés de chaque thème."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from barometre.domain.indicateur import Indicateur
from barometre.pipeline.terrain import Terrain
from barometre.stats.mrp import COLONNES, ModelError, estimate_departements


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


def _is_filtered(terrain: Terrain, indicateur: Indicateur) -> bool:
    question = terrain.catalogue.get_question(indicateur.calcul.question_id)
    return question.condition is not None and indicateur.calcul.non_concerne == "exclu"


def _estimate_each(terrain: Terrain, cadre: pd.DataFrame, population: pd.DataFrame) -> Iterator[pd.DataFrame]:
    repondants = cadre.loc[terrain.repondants]
    for indicateur in terrain.list_indicateurs(parts=True):
        if not indicateur.cle or indicateur.sensibilite == "cyber" or _is_filtered(terrain, indicateur):
            continue
        try:
            lignes = estimate_departements(repondants, terrain.valeurs[indicateur.id], population)
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
