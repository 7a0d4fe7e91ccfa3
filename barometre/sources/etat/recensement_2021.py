"""Recensement de la population (Insee, 2021) : âges et logements par commune, en codes de 2024.

Le fichier est fourni avec l'application : de vraies données sont là dès le premier démarrage.
"""

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

NOMBRES = (
    "population",
    "population_65_plus",
    "logements",
    "residences_principales",
    "residences_secondaires",
    "residences_principales_appartement",
)
COLONNES = ("code", *NOMBRES)
PAS_UN_NOMBRE = "Un nombre manque, est négatif, ou n'est pas un nombre."
# D'une commune de cent habitants, le vrai fichier n'en dit jamais plus de 1,7 fois celle du référentiel
# de 2023, ni moins de sept dixièmes (communes réduites mises à part).
RAPPORT_MAX = 2
IMPROBABLE = "Cette population est plus du double, ou moins de la moitié, de celle du référentiel."
INCOHERENT = "Une partie dépasse son tout (65 ans et plus, résidences)."
# Résidences principales et secondaires, arrondies chacune, dépassent parfois leur somme d'une.
ARRONDI = 1
# Les résidences secondaires ne suivent pas la population : la plage n'est pas une affaire d'habitants.
SUIVANT_LA_POPULATION = tuple(nom for nom in NOMBRES if nom != "residences_secondaires")
# Par habitant d'un département, le vrai fichier va de 0,058 (Guyane) à 0,309, de 0,335 à 0,975, de 0,29 à
# 0,54 et de 0,005 à 0,444 : la moitié du moins, le double du plus.
PAR_HABITANT = {
    "population_65_plus": (0.03, 0.6),
    "logements": (0.17, 2.0),
    "residences_principales": (0.15, 1.1),
    "residences_secondaires": (0.002, 0.9),
}
# part : (partie, tout)
PARTS = {
    "part_65_ans_et_plus": ("population_65_plus", "population"),
    "part_residences_secondaires": ("residences_secondaires", "logements"),
    "part_residences_appartement": ("residences_principales_appartement", "residences_principales"),
}
SOMMES = {
    "habitants_recenses": "population",
    "logements_recenses": "logements",
    "residences_principales": "residences_principales",
}


def read(chemin: Path) -> Brut:
    """Le fichier tel qu'il est."""
    return read_csv(chemin, COLONNES)


def rows(brut: Brut, contexte: Contexte) -> Resultat:
    """Par commune actuelle : habitants, logements, et trois parts ; une part sans base n'a pas de valeur.

    Arrondissements et communes fusionnées sont additionnés avant de former les parts.
    """
    nombres = pd.DataFrame({c: read_numbers(brut.frame[c]) for c in NOMBRES})
    motifs = _list_motifs(brut.frame["code"], nombres, contexte)
    bonnes = motifs.eq("")
    recodage = recode_communes(brut.frame[["code"]][bonnes].join(nombres[bonnes]), "code", contexte)
    sommes = sum_communes(recodage, brut.frame.loc[~bonnes, "code"], list(NOMBRES), contexte)
    ruptures = (
        *list_contradictions(
            motifs.isin((IMPROBABLE, INCOHERENT)), brut.frame["code"], "une partie, son tout"
        ),
        *list_rangs(sommes[list(SUIVANT_LA_POPULATION)], contexte),
        *list_par_habitant(sommes, PAR_HABITANT, contexte),
    )
    return build_resultat(
        brut.lus,
        [*brut.rejets, *reject_motifs(brut.frame, "code", motifs), *recodage.rejets],
        recodage.recodes,
        recodage.fusionnes,
        valeurs=join_valeurs(_list_valeurs(sommes, contexte.periode)),
        ruptures=ruptures,
    )


def _list_motifs(codes: pd.Series, nombres: pd.DataFrame, contexte: Contexte) -> pd.Series:
    """Le motif de refus de chaque ligne, ou vide."""
    attendus = list_populations(codes, contexte)
    actuels = contexte.territoires.cog.apply(codes)["code"]
    rapports = nombres["population"].groupby(actuels).transform("sum") / attendus
    motifs = pd.Series("", index=codes.index)
    motifs = motifs.mask(rapports.gt(RAPPORT_MAX) | rapports.lt(1 / RAPPORT_MAX), IMPROBABLE)
    motifs = motifs.mask(codes.isin(list_reduites(codes)), REDUITE)
    motifs = motifs.mask(codes.duplicated(keep=False), CODE_REPETE)
    for partie, tout in PARTS.values():
        motifs = motifs.mask(nombres[partie].gt(nombres[tout]), INCOHERENT)
    residences = nombres["residences_principales"] + nombres["residences_secondaires"]
    motifs = motifs.mask(residences.gt(nombres["logements"] + ARRONDI), INCOHERENT)
    return motifs.mask(nombres.isna().any(axis=1) | nombres.lt(0).any(axis=1), PAS_UN_NOMBRE)


def _list_valeurs(sommes: pd.DataFrame, periode: str) -> Iterator[pd.DataFrame]:
    for indicateur_id, colonne in SOMMES.items():
        yield build_valeurs(indicateur_id, sommes[colonne], periode)
    for indicateur_id, (partie, tout) in PARTS.items():
        yield build_valeurs(indicateur_id, sommes[partie] / sommes[tout].where(sommes[tout].gt(0)), periode)
