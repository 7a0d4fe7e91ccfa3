"""Les réponses d'un groupe de pairs, en compte : assez d'autres répondants, ou rien.

Le groupe est fixé par la version (strate et échelon, ou les plus semblables) : jamais par un réglage du
lecteur, qui permettrait d'isoler une collectivité par différence.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from barometre.access.masques import mask_agregats
from barometre.domain.portee import Portee

# Répondants AUTRES que la collectivité elle-même (CONCEPTION §4, secret).
AUTRES, AUTRES_CYBER, AUTRES_PROGRAMME = 10, 20, 3
GROUPE = "groupe"


def get_minimum(portee: Portee, cyber: bool) -> int:
    """Le nombre d'autres répondants qu'il faut à cette portée."""
    if portee.role == "programme":
        return AUTRES_PROGRAMME
    return AUTRES_CYBER if cyber else AUTRES


def build_cellules(
    valeurs: pd.DataFrame, poids: pd.Series, parts: frozenset[str], portee: Portee, cyber: frozenset[str]
) -> pd.DataFrame:
    """Une ligne d'`agregat` par indicateur, masquée comme toute cellule pour cette portée.

    `valeurs` : les réponses des autres ; `poids` : par collectivité ; `parts` : les indicateurs qui en sont.
    """
    repondues = valeurs[valeurs["etat"] == "repondu"]
    lignes = [
        _cellule(str(id_), groupe, poids, str(id_) in parts, get_minimum(portee, id_ in cyber))
        for id_, groupe in repondues.groupby("indicateur_id", sort=False)
    ]
    return mask_agregats(pd.DataFrame(lignes, columns=list(_VIDE)), portee, cyber)


_VIDE = {
    "indicateur_id": "", "vague_id": "", "niveau": GROUPE, "territoire_id": GROUPE, "type": "", "strate": "",
    "couverture": "", "population": 0, "participants": 0, "n": 0, "n_oui": None, "n_eff": np.nan,
    "brut": np.nan, "redresse": np.nan, "se": np.nan, "df": np.nan, "bas": np.nan, "haut": np.nan,
    "note": "", "raison": "", "etat": "primary", "etat_programme": "primary",
    "prudence_bas": np.nan, "prudence_haut": np.nan, "g_etoile": np.nan, "pente": np.nan,
}  # fmt: skip


def _cellule(
    indicateur_id: str, groupe: pd.DataFrame, poids: pd.Series, est_part: bool, minimum: int
) -> dict[str, object]:
    y = groupe["valeur"].to_numpy(dtype=float)
    w = groupe["collectivite_id"].map(poids).fillna(1.0).to_numpy(dtype=float)
    n = len(y)
    etat = "published" if n >= minimum else "primary"
    moyenne = float(np.average(y, weights=w))
    n_eff = float(w.sum() ** 2 / (w**2).sum())
    ecart = float(np.sqrt(np.average((y - moyenne) ** 2, weights=w) / max(n_eff - 1, 1)))
    return _VIDE | {
        "indicateur_id": indicateur_id, "vague_id": str(groupe["periode"].iloc[0]), "population": n,
        "participants": n, "n": n, "n_oui": int(y.sum()) if est_part else None, "n_eff": n_eff,
        "brut": float(y.mean()), "redresse": moyenne, "se": ecart, "df": n - 1.0,
        "etat": etat, "etat_programme": etat,
    }  # fmt: skip
