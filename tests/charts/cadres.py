"""Des cadres inventés, tels que `views` les prépare."""

from __future__ import annotations

from typing import Any

import pandas as pd

from barometre.charts import COLONNES


def ligne(groupe: str, redresse: float | None = 0.24, **autres: Any) -> dict[str, Any]:
    """Un groupe montré, note A ; `redresse=None` : caché."""
    if redresse is None:
        vide = dict.fromkeys(COLONNES, None) | dict.fromkeys(
            ("note", "redresse_texte", "brut_texte", "intervalle"), ""
        )
        return (
            vide
            | {"groupe": groupe, "montre": False, "raison": "Non publiable : moins de 10 réponses."}
            | autres
        )
    pourcent = round(redresse * 100)
    return {
        "groupe": groupe,
        "montre": True,
        "note": "A",
        "n": 300,
        "redresse": redresse,
        "brut": redresse + 0.02,
        "bas": redresse - 0.03,
        "haut": redresse + 0.03,
        "redresse_texte": f"{pourcent} %",
        "brut_texte": f"{pourcent + 2} %",
        "intervalle": f"entre {pourcent - 3} et {pourcent + 3} %",
        "raison": "",
    } | autres


def cadre(*lignes: dict[str, Any]) -> pd.DataFrame:
    """Le cadre de ces lignes."""
    return pd.DataFrame(list(lignes), columns=[*COLONNES, "plafond"])
