"""Ce qui se montre d'un questionnaire à une vague : assez de réponses, un croisement permis."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from barometre.domain.indicateur import Indicateur
from barometre.domain.secret import MARGE_CADRE, NIVEAUX_CYBER, get_seuil
from barometre.pipeline.cube import count_sures
from barometre.stats.grades import B_PRUDENCE_WIDTH

Booleens = NDArray[np.bool_]


def compute_states(
    cellules: pd.DataFrame, n: NDArray[np.float64], notes: NDArray[np.str_], indicateurs: Sequence[Indicateur]
) -> NDArray[np.str_]:
    """L'état de chaque cellule × indicateur ; `n` : réponses, comme elles se publient.

    Des participantes, le moindre des deux comptes (`count_sures`), et plus de collectivités que le seuil :
    sans quoi, montrée, une cellule dirait que toutes ont répondu. Des réponses, le compte brouillé seul :
    d'une cellule cachée à neuf réponses et d'une montrée à dix, on lirait que celle qui les sépare a répondu.
    Strates vides : sur une part f du cadre la vérité est inconnue, le total peut en être faux de f. Au-delà
    de la largeur de prudence qu'une note B admet (35 points), il ne se publie pas.
    """
    cyber = np.array([i.sensibilite == "cyber" for i in indicateurs])
    seuils = np.where(cyber, get_seuil(True), get_seuil(False))
    grille = np.where(cyber, is_grille_cyber(cellules)[:, None], True)
    montrees = grille & (n >= seuils) & (count_sures(cellules)[:, None] >= seuils)
    montrees &= cellules["population"].to_numpy()[:, None] >= seuils + MARGE_CADRE
    vides = (cellules["vides"].to_numpy() >= B_PRUDENCE_WIDTH)[:, None] & np.ones_like(montrees)
    return np.select([~montrees, vides, notes == "C"], ["primary", "empty", "indicative"], "published")


def is_grille_cyber(cellules: pd.DataFrame) -> Booleens:
    """Région × type au plus fin ; la strate et la couverture à l'échelle nationale, jamais croisées."""
    plein = cellules["strate"].eq("") & cellules["couverture"].eq("")
    national = cellules["niveau"].eq("france")
    strates = national & cellules["strate"].ne("") & cellules["couverture"].eq("")
    couvertures = (
        national & cellules["couverture"].ne("") & cellules["type"].eq("") & cellules["strate"].eq("")
    )
    return ((cellules["niveau"].isin(NIVEAUX_CYBER) & plein) | strates | couvertures).to_numpy(dtype=bool)
