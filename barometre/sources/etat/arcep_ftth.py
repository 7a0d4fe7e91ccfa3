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
from barometre.sources.departements import list_contradictions, list_par_habitant, list_rangs
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
# La classe, en pour cent, que l'Arcep donne à la part raccordable du dernier trimestre, et son plafond.
CLASSE, DERNIER = "categorie_pct_2018T1", "locaux_raccordables_2018T1"
CLASSES = {
    "0": (0.0, 0.0),
    "5": (0.0, 0.1),
    "10": (0.1, 0.25),
    "25": (0.25, 0.5),
    "50": (0.5, 0.8),
    "80": (0.8, 9.0),
}
ARRONDI = 0.01
AUTRE_CLASSE = "La part de locaux raccordables n'est pas celle que dit sa classe."
# D'un trimestre au suivant, dans quatre communes du pays (trois du Tarn), les raccordables tombent à moins de
# la moitié : six d'un même département sont une colonne décalée. Sous vingt, tout bouge.
RETOMBEE, RETOMBEES, RACCORDABLES_MIN = 0.5, 6, 20
# Par habitant d'un département, de 0,277 (Guyane) à 0,924, et de 0,015 à 0,071 ; la moitié du moins, le
# double du plus. Mayotte, à zéro établissement, a trop peu de communes pour être jugée.
PAR_HABITANT = {"logements": (0.13, 2.0), "etablissements": (0.007, 0.15)}


def read(chemin: Path) -> Brut:
    """Le fichier tel qu'il est."""
    return read_csv(chemin, COLONNES, (CLASSE,))


def rows(brut: Brut, contexte: Contexte) -> Resultat:
    """Par commune actuelle et par date : locaux, locaux raccordables, et leur part.

    Les communes fusionnées depuis 2018 sont additionnées avant de former la part ; celles qui se sont
    séparées depuis n'ont pas de valeur.
    """
    nombres = pd.DataFrame({c: read_numbers(brut.frame[c]) for c in (*TRIMESTRES, *LOCAUX)})
    motifs = _list_motifs(brut.frame, nombres, contexte)
    bonnes = motifs.eq("")
    recodage = recode_communes(brut.frame[["code"]][bonnes].join(nombres[bonnes]), "code", contexte)
    sommes = sum_communes(recodage, brut.frame.loc[~bonnes, "code"], [*TRIMESTRES, *LOCAUX], contexte)
    rejets = [*brut.rejets, *reject_motifs(brut.frame, "code", motifs), *recodage.rejets]
    ruptures = (
        *list_contradictions(motifs.isin((IMPROBABLE, AUTRE_CLASSE)), brut.frame["code"], "locaux, classe"),
        *list_contradictions(
            _is_retombee(nombres), brut.frame["code"], "d'un trimestre à l'autre", trop=RETOMBEES
        ),
        *list_rangs(sommes[list(LOCAUX)], contexte),
        *list_par_habitant(sommes, PAR_HABITANT, contexte),
    )
    return build_resultat(
        brut.lus,
        rejets,
        recodage.recodes,
        recodage.fusionnes,
        valeurs=join_valeurs(_values(sommes)),
        ruptures=ruptures,
    )


def _list_motifs(frame: pd.DataFrame, nombres: pd.DataFrame, contexte: Contexte) -> pd.Series:
    """Le motif de refus de chaque ligne, ou vide."""
    codes, locaux = frame["code"], nombres[list(LOCAUX)].sum(axis=1)
    trop = nombres[list(TRIMESTRES)].max(axis=1).gt(RACCORDABLES_MAX * locaux) & locaux.gt(0)
    motifs = pd.Series("", index=codes.index)
    if CLASSE in frame:
        motifs = motifs.mask(_is_autre_classe(frame[CLASSE], nombres[DERNIER] / locaux), AUTRE_CLASSE)
    motifs = motifs.mask(trop | locaux.gt(LOCAUX_MAX * list_populations(codes, contexte)), IMPROBABLE)
    motifs = motifs.mask(codes.isin(list_reduites(codes)), REDUITE)
    motifs = motifs.mask(codes.duplicated(keep=False), CODE_REPETE)
    return motifs.mask(nombres.isna().any(axis=1) | nombres.lt(0).any(axis=1), PAS_UN_NOMBRE)


def _is_autre_classe(classes: pd.Series, parts: pd.Series) -> pd.Series:
    """Vrai d'une part qui sort de sa classe ; une classe inconnue ne dit rien."""
    bas, haut = (classes.map({nom: bornes[i] for nom, bornes in CLASSES.items()}) for i in (0, 1))
    return parts.lt(bas - ARRONDI) | parts.gt(haut + ARRONDI)


def _is_retombee(nombres: pd.DataFrame) -> pd.Series:
    """Vrai d'une commune dont les locaux raccordables ont chuté d'un trimestre au suivant."""
    avant, apres = (nombres[list(TRIMESTRES)].iloc[:, coupe] for coupe in (slice(-1), slice(1, None)))
    chutes = (apres.to_numpy() < RETOMBEE * avant.to_numpy()) & (avant.to_numpy() > RACCORDABLES_MIN)
    return pd.Series(chutes.any(axis=1), index=nombres.index)


def _values(sommes: pd.DataFrame) -> Iterator[pd.DataFrame]:
    locaux = sommes[list(LOCAUX)].sum(axis=1)
    for colonne, date in TRIMESTRES.items():
        # L'Arcep compte parfois plus de locaux raccordables que l'INSEE n'en recense : 100 % au plus.
        part = (sommes[colonne] / locaux.where(locaux.gt(0))).clip(upper=1.0)
        yield build_valeurs("fibre_locaux", locaux, date)
        yield build_valeurs("fibre_locaux_raccordables", sommes[colonne], date)
        yield build_valeurs("fibre_part_raccordable", part, date)
