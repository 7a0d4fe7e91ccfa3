"""Qui est dans le champ d'une sélection : lu dans le référentiel gardé en mémoire, sans requête."""

from __future__ import annotations

import pandas as pd

from barometre.access import Gate
from barometre.domain.territoire import FRANCE
from barometre.views.lecture.selection import Selection

NIVEAUX = ("zone", "region", "departement", "epci")


def list_champ(gate: Gate, selection: Selection) -> pd.DataFrame:
    """Les collectivités du cadre que la sélection retient (vague mise à part)."""
    reference = gate.get_referentiel()
    cadre = reference[reference["porteur_id"].isna()]
    filtres = {
        "type": selection.type_effectif, "strate": selection.strate, "couverture": selection.couverture,
    }  # fmt: skip
    for colonne, voulu in filtres.items():
        if voulu:
            cadre = cadre[cadre[colonne].eq(voulu)]
    return select_territoire(cadre, selection.territoire_id)


def select_territoire(cadre: pd.DataFrame, territoire_id: str) -> pd.DataFrame:
    """Les lignes d'un territoire ; le territoire lui-même en fait partie s'il est une collectivité."""
    niveau, _, code = territoire_id.partition("-")
    if niveau in ("", FRANCE):
        return cadre
    if niveau in NIVEAUX:
        return cadre[cadre[niveau].eq(code) | cadre["collectivite_id"].eq(territoire_id)]
    return cadre[cadre["collectivite_id"].eq(territoire_id)]


def count_communes(gate: Gate, territoire_id: str) -> int:
    """Le nombre de communes d'un territoire."""
    niveau, _, code = territoire_id.partition("-")
    if niveau in ("", FRANCE):
        return sum(gate.count_communes("zone").values())
    if niveau in NIVEAUX:
        return gate.count_communes(niveau).get(code, 0)
    return len(list_champ(gate, Selection(territoire_id=territoire_id, type="commune")))
