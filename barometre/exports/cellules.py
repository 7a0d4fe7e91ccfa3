"""Aucun texte venu des données ne devient une formule dans le tableur de qui ouvre le fichier."""

from __future__ import annotations

import pandas as pd

DANGEREUX = ("=", "+", "-", "@", "\t", "\r")


def desarmer(texte: str) -> str:
    """Précède d'une apostrophe un texte qu'un tableur exécuterait."""
    return f"'{texte}" if texte.startswith(DANGEREUX) else texte


def desarmer_table(table: pd.DataFrame) -> pd.DataFrame:
    """Toutes les colonnes de texte, et les en-têtes, désarmés ; les nombres ne changent pas."""
    propre = table.copy()
    for rang, colonne in enumerate(table.columns):
        if not _est_texte(table[colonne]):
            continue
        textes = table[colonne].astype("str").where(table[colonne].notna(), "")
        propre.isetitem(rang, _desarmer_colonne(textes).array)
    propre.columns = [desarmer(str(nom)) for nom in table.columns]
    return propre


def _est_texte(colonne: pd.Series) -> bool:
    return not (pd.api.types.is_numeric_dtype(colonne) or pd.api.types.is_datetime64_any_dtype(colonne))


def _desarmer_colonne(textes: pd.Series) -> pd.Series:
    # `startswith` sur toute la colonne : 100 000 lignes tiennent dans le budget d'une seconde.
    return textes.where(~textes.str.startswith(DANGEREUX), "'" + textes)
