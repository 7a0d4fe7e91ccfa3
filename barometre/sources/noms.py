"""Un nom écrit à côté d'un code : s'il n'a rien de celui de la collectivité, l'un des deux est faux."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

import pandas as pd

from barometre.recherche.noms import normalise_nom

# Les mots d'un nom qui ne disent pas lequel c'est.
_GENERIQUES = frozenset(
    re.findall(
        r"\w+",
        """cc ca cu de du des la le les l d et en communaute communes agglomeration agglo metropole commune
        ville departement departemental region regional conseil""",
    )
)
# « Monfort » est Montfort, « Etaux » est Eteaux, « Vars » n'est pas Valserhône. De nos 4 696 lignes (France
# services, deux programmes) aucune n'en dit moins ; une colonne décalée d'une ligne en oppose 63 à 95 %.
RESSEMBLANCE = 0.8


def find_discordants(frame: pd.DataFrame, colonne: str, noms: Mapping[str, Sequence[str]]) -> pd.Series:
    """Vrai d'une ligne dont le nom (`colonne`) n'est pas de ceux de sa collectivité (`collectivite_id`)."""
    if colonne not in frame:
        return pd.Series(False, index=frame.index)
    paires = zip(frame[colonne].tolist(), frame["collectivite_id"].tolist(), strict=True)
    autres = [all(_is_autre(ecrit, sien) for sien in noms.get(cle, ("",))) for ecrit, cle in paires]
    return pd.Series(autres, index=frame.index, dtype="bool")


def _is_autre(ecrit: str, sien: str) -> bool:
    if ecrit == sien:  # presque toujours
        return False
    noms = normalise_nom(ecrit), normalise_nom(sien)
    mots, siens = (set(nom.split()) - _GENERIQUES for nom in noms)
    if not mots or not siens or any(m[:4] == s[:4] for m in mots for s in siens):
        return False
    return SequenceMatcher(None, *noms).ratio() < RESSEMBLANCE
