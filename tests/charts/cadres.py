"""Des cadres inventés, tels que `views` les prépare."""

from __future__ import annotations

from typing import Any

from barometre.domain.cadre import Cadre, LigneCadre


def ligne(groupe: str, redresse: float | None = 0.24, **autres: Any) -> LigneCadre:
    """Un groupe montré, note A ; `redresse=None` : caché."""
    if redresse is None:
        return LigneCadre(groupe=groupe, montre=False, raison="Non publiable : moins de 10 réponses.")
    pourcent = round(redresse * 100)
    champs: dict[str, Any] = {
        "note": "A",
        "n": 300,
        "redresse": redresse,
        "brut": redresse + 0.02,
        "bas": redresse - 0.03,
        "haut": redresse + 0.03,
        "redresse_texte": f"{pourcent} %",
        "brut_texte": f"{pourcent + 2} %",
        "intervalle": f"entre {pourcent - 3} et {pourcent + 3} %",
    }
    return LigneCadre(groupe=groupe, **champs | autres)


def cadre(*lignes: LigneCadre) -> Cadre:
    """Le cadre de ces lignes."""
    return lignes
