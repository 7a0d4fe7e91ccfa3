"""Les communes dont une ligne illisible parle peut-être : un zéro n'y est pas su, il ne s'écrit pas.

Une liste complète fait zéro de toute commune qu'elle ne cite pas. Une ligne dont le code ne se lit pas, ou
qu'une coupure a cassée, en cite pourtant une : celle que dit le reste de la ligne, ou l'une de celles de son
code postal ou de son département.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from barometre.recherche.demande import HORS_CHAMP
from barometre.recherche.noms import normalise_nom
from barometre.sources.contexte import Contexte
from barometre.sources.indices import read_departement

_POSTAL = re.compile(r"^\d{5}$")
# « 4038.0 », « 4038 » : ce qu'un tableur fait de 04038.
_NOMBRE = re.compile(r"^(\d{4,5})(?:[.,]0+)?$")


@dataclass(frozen=True, slots=True)
class Temoins:
    """Les colonnes qui, à côté du code, disent où est la ligne, de la plus précise à la moins, et son nom."""

    lieux: tuple[str, ...] = ()
    nom: str = ""

    @property
    def colonnes(self) -> tuple[str, ...]:
        """Celles à lire."""
        return (*self.lieux, *([self.nom] if self.nom else []))


@dataclass(frozen=True, slots=True)
class Douteuses:
    """`sures` : une ligne illisible est la leur ; `possibles` : elle est celle de l'une d'elles."""

    sures: frozenset[str] = frozenset()
    possibles: frozenset[str] = frozenset()
    # Les lignes dont rien ne dit de qui elles parlent.
    insituables: int = 0

    def mask_zeros(self, presence: pd.Series) -> pd.Series:
        """La présence, vide là où elle n'est peut-être pas nulle ; être citée deux fois n'y change rien."""
        return presence.mask(presence.index.isin(self.possibles) & presence.eq(0))

    def mask(self, nombres: pd.Series) -> pd.Series:
        """Les nombres, vides là où une ligne illisible les ferait mentir."""
        sures = nombres.index.isin(self.sures)
        return nombres.mask(sures | (nombres.index.isin(self.possibles) & nombres.eq(0)))


def find_douteuses(
    lignes: pd.DataFrame,
    colonne: str,
    temoins: Temoins,
    contexte: Contexte,
    brisees: Iterable[tuple[str, ...]] = (),
) -> Douteuses:
    """`lignes` : celles dont le code (`colonne`) ne se lit pas ; `brisees` : les cellules des cassées."""
    champ = lignes[~lignes[colonne].str[:3].isin(HORS_CHAMP)]  # Saint-Martin, au code postal de la Guadeloupe
    trouvees = [
        _list_candidates(ligne, colonne, temoins, contexte)
        for ligne in [{str(c): str(v) for c, v in r.items()} for r in champ.to_dict("records")]
    ]
    trouvees += [set(_iter_codes(cellules, contexte)) for cellules in brisees]
    seules = [t for t in trouvees if len(t) == 1]
    sans = sum(1 for t in trouvees if not t)
    return Douteuses(frozenset().union(*seules), frozenset().union(*trouvees), sans)


def _list_candidates(ligne: dict[str, str], colonne: str, temoins: Temoins, contexte: Contexte) -> set[str]:
    """La commune que le code corrigé désigne ; sinon celles du lieu, et parmi elles celle du nom.

    Un code juste que le nom dément : la sienne ou la nommée, on ne sait pas.
    """
    if reparees := set(_iter_codes((ligne[colonne],), contexte)):
        return reparees | set(contexte.territoires.par_nom.get(normalise_nom(ligne.get(temoins.nom, "")), ()))
    lieux = [ligne[c] for c in temoins.lieux if ligne.get(c)]
    ou = next((c for lieu in lieux if (c := _list_du_lieu(lieu, contexte)) is not None), None)
    nommees = set(contexte.territoires.par_nom.get(normalise_nom(ligne.get(temoins.nom, "")), ()))
    if ou is None:
        return nommees
    return (nommees & ou) or ou


def _list_du_lieu(lieu: str, contexte: Contexte) -> set[str] | None:
    """Les communes d'un code postal ou d'un département ; None si le lieu ne se lit pas."""
    if _POSTAL.match(lieu) and (postales := contexte.territoires.par_postal.get(lieu)):
        return set(postales)
    departement = read_departement(lieu)
    return set(contexte.territoires.par_departement.get(departement, ())) if departement else None


def _iter_codes(cellules: Iterable[str], contexte: Contexte) -> Iterator[str]:
    for cellule in cellules:
        nombre = _NOMBRE.match(cellule.strip())
        code = contexte.territoires.cog.get_actuel(nombre[1].zfill(5) if nombre else cellule.strip().upper())[
            0
        ]
        if code:
            yield f"commune-{code}"
