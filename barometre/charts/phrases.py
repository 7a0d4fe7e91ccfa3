"""La phrase d'un graphique en points : calculée, jamais écrite à la main."""

from __future__ import annotations

import pandas as pd

from barometre.domain.formats import COTES


def build_phrase(cadre: pd.DataFrame, valeur: str) -> str:
    """Du plus bas au plus haut des groupes citables, et ce qui n'est pas montré."""
    citables = cadre[cadre["note"].isin(["A", "B"]) & cadre[valeur].notna()]
    return " ".join(filter(None, [_phrase_etendue(citables, valeur), _phrase_caches(cadre)]))


def _phrase_etendue(citables: pd.DataFrame, valeur: str) -> str:
    if citables.empty:
        return "Aucun groupe n’a assez de réponses pour être cité."
    # « Plus de 73 % » peut aller jusqu'à cent : une borne passe les valeurs de son côté.
    cotes = citables["plafond"].map(COTES).fillna(0) if "plafond" in citables else 0
    ordre = citables.assign(_cote=cotes).sort_values(["_cote", valeur], kind="stable")
    rangees = ordre[["groupe", f"{valeur}_texte"]]
    (groupe_bas, bas), (groupe_haut, haut) = rangees.iloc[0], rangees.iloc[-1]
    mot = "redressé" if valeur == "redresse" else "brut"
    if bas == haut:
        qui = groupe_bas if len(citables) == 1 else "tous les groupes que l’on peut citer"
        return f"{bas} ({qui}), en chiffre {mot}."
    return f"De {bas} ({groupe_bas}) à {haut} ({groupe_haut}), en chiffre {mot}."


def _phrase_caches(cadre: pd.DataFrame) -> str:
    caches = int((~cadre["montre"].astype(bool)).sum())
    if not caches:
        return ""
    return "Un groupe n’est pas montré." if caches == 1 else f"{caches} groupes ne sont pas montrés."
