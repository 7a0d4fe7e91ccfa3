"""Première version du baromètre de l'action publique (Etalab) : fibre et France services, 2017-2022."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from barometre.sources.contexte import Contexte, read_numbers, reject_rows
from barometre.sources.lecture import Brut, read_csv
from barometre.sources.resultat import Resultat, build_resultat, build_valeurs, join_valeurs

COLONNES = ("id_indicateur", "code_departement", "date", "valeur")
POUR_CENT = 100
INDICATEURS = {
    "nb-labellisations-france-services": ("france_services_labellisations", 1),
    "taux-deploiement-fibre": ("fibre_deploiement_2017_2022", POUR_CENT),
}
INDICATEUR_INCONNU = "Cet indicateur n'est pas de ceux que l'on attend."
DEPARTEMENT_INCONNU = "Ce département n'est pas dans le référentiel."
PAS_UN_NOMBRE = "La valeur n'est pas un nombre, est négative, ou est une part qui dépasse 100 %."


def read(chemin: Path) -> Brut:
    """Le fichier tel qu'il est."""
    return read_csv(chemin, COLONNES)


def rows(brut: Brut, contexte: Contexte) -> Resultat:
    """Une valeur par indicateur, département et date."""
    frame = brut.frame.assign(
        nombre=read_numbers(brut.frame["valeur"]),
        territoire_id="departement-" + brut.frame["code_departement"],
    )
    autre = ~frame["id_indicateur"].isin(INDICATEURS)
    ailleurs = ~autre & ~contexte.territoires.is_known(frame["territoire_id"])
    faux = ~autre & ~ailleurs & ~_is_possible(frame)
    bonnes = frame[~(autre | ailleurs | faux)]
    rejets = [
        *brut.rejets,
        *reject_rows(frame[autre], "id_indicateur", INDICATEUR_INCONNU),
        *reject_rows(frame[ailleurs], "code_departement", DEPARTEMENT_INCONNU),
        *reject_rows(frame[faux], "valeur", PAS_UN_NOMBRE),
    ]
    valeurs = [_values(lignes, str(nom)) for nom, lignes in bonnes.groupby("id_indicateur")]
    return build_resultat(brut.lus, rejets, valeurs=join_valeurs(valeurs))


def _is_possible(frame: pd.DataFrame) -> pd.Series:
    """Vrai pour un nombre positif ; un pourcentage ne dépasse pas 100."""
    parts = [nom for nom, (_, diviseur) in INDICATEURS.items() if diviseur == POUR_CENT]
    return frame["nombre"].ge(0) & ~(frame["id_indicateur"].isin(parts) & frame["nombre"].gt(POUR_CENT))


def _values(lignes: pd.DataFrame, nom: str) -> pd.DataFrame:
    indicateur_id, diviseur = INDICATEURS[nom]
    uniques = lignes.drop_duplicates(["territoire_id", "date"], keep="last")
    serie = uniques.set_index("territoire_id")["nombre"] / diviseur
    return build_valeurs(indicateur_id, serie, uniques["date"].set_axis(serie.index))
