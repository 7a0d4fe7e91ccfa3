"""L'écart sur un fait de l'État connu de toutes les communes : la vérité, et les répondantes.

Chacun sait quelles communes ont ce fait : leur part parmi les répondantes est un compte de répondantes. Elle
est brouillée comme une cellule, et se tait si l'un des deux groupes que le fait sépare est trop petit. Sinon,
« 0,0 % chez celles qui ont répondu » dirait de chacune qu'elle n'a pas répondu.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from barometre.domain.ecarts import CALE, DEDANS, ECART
from barometre.domain.formats import format_part, format_points
from barometre.domain.secret import SEUIL_CADRE, SEUIL_PARTICIPATION
from barometre.pipeline.cles import Tirages
from barometre.pipeline.mesures import Mesures
from barometre.stats.bias import compare_with_frame
from barometre.stats.design import Design, LoneStratumWarning
from barometre.stats.perturbation import Perturbation
from barometre.stats.publication import publish_members

COLONNES = ["vague_id", "questionnaire_id", "cle", "objet", "valeur", "phrase"]
# Les variables de calage que le cadre porte ; la strate de la variance est celle des poids.
CALEES = ["region", "couverture"]


def compute_gaps(mesures: Mesures, poids: pd.DataFrame, tirages: Tirages) -> pd.DataFrame:
    """Les lignes de `qualite` : l'écart (redressé − vrai, de −1 à 1), et la phrase, intervalle compris."""
    return pd.DataFrame(list(_gaps(mesures, poids, tirages)), columns=COLONNES)


def _gaps(mesures: Mesures, poids: pd.DataFrame, tirages: Tirages) -> Iterator[tuple[Any, ...]]:
    vraies = mesures.faits.mean()
    for (vague, questionnaire), lignes in poids.groupby(["vague_id", "questionnaire_id"]):
        repondantes = lignes.set_index("collectivite_id")
        cles = tirages.build((str(questionnaire), str(vague)), repondantes.index, ())
        faits = _keep_safe(mesures.faits, mesures.faits.reindex(repondantes.index), cles)
        if faits.columns.empty:
            continue
        plan = _build_design(mesures, repondantes, cles)
        for ecart in compare_with_frame(plan, faits, vraies).itertuples():
            fait, cale = str(ecart.item), str(ecart.item) in mesures.densites
            phrase = _say_gap(mesures.noms[fait], ecart) + _judge(ecart, cale=cale)
            yield vague, questionnaire, CALE if cale else ECART, fait, ecart.gap, phrase
            if not cale:
                yield vague, questionnaire, DEDANS, fait, float(bool(ecart.within)), phrase


def _keep_safe(cadre: pd.DataFrame, faits: pd.DataFrame, cles: Perturbation) -> pd.DataFrame:
    """Les faits dont les deux groupes ont assez de communes, et de réponses, exactes et brouillées.

    `cadre` : toutes les communes ; `faits` : les répondantes, dans l'ordre des clés.
    """
    groupes = csr_array(np.vstack([faits.eq(valeur).to_numpy(dtype=float).T for valeur in (1, 0)]))
    comptes = np.minimum(groupes.sum(axis=1), publish_members(cles, groupes).ravel())
    connus = cadre[faits.columns]
    nommees = np.minimum(connus.eq(1).sum().to_numpy(), connus.eq(0).sum().to_numpy())
    assez = comptes.reshape(2, -1).min(axis=0) >= SEUIL_PARTICIPATION
    return faits.loc[:, assez & (nommees >= SEUIL_CADRE)]


def _build_design(mesures: Mesures, repondantes: pd.DataFrame, cles: Perturbation) -> Design:
    """Le plan que redonnent les poids gardés : N_h est la somme des poids de base de la strate."""
    strates, base = repondantes["strate_poids"].astype("str"), repondantes["poids_base"]
    calees = mesures.cadre.reindex(repondantes.index)[CALEES].astype("str").assign(strate=strates)
    population = base.groupby(strates).sum().to_dict()
    with warnings.catch_warnings():  # `qualite` dit déjà les strates regroupées
        warnings.simplefilter("ignore", LoneStratumWarning)
        return Design(strates, population, repondantes["poids"], calees, base_weights=base, perturbation=cles)


def _say_gap(nom: str, ecart: Any) -> str:
    bornes = f"{format_points(ecart.low - ecart.truth, 1)} à {format_points(ecart.high - ecart.truth, 1)}"
    return (
        f"« {nom} » : {format_part(ecart.truth, 1)} des communes en réalité ; "
        f"{format_part(ecart.raw, 1)} chez celles qui ont répondu, {format_part(ecart.p, 1)} après "
        f"redressement (écart de {format_points(ecart.gap, 1)}, intervalle de {bornes})."
    )


def _judge(ecart: Any, *, cale: bool) -> str:
    """Un fait sur lequel on cale n'éprouve rien : son écart est petit par construction."""
    if cale:
        return " Les poids sont calés sur ce fait : il ne les vérifie pas."
    if ecart.within:
        return " L’intervalle contient la vérité."
    return " L’intervalle ne contient pas la vérité : les poids ne corrigent pas tout."
