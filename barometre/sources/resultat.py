"""Ce qu'une source donne : des valeurs, ce qu'elle apprend du référentiel, et un compte qui tombe juste."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from barometre.sources.ruptures import Rupture

COLONNES_VALEURS = ["indicateur_id", "collectivite_id", "periode", "valeur"]
COLONNES_LIENS = ["opsn_id", "cible_id", "nature"]
MAX_VALEUR = 80
# Un courriel, ou un numéro de téléphone français (même écrit avec des points ou des espaces).
PERSONNEL = re.compile(r"@|(?<!\d)(?:\+33|0)\s?[1-9](?:[\s.-]?\d{2}){4}(?!\d)")


@dataclass(frozen=True, slots=True)
class Rejet:
    """Une ligne de la source qui n'entre pas, et pourquoi ; une ligne n'a qu'un rejet."""

    ligne: int
    colonne: str
    valeur: str
    motif: str


@dataclass(frozen=True, slots=True)
class Rapport:
    """Le compte des lignes d'une source : lues = chargées + rejetées."""

    lus: int
    charges: int
    recodes: int
    rejetes: int
    # Parmi les recodées, celles dont la commune en a absorbé une autre du même fichier.
    fusionnes: int = 0

    def __post_init__(self) -> None:
        if self.lus != self.charges + self.rejetes:
            raise ValueError(f"{self.lus} lignes lues ≠ {self.charges} chargées + {self.rejetes} rejetées.")


def _vide(*colonnes: str) -> pd.DataFrame:
    return pd.DataFrame(columns=list(colonnes))


@dataclass(frozen=True)
class Resultat:
    """Les lignes pures d'une source."""

    rapport: Rapport
    rejets: tuple[Rejet, ...] = ()
    valeurs: pd.DataFrame = field(default_factory=lambda: _vide(*COLONNES_VALEURS))
    # collectivite_id, et des colonnes de `dim_collectivite` que la source renseigne
    attributs: pd.DataFrame = field(default_factory=lambda: _vide("collectivite_id"))
    opsn: pd.DataFrame = field(default_factory=lambda: _vide("opsn_id"))
    liens: pd.DataFrame = field(default_factory=lambda: _vide(*COLONNES_LIENS))
    # identifiant de l'opérateur dans la source → opsn_id
    operateurs: dict[str, str] = field(default_factory=dict)
    # D'une liste complète, les collectivités citées ; vide d'une mesure, où l'absence n'est pas un zéro.
    citees: frozenset[str] = frozenset()
    # Ses lignes dont rien ne dit de qui elles parlent.
    insituables: int = 0
    # Ce qui, dans un département, ne ressemble à aucune publication.
    ruptures: tuple[Rupture, ...] = ()


def build_resultat(
    brut_lus: int, rejets: Iterable[Rejet], recodes: int = 0, fusionnes: int = 0, **tables: object
) -> Resultat:
    """Un résultat dont le compte se déduit des lignes lues et rejetées."""
    tous = tuple(sorted((_mask(rejet) for rejet in rejets), key=lambda r: r.ligne))
    rapport = Rapport(brut_lus, brut_lus - len(tous), recodes, len(tous), fusionnes)
    return Resultat(rapport, tous, **tables)  # type: ignore[arg-type]


def _mask(rejet: Rejet) -> Rejet:
    """La quarantaine est lue par des opérateurs : elle ne garde ni courriel ni téléphone."""
    valeur = "(masquée)" if PERSONNEL.search(rejet.valeur) else rejet.valeur[:MAX_VALEUR]
    return Rejet(rejet.ligne, rejet.colonne, valeur, rejet.motif)


def build_valeurs(indicateur_id: str, valeurs: pd.Series, periode: str | pd.Series) -> pd.DataFrame:
    """Les lignes de valeurs d'un indicateur ; l'index de `valeurs` est l'identifiant de la collectivité."""
    connues = valeurs.dropna()
    return pd.DataFrame(
        {
            "indicateur_id": indicateur_id,
            "collectivite_id": connues.index.astype("str"),
            "periode": periode
            if isinstance(periode, str)
            else periode.loc[valeurs.notna().to_numpy()].to_numpy(),
            "valeur": connues.astype("float64").to_numpy(),
        }
    )


def join_valeurs(tableaux: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Tous les tableaux de valeurs en un."""
    presents = [t for t in tableaux if not t.empty]
    return pd.concat(presents, ignore_index=True) if presents else _vide(*COLONNES_VALEURS)
