"""Compétences des groupements (BANATIC, DGCL) : celles des EPCI à fiscalité propre, par code.

Un code n'est nommé que si son libellé est sourcé : la liste de 41 libellés publiée dans le dépôt
incubateur-ademe/territoires-en-transitions (table `banatic_competence`). Les autres ne font que nombre.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from barometre.sources.contexte import Contexte, reject_rows
from barometre.sources.lecture import REPETEE, Brut, read_csv
from barometre.sources.resultat import Resultat, build_resultat, build_valeurs, join_valeurs
from barometre.sources.siren import is_siren

COLONNES = ("siren", "code_competence")
# « Acquisition en commun de matériel », « Délivrance des autorisations d'occupation du sol ».
COMPETENCES = {"9920": "competence_achat_materiel", "4560": "competence_autorisations_urbanisme"}
PAS_UN_EPCI = "Ce groupement n'est pas un EPCI du référentiel (syndicat, ou EPCI disparu)."
PAS_UN_CODE = "Ce n'est pas un code de compétence : quatre chiffres."
CODE = r"\d{4}"
# Les suites de lignes d'un même groupement : une dans le vrai fichier, près de six dans le désordre.
SUITES_MAX = 1.5
DOUBLON = "Cette compétence du groupement est déjà dans le fichier."


def read(chemin: Path) -> Brut:
    """Le fichier tel qu'il est."""
    return read_csv(chemin, COLONNES)


def rows(brut: Brut, contexte: Contexte) -> Resultat:
    """Par EPCI présent dans le fichier : le nombre de compétences, et deux compétences nommées."""
    tout = brut.frame.assign(collectivite_id="epci-" + brut.frame["siren"])
    autres = ~contexte.is_known(tout["collectivite_id"])
    doubles = ~autres & brut.frame.duplicated(list(COLONNES))
    illisibles = ~autres & ~doubles & ~brut.frame["code_competence"].str.fullmatch(CODE)
    # Une ligne répétée, ou illisible, en cache une autre : le compte de son groupement n'est pas su.
    douteux = set(tout.loc[doubles | illisibles, "collectivite_id"]) | _list_voisins(
        brut, tout["collectivite_id"]
    )
    frame = tout[~autres & ~tout["collectivite_id"].isin(douteux)]
    epci = frame.groupby("collectivite_id")["code_competence"]
    valeurs = [build_valeurs("competences_nombre", epci.nunique().astype("float64"), contexte.periode)]
    for code, indicateur_id in COMPETENCES.items():
        exercant = set(frame.loc[frame["code_competence"].eq(code), "collectivite_id"])
        exercee = epci.nunique().index.to_series().isin(exercant).astype("float64")
        valeurs.append(build_valeurs(indicateur_id, exercee, contexte.periode))
    rejets = [
        *brut.rejets,
        *reject_rows(brut.frame[doubles], "code_competence", DOUBLON),
        *reject_rows(brut.frame[illisibles], "code_competence", PAS_UN_CODE),
        *reject_rows(brut.frame[autres], "siren", PAS_UN_EPCI),
    ]
    return build_resultat(brut.lus, rejets, valeurs=join_valeurs(valeurs))


def _list_voisins(brut: Brut, groupements: pd.Series) -> set[str]:
    """Les groupements à côté d'une ligne cassée, ou au SIREN illisible, si le fichier va de l'un à l'autre.

    Un fichier dans le désordre ne dit pas de qui est une telle ligne : elle n'est que rejetée.
    """
    suites = int(groupements.ne(groupements.shift()).sum())
    if suites > SUITES_MAX * groupements.nunique():
        return set()
    illisibles = groupements.index[~brut.frame["siren"].map(is_siren)].tolist()
    brisees = [rejet.ligne for rejet in brut.rejets if rejet.motif != REPETEE]
    bonnes = groupements.drop(illisibles)
    rangs = bonnes.index.searchsorted([*illisibles, *brisees])
    return {bonnes.iloc[r] for rang in rangs for r in (rang - 1, rang) if 0 <= r < len(bonnes)}
