"""Les petites lectures déjà faites d'une version : une page relit trois fois sur quatre la même chose.

Une version ne change pas une fois construite : rien n'est à rafraîchir, la place seule est bornée.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from operator import itemgetter
from threading import Lock

import pandas as pd
from cachetools import LRUCache

from barometre.warehouse.queries import Filtre

OCTETS = 64 * 1024 * 1024
# Une lecture plus grosse (toutes les communes) chasserait cent petites ; les vues la gardent déjà.
OCTETS_UNE = 2 * 1024 * 1024


class Lectures:
    """Des tableaux gardés par clé, les moins lus effacés d'abord."""

    def __init__(self, octets: int = OCTETS) -> None:
        # Chaque tableau avec son poids : le peser coûte autant que le lire.
        self._gardees: LRUCache[Hashable, tuple[pd.DataFrame, int]] = LRUCache(
            octets, getsizeof=itemgetter(1)
        )
        self._verrou = Lock()

    def get(self, cle: Hashable, read: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """Le tableau de cette clé, lu au besoin ; qui le reçoit peut l'écrire sans toucher à l'original."""
        with self._verrou:
            gardee = self._gardees.get(cle)
        tableau = gardee[0] if gardee else self._keep(cle, read())
        # pandas 3 copie à la première écriture : cette vue ne coûte rien.
        return tableau.copy(deep=False)

    def _keep(self, cle: Hashable, tableau: pd.DataFrame) -> pd.DataFrame:
        if (poids := measure_tableau(tableau)) <= OCTETS_UNE:
            with self._verrou:
                self._gardees[cle] = (tableau, poids)
        return tableau


def build_key(table: str, ordre: tuple[str, ...], filtres: dict[str, Filtre]) -> Hashable:
    """La clé d'une lecture : la table, l'ordre et les filtres posés."""
    poses = ((nom, _freeze(valeur)) for nom, valeur in filtres.items() if valeur is not None)
    return (table, ordre, tuple(sorted(poses, key=lambda pose: pose[0])))


def select_kept(tableau: pd.DataFrame, filtres: dict[str, Filtre]) -> pd.DataFrame:
    """Les lignes d'un tableau déjà lu, dans leur ordre, filtrées comme l'entrepôt le ferait."""
    for colonne, filtre in filtres.items():
        if filtre is not None:
            voulus = [filtre] if isinstance(filtre, str) else list(filtre)
            tableau = tableau[tableau[colonne].isin(voulus)]
    # Une vue : pandas 3 copie à la première écriture, l'original reste intact.
    return tableau.reset_index(drop=True)


def _freeze(valeur: Filtre) -> Hashable:
    return valeur if isinstance(valeur, str) or valeur is None else tuple(valeur)


def measure_tableau(tableau: pd.DataFrame) -> int:
    """Les octets d'un tableau, lus sur ses blocs : `memory_usage`, colonne par colonne, en coûtait cinquante
    fois plus, un dixième d'une page."""
    blocs = getattr(getattr(tableau, "_mgr", None), "blocks", None)
    # D'un objet Python, un bloc ne sait que l'adresse ; et pandas peut ranger ses blocs autrement un jour.
    if blocs is None or any(bloc.dtype == object for bloc in blocs):
        return int(tableau.memory_usage(deep=True).sum())
    return sum(int(bloc.values.nbytes) for bloc in blocs) + int(tableau.index.memory_usage())
