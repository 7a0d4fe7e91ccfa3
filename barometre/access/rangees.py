"""Les chiffres publiés, lus et masqués une fois par version, rangés par territoire.

Un aller à l'entrepôt puis son masque prennent trente à soixante millisecondes de processeur par lecture, pour
quelques centaines de lignes ; toutes, cent cinquante mille, se lisent en une seconde et tiennent en 40 Mo.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from barometre.warehouse.queries import Filtre

TERRITOIRE, TYPE, LIEU = "territoire_id", "type", "collectivite_id"
# Par quoi une demande cerne des lieux, le plus étroit d'abord.
LIEUX = (TERRITOIRE, "niveau")


class Rangees:
    """Les lignes de chaque table, telles que la porte les montre, dans leur ordre."""

    def __init__(self, tables: Mapping[str, Iterable[pd.DataFrame]], mesures: pd.DataFrame) -> None:
        """`tables` : les lignes de chacune, en un ou plusieurs lots ; `mesures` : les données de l'État."""
        self._tables = {nom: _Table(map(_share, lots)) for nom, lots in tables.items()}
        self._mesures = _Mesures(mesures)

    def select(self, table: str, filtres: Mapping[str, Filtre]) -> pd.DataFrame | None:
        """Les lignes demandées ; `None` si la demande ne dit pas où."""
        rangee = self._tables.get(table)
        return None if rangee is None else rangee.select({n: f for n, f in filtres.items() if f is not None})

    def select_mesures(self, collectivite_id: str) -> pd.DataFrame:
        """Les données de l'État d'une collectivité, dans l'ordre de l'entrepôt."""
        return self._mesures.select(collectivite_id)


class _Table:
    def __init__(self, lots: Iterable[pd.DataFrame]) -> None:
        lignes = pd.concat(lots, ignore_index=True)
        groupes = {lieu: lignes.groupby([lieu, TYPE], sort=False).indices for lieu in LIEUX if lieu in lignes}
        self._rangs = cast("dict[str, dict[tuple[str, str], NDArray[np.int64]]]", groupes)
        self._types = sorted({type_ for _, type_ in self._rangs[TERRITOIRE]})
        self._lignes, self._codes = lignes, _index_textes(lignes)

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


class _Mesures:
    """Un million de lignes, trente par collectivité : quatre octets par texte, et où commence chacune.

    DuckDB saute des lignes d'après les huit premières lettres d'un texte, et « commune- » les prend toutes :
    il relisait la table entière à chaque fiche.
    """

    def __init__(self, lignes: pd.DataFrame) -> None:
        codes, lieux = pd.factorize(lignes[LIEU].to_numpy(dtype=object))
        ordre = np.argsort(codes, kind="stable")
        self._rangs = {str(lieu): rang for rang, lieu in enumerate(lieux)}
        self._debuts = np.searchsorted(codes[ordre], np.arange(len(lieux) + 1))
        self._colonnes = {str(nom): _pack(lignes[nom], ordre) for nom in lignes if nom != LIEU}
        self._ordre = [str(nom) for nom in lignes]

    def select(self, collectivite_id: str) -> pd.DataFrame:
        """Ses lignes ; aucune d'une collectivité inconnue."""
        rang = self._rangs.get(collectivite_id)
        ou = slice(0, 0) if rang is None else slice(self._debuts[rang], self._debuts[rang + 1])
        siennes = {n: v[ou] if noms is None else noms[v[ou]] for n, (v, noms) in self._colonnes.items()}
        siennes[LIEU] = np.full(len(siennes["valeur"]), collectivite_id, dtype=object)
        return pd.DataFrame({nom: pd.Series(siennes[nom], dtype=siennes[nom].dtype) for nom in self._ordre})


def _pack(
    colonne: pd.Series, ordre: NDArray[np.intp]
) -> tuple[NDArray[np.generic], NDArray[np.object_] | None]:
    """Les valeurs dans cet ordre ; d'un texte, le rang parmi ceux de la colonne, et ces textes."""
    if pd.api.types.is_numeric_dtype(colonne):
        return colonne.to_numpy()[ordre], None
    rangs, noms = pd.factorize(colonne.to_numpy(dtype=object), use_na_sentinel=False)
    return rangs[ordre].astype(np.int32), np.asarray(noms, dtype=object)


def _list(filtre: str | Sequence[str]) -> list[str]:
    return [filtre] if isinstance(filtre, str) else list(filtre)


def _share(lignes: pd.DataFrame) -> pd.DataFrame:
    """Les mêmes, leurs textes en objets partagés : un nom, un seul objet.

    Trier des textes d'Arrow coûte le double ; en objets à eux, deux millions prendraient cent Mo.
    """
    colonnes = {}
    for nom in lignes.columns:
        if lignes[nom].dtype in ("str", "object"):
            rangs, noms = pd.factorize(lignes[nom].to_numpy(dtype=object), use_na_sentinel=False)
            colonnes[nom] = noms[rangs]
        else:
            colonnes[nom] = lignes[nom].to_numpy()
    partagees = pd.DataFrame({nom: pd.Series(v, dtype=v.dtype) for nom, v in colonnes.items()}).copy()
    # Chaque `lignes[nom]` relirait le sien dans Arrow.
    partagees.columns = partagees.columns.astype(object)
    return partagees


def _index_textes(lignes: pd.DataFrame) -> dict[str, tuple[NDArray[np.int32], dict[str, int]]]:
    """De chaque colonne de textes : le code de chaque ligne, et le code de chaque texte."""
    codes = {}
    for nom in lignes.select_dtypes("object").columns:
        rangs, noms = pd.factorize(lignes[nom].to_numpy(dtype=object), use_na_sentinel=False)
        codes[str(nom)] = rangs.astype(np.int32), {v: rang for rang, v in enumerate(noms)}
    return codes
