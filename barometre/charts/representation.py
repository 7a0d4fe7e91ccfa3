"""Qui répond, face à qui existe : une barre pour les répondantes, un trait pour la part dans le pays."""

from __future__ import annotations

import math

import pandas as pd

from barometre.charts.marques import Axe, Marques, Rang, build_marques

LEGENDE = (
    "Barre : part parmi les répondantes ; trait : part dans le pays. À droite, le taux : la part du groupe "
    "qui a répondu."
)


def build_representation(cadre: pd.DataFrame, *, titre: str, phrase: str, table: pd.DataFrame) -> Marques:
    """Une ligne par groupe ; colonnes : groupe, part_cadre, part_repondantes (vide si cachée), texte."""
    parts = cadre[["part_cadre", "part_repondantes"]].astype(float)
    axe = Axe(0.0, float(parts.max().max()) or 1.0)
    rangs = tuple(
        Rang(str(groupe), valeur=str(texte), barre=None if math.isnan(part) else part, repere=pays)
        for groupe, texte, pays, part in zip(
            cadre["groupe"], cadre["texte"], parts["part_cadre"], parts["part_repondantes"], strict=True
        )
    )
    html = build_marques(rangs, axe, titre)
    return Marques(html, phrase, table, f"{titre}. {phrase}", LEGENDE, rangs, axe)
