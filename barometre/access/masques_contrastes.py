"""Le secret des groupes comparés : une ligne qui ne se montre pas ne sort pas de la porte."""

from __future__ import annotations

import pandas as pd

from barometre.access.masques import DECIMALES, MONTRES, SEUIL_REDRESSE
from barometre.domain.portee import Portee


def mask_contrastes(lignes: pd.DataFrame, portee: Portee) -> pd.DataFrame:
    """Les écarts qui se montrent, en points entiers, sans l'erreur type ni les p qui les rendraient exacts.

    Un écart est fait de parts redressées : pour le public, jamais sur moins de réponses qu'il n'en faut
    pour montrer une part redressée.
    """
    if portee.role == "programme":
        lignes = lignes.assign(etat=lignes["etat_programme"])
        montrees = lignes["etat"].isin(MONTRES)
    else:
        montrees = lignes["etat"].isin(MONTRES)
        montrees &= lignes[["n", "n_reference"]].min(axis=1) >= SEUIL_REDRESSE
    vues = lignes[montrees].drop(columns=["se", "p_value", "q_value", "etat_programme"])
    ecarts = ["difference", "difference_simple", "bas", "haut"]
    vues[ecarts] = vues[ecarts].round(DECIMALES)
    return vues.reset_index(drop=True)
