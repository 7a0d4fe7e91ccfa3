"""Les chiffres sans strate ni couverture : lus et masqués une fois par version, rangés par territoire.

Un aller à l'entrepôt puis son masque prennent trente à soixante millisecondes de processeur par lecture, pour
quelques centaines de lignes ; toutes celles-là, soixante-dix mille, se lisent en une demi-seconde.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from barometre.warehouse.queries import Filtre

TERRITOIRE, TYPE = "territoire_id", "type"
# Par quoi une demande cerne des lieux, le plus étroit d'abord.
LIEUX = (TERRITOIRE, "niveau")
# Ce qui n'est pas rangé : une demande qui ne dit pas « aucune » se lit dans l'entrepôt.
TOTAUX = ("strate", "couverture")


class Rangees:
    """Les lignes de chaque table, telles que la porte les montre, dans leur ordre."""

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        self._tables = {nom: _Table(lignes) for nom, lignes in tables.items()}

    def select(self, table: str, filtres: Mapping[str, Filtre]) -> pd.DataFrame | None:
        """Les lignes demandées ; `None` si elles ne sont pas toutes rangées ici."""
        rangee, totaux = self._tables.get(table), (filtres.get(nom) for nom in TOTAUX)
        if rangee is None or any(f is None or _list(f) != [""] for f in totaux):
            return None
        return rangee.select({nom: f for nom, f in filtres.items() if f is not None and nom not in TOTAUX})


class _Table:
    def __init__(self, lignes: pd.DataFrame) -> None:
        groupes = {lieu: lignes.groupby([lieu, TYPE], sort=False).indices for lieu in LIEUX if lieu in lignes}
        self._rangs = cast("dict[str, dict[tuple[str, str], NDArray[np.int64]]]", groupes)
        self._types = sorted({type_ for _, type_ in self._rangs[TERRITOIRE]})
        self._lignes, self._codes = _intern(lignes)

    def select(self, filtres: Mapping[str, str | Sequence[str]]) -> pd.DataFrame | None:
        """Par territoire, ou tous ceux d'un niveau : rien si la demande ne dit ni l'un ni l'autre."""
        lieu = next((lieu for lieu in LIEUX if lieu in filtres and lieu in self._rangs), None)
        if lieu is None:
            return None
        ranges, types = self._rangs[lieu], _list(filtres.get(TYPE, self._types))
        lieux = dict.fromkeys((territoire, type_) for territoire in _list(filtres[lieu]) for type_ in types)
        trouves = [ranges[lieu] for lieu in lieux if lieu in ranges]
        rangs = np.sort(np.concatenate(trouves)) if trouves else np.empty(0, dtype=np.int64)
        for nom, filtre in filtres.items():
            if nom not in (lieu, TYPE):
                codes, valeurs = self._codes[nom]
                retenus = np.zeros(len(valeurs), dtype=bool)
                retenus[[valeurs[v] for v in _list(filtre) if v in valeurs]] = True
                rangs = rangs[retenus[codes[rangs]]]
        return self._lignes.iloc[rangs].reset_index(drop=True)


def _list(filtre: str | Sequence[str]) -> list[str]:
    return [filtre] if isinstance(filtre, str) else list(filtre)


def _intern(lignes: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, tuple[NDArray[np.int32], dict[str, int]]]]:
    """Les lignes, leurs textes en objets partagés (un nom, un seul objet), et le code de chaque texte.

    Trier des textes d'Arrow coûte le double ; en objets à eux, huit cent mille prendraient cinquante Mo.
    """
    colonnes, codes = {}, {}
    for nom in lignes.columns:
        if lignes[nom].dtype in ("str", "object"):
            rangs, noms = pd.factorize(lignes[nom].to_numpy(dtype=object), use_na_sentinel=False)
            colonnes[nom] = noms[rangs]
            codes[str(nom)] = rangs.astype(np.int32), {v: rang for rang, v in enumerate(noms)}
        else:
            colonnes[nom] = lignes[nom].to_numpy()
    rangees = pd.DataFrame({nom: pd.Series(v, dtype=v.dtype) for nom, v in colonnes.items()}).copy()
    # Chaque `lignes[nom]` relirait le sien dans Arrow.
    rangees.columns = rangees.columns.astype(object)
    return rangees, codes
