"""Compétences des groupements (BANATIC, DGCL) : celles des EPCI à fiscalité propre, par code.

Un code n'est nommé que si son libellé est sourcé : la liste de 41 libellés publiée dans le dépôt
incubateur-ademe/territoires-en-transitions (table `banatic_competence`). Les autres ne font que nombre.
"""

from __future__ import annotations

from pathlib import Path

from barometre.sources.contexte import Contexte, reject_rows
from barometre.sources.lecture import Brut, read_csv
from barometre.sources.resultat import Resultat, build_resultat, build_valeurs, join_valeurs

COLONNES = ("siren", "code_competence")
# « Acquisition en commun de matériel », « Délivrance des autorisations d'occupation du sol ».
COMPETENCES = {"9920": "competence_achat_materiel", "4560": "competence_autorisations_urbanisme"}
PAS_UN_EPCI = "Ce groupement n'est pas un EPCI du référentiel (syndicat, ou EPCI disparu)."
DOUBLON = "Cette compétence du groupement est déjà dans le fichier."


def read(chemin: Path) -> Brut:
    """Le fichier tel qu'il est."""
    return read_csv(chemin, COLONNES)


def rows(brut: Brut, contexte: Contexte) -> Resultat:
    """Par EPCI présent dans le fichier : le nombre de compétences, et deux compétences nommées."""
    doubles = brut.frame.duplicated(list(COLONNES))
    frame = brut.frame[~doubles].assign(collectivite_id="epci-" + brut.frame["siren"])
    autres = ~contexte.is_known(frame["collectivite_id"])
    epci = frame[~autres].groupby("collectivite_id")["code_competence"]
    valeurs = [build_valeurs("competences_nombre", epci.nunique().astype("float64"), contexte.periode)]
    for code, indicateur_id in COMPETENCES.items():
        exercant = set(frame.loc[frame["code_competence"].eq(code), "collectivite_id"])
        exercee = epci.nunique().index.to_series().isin(exercant).astype("float64")
        valeurs.append(build_valeurs(indicateur_id, exercee, contexte.periode))
    rejets = [
        *brut.rejets,
        *reject_rows(brut.frame[doubles], "code_competence", DOUBLON),
        *reject_rows(frame[autres], "siren", PAS_UN_EPCI),
    ]
    return build_resultat(brut.lus, rejets, valeurs=join_valeurs(valeurs))
