"""Le score d'un thème : « 6 pratiques sur 9 », un compte de pratiques nommées (CONCEPTION §4.10)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from barometre.stats.strata import DesignError

# CONCEPTION §4.10 : montré seulement si au moins 80 % des pratiques concernées ont une réponse.
MINIMUM_ANSWERED = 0.8


def compute_scores(
    answers: pd.DataFrame, not_concerned: pd.DataFrame | None = None, minimum: float = MINIMUM_ANSWERED
) -> pd.DataFrame:
    """Une ligne par collectivité : practices, concerned, answered, shown, phrase.

    `answers` : 1 (fait), 0 (pas fait), NaN (sans réponse), une colonne par pratique. `not_concerned` :
    vrai là où la pratique ne concerne pas la collectivité ; elle quitte le dénominateur.
    """
    valeurs = answers.to_numpy(dtype=float)
    if not (np.isnan(valeurs) | (valeurs == 0) | (valeurs == 1)).all():
        raise DesignError("Une pratique vaut 1, 0, ou rien sans réponse.")
    exclu = np.zeros(valeurs.shape, dtype=bool)
    if not_concerned is not None:
        exclu = not_concerned.reindex_like(answers).fillna(False).to_numpy(dtype=bool)
    concernees = (~exclu).sum(axis=1)
    repondues = (~exclu & np.isfinite(valeurs)).sum(axis=1)
    pratiques = (~exclu & (valeurs == 1)).sum(axis=1)
    montre = (concernees > 0) & (repondues >= minimum * concernees)
    tableau = pd.DataFrame(
        {"practices": pratiques, "concerned": concernees, "answered": repondues, "shown": montre},
        index=answers.index,
    )
    tableau["phrase"] = [_describe(*ligne) for ligne in tableau.itertuples(index=False)]
    return tableau


def _describe(practices: int, concerned: int, answered: int, shown: bool) -> str:
    if not shown:
        return ""
    accord = "pratique" if practices < 2 else "pratiques"
    manquantes = concerned - answered
    suite = f" ({manquantes} sans réponse)" if manquantes else ""
    return f"{practices} {accord} sur {concerned}{suite}"
