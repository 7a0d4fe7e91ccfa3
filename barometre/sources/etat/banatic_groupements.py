"""Groupements de collectivités (BANATIC, DGCL) : leur nombre par département du siège."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from barometre.sources.contexte import Contexte, reject_rows
from barometre.sources.lecture import Brut, read_csv
from barometre.sources.presence import fill_zeros
from barometre.sources.resultat import Resultat, build_resultat, build_valeurs

COLONNES = ("siren", "departement", "nature")
# Les EPCI à fiscalité propre et les EPT sont déjà des collectivités du référentiel.
DEJA_COMPTES = ("CC", "CA", "CU", "METRO", "EPT")
DEPARTEMENT_INCONNU = "Ce département n'est pas dans le référentiel."
DOUBLON = "Ce groupement est déjà dans le fichier."
INDICATEUR = "syndicats_siege"


def read(chemin: Path) -> Brut:
    """Le fichier tel qu'il est."""
    return read_csv(chemin, COLONNES)


def rows(brut: Brut, contexte: Contexte) -> Resultat:
    """Par département du siège, le nombre de syndicats et de pôles (hors EPCI à fiscalité propre)."""
    doubles = brut.frame["siren"].duplicated()
    frame = brut.frame[~doubles]
    territoires = "departement-" + frame["departement"]
    inconnus = ~contexte.territoires.is_known(territoires)
    syndicats = (~frame["nature"].isin(DEJA_COMPTES)).astype("float64")
    comptes = syndicats[~inconnus].groupby(territoires).sum()
    cadre = contexte.collectivites
    departements = cadre.loc[cadre["type"].eq("departement") & cadre["code"].ne("6AE"), "collectivite_id"]
    serie = fill_zeros(comptes, pd.Index(departements), contexte.territoires.regions)
    rejets = [
        *brut.rejets,
        *reject_rows(brut.frame[doubles], "siren", DOUBLON),
        *reject_rows(frame[inconnus], "departement", DEPARTEMENT_INCONNU),
    ]
    return build_resultat(brut.lus, rejets, valeurs=build_valeurs(INDICATEUR, serie, contexte.periode))
