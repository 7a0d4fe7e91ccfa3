"""Ce qu'une liste exhaustive dit de chaque commune : combien de lignes elle y a.

Un zéro n'est écrit que dans un territoire dont la liste parle : là où elle n'a aucune ligne, on ne sait rien.
Ce territoire est le département pour un service présent dans tous (France services, conseillers), la région
pour un programme qui choisit ses villes.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from barometre.sources.contexte import Contexte, Recodage, recode_communes
from barometre.sources.douteuses import Douteuses, Temoins, find_douteuses
from barometre.sources.lecture import Brut
from barometre.sources.resultat import Rejet, Resultat, build_resultat, build_valeurs


def count_by_commune(recodage: Recodage, contexte: Contexte, territoires: pd.Series) -> pd.Series:
    """Le nombre de lignes par commune ; vide dans un territoire absent de la liste."""
    nombres = recodage.frame["collectivite_id"].value_counts()
    return fill_zeros(nombres, contexte.territoires.communes, territoires)


def sum_by_commune(recodage: Recodage, colonne: str, contexte: Contexte, territoires: pd.Series) -> pd.Series:
    """La somme d'une colonne par commune ; vide dans un territoire absent de la liste."""
    sommes = recodage.frame.groupby("collectivite_id")[colonne].sum()
    return fill_zeros(sommes, contexte.territoires.communes, territoires)


def fill_zeros(connus: pd.Series, toutes: pd.Index, territoires: pd.Series) -> pd.Series:
    """Les nombres connus, un zéro pour les autres collectivités des territoires dont la source parle.

    `territoires` : le territoire de chaque collectivité, à la maille où la source est complète.
    """
    couverts = set(territoires.reindex(connus.index).dropna())
    complets = connus.reindex(toutes).astype("float64")
    return complets.mask(complets.isna() & territoires.reindex(toutes).isin(couverts), 0.0)


def has_any(nombres: pd.Series) -> pd.Series:
    """1 là où il y en a au moins un, 0 là où il n'y en a pas, vide où l'on ne sait pas."""
    return nombres.gt(0).astype("float64").where(nombres.notna())


def rows_programme(
    brut: Brut, contexte: Contexte, colonne: str, temoins: Temoins, indicateur_id: str
) -> Resultat:
    """Un programme dont la liste des communes est complète : 1 si elle y est, 0 sinon."""
    recodage = recode_communes(brut.frame, colonne, contexte, temoins.nom)
    douteuses = find_douteuses(recodage.inconnues, colonne, temoins, contexte, brut.brisees)
    presence = douteuses.mask_zeros(
        has_any(count_by_commune(recodage, contexte, contexte.territoires.regions))
    )
    valeurs = build_valeurs(indicateur_id, presence, contexte.periode)
    return build_liste(brut, recodage, douteuses, valeurs)


def build_liste(
    brut: Brut,
    recodage: Recodage,
    douteuses: Douteuses,
    valeurs: pd.DataFrame,
    ecartees: Iterable[Rejet] = (),
) -> Resultat:
    """Le résultat d'une liste complète ; `ecartees` : les lignes que la source a refusées elle-même."""
    return build_resultat(
        brut.lus,
        [*brut.rejets, *ecartees, *recodage.rejets],
        recodage.recodes,
        recodage.fusionnes,
        valeurs=valeurs,
        citees=frozenset(recodage.frame["collectivite_id"]),
        insituables=douteuses.insituables,
    )
