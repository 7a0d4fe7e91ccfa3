"""Regrouper une modalité de marge trop rare avec sa voisine déclarée, de proche en proche."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from barometre.domain.formats import format_compte

# CONCEPTION §4.1 : une modalité de moins de 5 répondantes est regroupée.
MINIMUM = 5
COLONNES = ["marge", "modalite", "avec", "repondants", "population", "phrase"]
Voisines = Mapping[str, tuple[str, ...]]


def merge_levels(
    valeurs: pd.Series, marge: pd.Series, voisines: Voisines
) -> tuple[pd.Series, pd.Series, list[dict[str, Any]]]:
    """Les valeurs et la marge regroupées, et une ligne de rapport par regroupement.

    Le catalogue donne plusieurs voisines, de la plus proche à la plus lointaine : un DROM se regroupe
    avec un DROM, puis avec le suivant s'ils sont encore trop rares ensemble.
    """
    groupe = {str(m): str(m) for m in marge.index}
    # Des dictionnaires : cent modalités relues à chaque regroupement, pandas y passait dix-sept fois plus.
    repondants, populations = valeurs.value_counts().to_dict(), marge.to_dict()
    rapport = []
    while (rare := _find_thin(groupe, repondants)) is not None:
        accueil = _find_home(rare, groupe, populations, voisines)
        if accueil is None:
            break
        membres = [m for m, g in groupe.items() if g == rare]
        comptes = sum(repondants.get(m, 0) for m in membres), sum(populations[m] for m in membres)
        rapport.append(_report(valeurs.name, rare, accueil, *comptes))
        groupe |= dict.fromkeys(membres, accueil)
    neuve = marge.groupby(marge.index.map(groupe), sort=False).sum()
    return valeurs.map(groupe).astype("object"), neuve, rapport


def _add_up(groupe: Mapping[str, str], comptes: Mapping[Any, float]) -> dict[str, float]:
    """Le total de chaque groupe."""
    totaux: dict[str, float] = {}
    for modalite, nom in groupe.items():
        totaux[nom] = totaux.get(nom, 0) + comptes.get(modalite, 0)
    return totaux


def _find_thin(groupe: Mapping[str, str], repondants: Mapping[Any, float]) -> str | None:
    """Le groupe qui a le moins de répondants, s'il est sous le minimum."""
    effectifs = _add_up(groupe, repondants)
    rare = min(effectifs, key=lambda nom: (effectifs[nom], nom))
    return rare if effectifs[rare] < MINIMUM and len(effectifs) > 1 else None


def _find_home(
    rare: str, groupe: Mapping[str, str], populations: Mapping[Any, float], voisines: Voisines
) -> str | None:
    """La première voisine déclarée hors du groupe ; à défaut le plus grand des autres groupes."""
    membres = [m for m, g in groupe.items() if g == rare]
    declarees = (groupe[v] for m in membres for v in voisines.get(m, ()) if v in groupe)
    trouvee = next((g for g in declarees if g != rare), None)
    if trouvee is not None:
        return trouvee
    totaux = _add_up(groupe, populations)
    return max((g for g in sorted(totaux) if g != rare), key=totaux.__getitem__, default=None)


def _report(marge: Any, rare: str, accueil: str, repondants: float, population: float) -> dict[str, Any]:
    # Un compte de quelques réponses, nul surtout, dirait qui a répondu.
    effectifs = f"moins de {MINIMUM} réponses pour {format_compte(population, 'collectivité')}"
    phrase = f"Marge « {marge} » : « {rare} » ({effectifs}) est regroupée avec « {accueil} »."
    valeurs = [marge, rare, accueil, int(repondants), float(population), phrase]
    return dict(zip(COLONNES, valeurs, strict=True))
