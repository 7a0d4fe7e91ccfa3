"""Où en est une collectivité, thème par thème, face à ses pairs ; sans ses réponses, ses pairs seuls."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from barometre.domain.formats import format_guillemets, format_liste, format_nombre
from barometre.views.collectivite.fiche import ThemeFiche

COLONNES = ("theme", "pairs", "soi", "pairs_texte", "soi_texte", "raison")
RAISON = "Trop peu de réponses chez vos pairs."


def build_cadre_situation(themes: Sequence[ThemeFiche]) -> pd.DataFrame:
    """Le cadre du graphique : une ligne par thème, dans l'ordre du baromètre."""
    cadre = pd.DataFrame([_build_ligne(theme) for theme in themes], columns=list(COLONNES))
    return cadre.astype({"pairs": "float64", "soi": "float64"})


def _build_ligne(theme: ThemeFiche) -> dict[str, object]:
    moyenne, total = theme.distribution.moyenne, theme.distribution.total
    score = theme.score if theme.score is not None and theme.score.montre and theme.score.concernees else None
    pairs = moyenne / total if moyenne is not None and total else None
    return {
        "theme": theme.theme.titre,
        "pairs": pairs,
        "soi": score.pratiques / score.concernees if score else None,
        "pairs_texte": f"{format_nombre(moyenne, 1)} sur {total}" if pairs is not None else "",
        "soi_texte": f"{score.pratiques} sur {score.concernees}" if score else "",
        "raison": RAISON if pairs is None else "",
    }


def describe_situation(cadre: pd.DataFrame) -> str:
    """Le thème le plus avancé face aux pairs et le plus en retrait ; sinon, les pairs seuls."""
    places = cadre.dropna(subset=["pairs", "soi"])
    if len(places) >= 2:
        ecarts = (places["soi"] - places["pairs"]).sort_values(kind="stable")
        loin, pres = places.loc[ecarts.index[0], "theme"], places.loc[ecarts.index[-1], "theme"]
        return f"Face à vos pairs, le thème le plus avancé : {pres} ; le plus en retrait : {loin}."
    pairs = cadre.dropna(subset=["pairs"]).sort_values("pairs", kind="stable")
    if len(pairs) < 2:
        return "Vos pairs ont trop peu répondu pour vous situer."
    haut, bas = (_name_ex_aequo(pairs, rang) for rang in (-1, 0))
    return f"Vos pairs sont le plus avancés sur {haut}, le moins sur {bas}."


def _name_ex_aequo(pairs: pd.DataFrame, rang: int) -> str:
    """Tous ceux qui se lisent au même nombre : un seul des « 3,3 sur 8 » paraîtrait devant l'autre."""
    egaux = pairs[pairs["pairs_texte"].eq(pairs["pairs_texte"].iloc[rang])]
    return format_liste([format_guillemets(str(theme)) for theme in egaux["theme"]])
