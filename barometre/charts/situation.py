"""Thème par thème, où en sont une collectivité et ses pairs : un point, et sa propre marque si on la lit."""

from __future__ import annotations

from typing import Any

import pandas as pd

from barometre.charts.marques import AXE_PARTS, Marques, Rang, build_marques

LEGENDE = "L’axe : la part des pratiques suivies par le baromètre. ● la moyenne de vos pairs"
LEGENDE_SOI = " ; ◆ vous"


def build_situation(cadre: pd.DataFrame, *, titre: str, phrase: str) -> Marques:
    """Une ligne par thème : theme, pairs et soi (de 0 à 1, ou absents), pairs_texte, soi_texte, raison."""
    rangs = tuple(_build_rang(ligne) for ligne in cadre.to_dict("records"))
    legende = LEGENDE + (LEGENDE_SOI if cadre["soi"].notna().any() else "")
    html = build_marques(rangs, AXE_PARTS, titre)
    return Marques(html, phrase, _build_table(cadre), f"{titre}. {phrase}", f"{legende}.", rangs)


def _build_rang(ligne: dict[Any, Any]) -> Rang:
    pairs, soi = (None if pd.isna(ligne[nom]) else float(ligne[nom]) for nom in ("pairs", "soi"))
    vous = f"vous : {ligne['soi_texte']}" if soi is not None else ""
    raison = str(ligne["raison"]) if pairs is None else ""
    return Rang(
        str(ligne["theme"]),
        valeur=str(ligne["pairs_texte"]) if pairs is not None else "",
        suite=vous,
        point=pairs,
        soi=soi,
        raison=raison,
    )


def _build_table(cadre: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "theme": cadre["theme"],
            "pairs_moyenne_lu": cadre["pairs_texte"],
            "soi_lu": cadre["soi_texte"],
            "remarque": cadre["raison"],
        }
    )
