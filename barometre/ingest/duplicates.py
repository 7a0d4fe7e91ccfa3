"""Une collectivité, un questionnaire, une vague : une seule réponse est retenue."""

from __future__ import annotations

from datetime import date

import numpy as np

# La règle déclarée : la réponse la plus complète, puis la plus récente, puis la dernière du fichier.
REGLE_DOUBLONS = "la réponse la plus complète, puis la plus récente"


def pick_retained(
    collectivites: np.ndarray, candidates: np.ndarray, completude: np.ndarray, dates: list[date | None]
) -> dict[int, int]:
    """Rang de chaque doublon → rang de la ligne retenue à sa place."""
    retenues: dict[str, int] = {}
    doublons: dict[int, int] = {}
    ordre = sorted(np.flatnonzero(candidates), key=lambda i: (-completude[i], -_jour(dates[i]), -i))
    for rang in (int(i) for i in ordre):
        gagnante = retenues.setdefault(collectivites[rang], rang)
        if gagnante != rang:
            doublons[rang] = gagnante
    return doublons


def _jour(jour: date | None) -> int:
    return jour.toordinal() if jour else 0
