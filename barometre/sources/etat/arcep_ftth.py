"""Fibre (Arcep) : locaux raccordables par commune à trois dates, en codes communaux de 2018."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from barometre.sources.contexte import (
    CODE_REPETE,
    Contexte,
    list_populations,
    read_numbers,
    recode_communes,
    reject_motifs,
    sum_communes,
)
from barometre.sources.lecture import Brut, read_csv
from barometre.sources.resultat import Resultat, build_resultat, build_valeurs, join_valeurs
from barometre.sources.retablies import REDUITE, list_reduites

# La date d'arrêté de chaque trimestre.
TRIMESTRES = {
    "locaux_raccordables_2017T3": "2017-09-30",
    "locaux_raccordables_2017T4": "2017-12-31",
    "locaux_raccordables_2018T1": "2018-03-31",
}
LOCAUX = ("logements", "etablissements")
COLONNES = ("code", *TRIMESTRES, *LOCAUX)
# Le plus que donne le vrai fichier : 2,8 fois plus de raccordables que de locaux (Marnoz), 11 locaux par
# habitant (une station de ski).
RACCORDABLES_MAX, LOCAUX_MAX = 3, 15
IMPROBABLE = (
    "Bien plus de locaux que la commune n'en peut avoir, au vu de ses habitants ou de ses autres nombres."
)
PAS_UN_NOMBRE = "Un nombre de locaux manque ou n'est pas un nombre."


def read(chemin: Path) -> Brut:
    """Le fichier tel qu'il est."""
    return read_csv(chemin, COLONNES)


def rows(brut: Brut, contexte: Contexte) -> Resultat:
    """Par commune actuelle et par date : locaux, locaux raccordables, et leur part.

    Les communes fusionnées depuis 2018 sont additionnées avant de former la part ; celles qui se sont
    séparées depuis n'ont pas de valeur.
    """
    nombres = pd.DataFrame({c: read_numbers(brut.frame[c]) for c in (*TRIMESTRES, *LOCAUX)})
    motifs = _list_motifs(brut.frame["code"], nombres, contexte)
    bonnes = motifs.eq("")
    recodage = recode_communes(brut.frame[["code"]][bonnes].join(nombres[bonnes]), "code", contexte)
    sommes = sum_communes(recodage, brut.frame.loc[~bonnes, "code"], [*TRIMESTRES, *LOCAUX], contexte)
    rejets = [*brut.rejets, *reject_motifs(brut.frame, "code", motifs), *recodage.rejets]
    valeurs = join_valeurs(_values(sommes))
    return build_resultat(brut.lus, rejets, recodage.recodes, recodage.fusionnes, valeurs=valeurs)


def _list_motifs(codes: pd.Series, nombres: pd.DataFrame, contexte: Contexte) -> pd.Series:
    """Le motif de refus de chaque ligne, ou vide."""
    locaux = nombres[list(LOCAUX)].sum(axis=1)
    trop = nombres[list(TRIMESTRES)].max(axis=1).gt(RACCORDABLES_MAX * locaux) & locaux.gt(0)
    motifs = pd.Series("", index=codes.index)
    motifs = motifs.mask(trop | locaux.gt(LOCAUX_MAX * list_populations(codes, contexte)), IMPROBABLE)
    motifs = motifs.mask(codes.isin(list_reduites(codes)), REDUITE)
    motifs = motifs.mask(codes.duplicated(keep=False), CODE_REPETE)
    return motifs.mask(nombres.isna().any(axis=1) | nombres.lt(0).any(axis=1), PAS_UN_NOMBRE)


def _values(sommes: pd.DataFrame) -> Iterator[pd.DataFrame]:
    locaux = sommes[list(LOCAUX)].sum(axis=1)
    for colonne, date in TRIMESTRES.items():
        # L'Arcep compte parfois plus de locaux raccordables que l'INSEE n'en recense : 100 % au plus.
        part = (sommes[colonne] / locaux.where(locaux.gt(0))).clip(upper=1.0)
        yield build_valeurs("fibre_locaux", locaux, date)
        yield build_valeurs("fibre_locaux_raccordables", sommes[colonne], date)
        yield build_valeurs("fibre_part_raccordable", part, date)
