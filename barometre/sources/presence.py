"""Ce qu'une liste exhaustive dit de chaque commune : combien de lignes elle y a.

Un zéro n'est écrit que dans une région dont la liste parle : là où elle n'a aucune ligne, on ne sait rien.
"""

from __future__ import annotations

import pandas as pd

from barometre.sources.contexte import Contexte, Recodage, recode_communes
from barometre.sources.lecture import Brut
from barometre.sources.resultat import Resultat, build_resultat, build_valeurs


def count_by_commune(recodage: Recodage, contexte: Contexte) -> pd.Series:
    """Le nombre de lignes par commune ; vide dans une région absente de la liste."""
    nombres = recodage.frame["collectivite_id"].value_counts()
    return fill_zeros(nombres, contexte.communes, contexte)


def sum_by_commune(recodage: Recodage, colonne: str, contexte: Contexte) -> pd.Series:
    """La somme d'une colonne par commune ; vide dans une région absente de la liste."""
    sommes = recodage.frame.groupby("collectivite_id")[colonne].sum()
    return fill_zeros(sommes, contexte.communes, contexte)


def fill_zeros(connus: pd.Series, toutes: pd.Index, contexte: Contexte) -> pd.Series:
    """Les nombres connus, un zéro pour les autres collectivités des régions dont la source parle."""
    regions = contexte.regions.reindex(toutes)
    couvertes = set(contexte.regions.reindex(connus.index).dropna())
    complets = connus.reindex(toutes).astype("float64")
    return complets.mask(complets.isna() & regions.isin(couvertes), 0.0)


def has_any(nombres: pd.Series) -> pd.Series:
    """1 là où il y en a au moins un, 0 là où il n'y en a pas, vide où l'on ne sait pas."""
    return nombres.gt(0).astype("float64").where(nombres.notna())


def rows_programme(brut: Brut, contexte: Contexte, colonne: str, indicateur_id: str) -> Resultat:
    """Un programme dont la liste des communes est complète : 1 si elle y est, 0 sinon."""
    recodage = recode_communes(brut.frame, colonne, contexte)
    presence = has_any(count_by_commune(recodage, contexte))
    return build_resultat(
        brut.lus,
        [*brut.rejets, *recodage.rejets],
        recodage.recodes,
        recodage.fusionnes,
        valeurs=build_valeurs(indicateur_id, presence, contexte.periode),
    )
