"""Les cellules de territoires que l'on sait devoir lire tous : lues et masquées en une fois, puis triées.

La synthèse de chaque département pose trente-cinq fois la même sorte de question. Un aller à l'entrepôt
(34 ms de processeur) puis un masque (15 ms) coûtaient dix fois ce que coûte un tri de lignes déjà masquées.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from cachetools import LRUCache
from numpy.typing import NDArray

from barometre.access.rangees import Rangees
from barometre.warehouse.queries import Filtre

Marques = NDArray[np.bool_]
# Colonne → valeurs lues.
Bornes = Mapping[str, Sequence[str]]
TERRITOIRE = "territoire_id"
# Des lectures de quelques dizaines de lignes : neuf thèmes et leurs vues plus larges.
REDEMANDEES = 256


class Avance:
    """Des lignes par table et territoire, telles que la porte les montre ; rien qu'on n'ait demandé.

    Les masques jugent chaque ligne pour elle-même : masquer puis filtrer donne ce que donne l'inverse.
    """

    def __init__(self, rangees: Rangees | None = None) -> None:
        self._rangees = rangees
        self._lues: dict[tuple[str, str], tuple[pd.DataFrame, Bornes]] = {}
        self._redemandees: LRUCache[Hashable, pd.DataFrame] = LRUCache(REDEMANDEES)
        self._preparee: Callable[[], None] | None = None

    def prepare(self, lire: Callable[[], None]) -> None:
        """Lira d'avance à la première demande : une page dont tout est gardé ne paie rien."""
        self._preparee = lire

    def has(self, territoires: Iterable[str]) -> bool:
        """Vrai si les chiffres de tous ces territoires sont lus d'avance."""
        return self._rangees is not None or {territoire for _, territoire in self._lues} >= set(territoires)

    def keep(
        self,
        table: str,
        territoires: Sequence[str],
        lignes: pd.DataFrame,
        bornes: Bornes | None = None,
    ) -> None:
        """Garde, dans leur ordre, les lignes de chaque territoire ; un territoire sans ligne compte aussi.

        `bornes` : les filtres de cette lecture ; une demande plus large n'y trouverait pas tout.
        """
        groupes = lignes.groupby(TERRITOIRE, sort=False).indices
        lignes = _group_textes(lignes)
        for territoire_id in territoires:
            rangs = groupes.get(territoire_id, np.array([], dtype="int64"))
            self._lues[table, territoire_id] = lignes.iloc[rangs], bornes or {}

    def read(
        self, table: str, filtres: Mapping[str, Filtre], lire: Callable[[], pd.DataFrame]
    ) -> pd.DataFrame:
        """Les lignes que rend la porte : triées parmi celles lues d'avance, `lire()` sinon."""
        if self._preparee is not None:
            preparee, self._preparee = self._preparee, None
            preparee()
        lignes, bornes = self._lues.get((table, _get_seul(filtres.get(TERRITOIRE))), (None, {}))
        if lignes is None or not all(_is_dans(filtres.get(nom), borne) for nom, borne in bornes.items()):
            rangees = self._rangees.select(table, filtres) if self._rangees is not None else None
            if rangees is not None:
                return rangees
            return self._read_once(table, filtres, lire) if self._lues else lire()
        if lignes.empty:
            return lignes
        retenues: Marques = np.ones(len(lignes), dtype=bool)
        for colonne, filtre in filtres.items():
            if filtre is not None and colonne != TERRITOIRE and len(bornes.get(colonne, ())) != 1:
                retenues &= _is_among(lignes[colonne], filtre)
        return lignes[retenues].reset_index(drop=True)

    def read_mesures(self, collectivite_id: str, lire: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """Les données de l'État d'une collectivité, rangées d'avance ou lues."""
        return self._rangees.select_mesures(collectivite_id) if self._rangees is not None else lire()

    def _read_once(
        self, table: str, filtres: Mapping[str, Filtre], lire: Callable[[], pd.DataFrame]
    ) -> pd.DataFrame:
        """Ce que chaque département redemande (la France d’un thème) : lu et masqué une fois."""
        cle = (table, *((nom, _freeze(filtre)) for nom, filtre in sorted(filtres.items())))
        if cle not in self._redemandees:
            self._redemandees[cle] = _group_textes(lire())
        # pandas 3 copie à la première écriture : cette vue ne coûte rien.
        return self._redemandees[cle].copy(deep=False)


def _group_textes(lignes: pd.DataFrame) -> pd.DataFrame:
    """Les textes en objets Python, un seul bloc : trier des lignes y coûte deux fois moins qu'en Arrow.

    Les noms des colonnes aussi : chaque `lignes[nom]` relisait le sien dans Arrow, cent mille fois par lot.
    """
    textes: list[str] = list(lignes.select_dtypes("str").columns)
    groupees = lignes.astype(dict.fromkeys(textes, object)).copy()
    groupees.columns = groupees.columns.astype(object)
    return groupees


def _get_seul(filtre: Filtre) -> str:
    """Le territoire demandé s'il n'y en a qu'un, seul ou dans une liste ; vide sinon."""
    if isinstance(filtre, str):
        return filtre
    return filtre[0] if filtre is not None and len(filtre) == 1 else ""


def _is_dans(filtre: Filtre, borne: Sequence[str]) -> bool:
    """Vrai si tout ce que l'on demande a été lu ; sans filtre, on demande tout."""
    demandees = [filtre] if isinstance(filtre, str) else filtre
    return demandees is not None and set(demandees) <= set(borne)


def _freeze(filtre: Filtre) -> Hashable:
    return filtre if isinstance(filtre, str) or filtre is None else tuple(filtre)


def _is_among(colonne: pd.Series, filtre: str | Sequence[str]) -> Marques:
    valeurs = [filtre] if isinstance(filtre, str) else list(filtre)
    return np.asarray(colonne.isin(valeurs).to_numpy(), dtype=bool)
