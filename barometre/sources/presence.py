"""Ce qu'une liste exhaustive dit de chaque commune : combien de lignes elle y a, zéro compris."""

from __future__ import annotations

import pandas as pd

from barometre.sources.contexte import Contexte, Recodage, recode_communes
from barometre.sources.lecture import Brut
from barometre.sources.resultat import Resultat, build_resultat, build_valeurs


def count_by_commune(recodage: Recodage, contexte: Contexte) -> pd.Series:
    """Le nombre de lignes par commune, toutes les communes comprises."""
    nombres = recodage.frame["collectivite_id"].value_counts()
    return nombres.reindex(contexte.communes, fill_value=0).astype("float64")


def sum_by_commune(recodage: Recodage, colonne: str, contexte: Contexte) -> pd.Series:
    """La somme d'une colonne par commune, toutes les communes comprises."""
    sommes = recodage.frame.groupby("collectivite_id")[colonne].sum()
    return sommes.reindex(contexte.communes, fill_value=0.0).astype("float64")


def rows_programme(brut: Brut, contexte: Contexte, colonne: str, indicateur_id: str) -> Resultat:
    """Un programme dont la liste des communes est complète : 1 si elle y est, 0 sinon."""
    recodage = recode_communes(brut.frame, colonne, contexte)
    presence = count_by_commune(recodage, contexte).gt(0).astype("float64")
    return build_resultat(
        brut.lus,
        [*brut.rejets, *recodage.rejets],
        recodage.recodes,
        recodage.fusionnes,
        valeurs=build_valeurs(indicateur_id, presence, contexte.periode),
    )
