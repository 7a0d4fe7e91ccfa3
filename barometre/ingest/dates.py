"""La date d'une réponse, telle que l'écrivent LimeSurvey, un tableur français ou un CSV."""

from __future__ import annotations

import re
from datetime import date

# LimeSurvey écrit le 1er janvier 1980 quand l'enquête n'est pas datée : ce n'est pas une date.
SANS_DATE = date(1980, 1, 1)
_PREMIERE_ANNEE, _DERNIERE_ANNEE = 2000, 2100
_HEURE = r"(?:[T ]\d{1,2}[:h]\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$"
_ISO = re.compile(r"^(\d{4})[-/](\d{1,2})[-/](\d{1,2})" + _HEURE, re.ASCII)
_FRANCAISE = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})" + _HEURE, re.ASCII)


def read_date(texte: str) -> tuple[date | None, str]:
    """La date, ou rien avec le motif du refus ; un texte vide n'est pas un refus."""
    if not texte:
        return None, ""
    if trouve := _ISO.match(texte):
        annee, mois, jour = (int(t) for t in trouve.groups())
    elif trouve := _FRANCAISE.match(texte):
        jour, mois, annee = (int(t) for t in trouve.groups())
    else:
        return None, "Cette date n'est pas lisible (attendu : 2023-11-22 ou 22/11/2023)."
    try:
        lue = date(annee, mois, jour)
    except ValueError:
        return None, "Cette date n'existe pas dans le calendrier."
    if lue == SANS_DATE:
        return None, ""
    if not _PREMIERE_ANNEE <= annee <= _DERNIERE_ANNEE:
        return None, "Cette date est hors de la période du baromètre."
    return lue, ""
