"""Compétences des groupements (BANATIC, DGCL) : celles des EPCI à fiscalité propre, par code.

Un code n'est nommé que si son libellé est sourcé : la liste de 41 libellés publiée dans le dépôt
incubateur-ademe/territoires-en-transitions (table `banatic_competence`). Les autres ne font que nombre.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from barometre.sources.contexte import Contexte, reject_motifs
from barometre.sources.departements import list_contradictions
from barometre.sources.lecture import REPETEE, Brut, read_csv
from barometre.sources.resultat import Resultat, build_resultat, build_valeurs, join_valeurs
from barometre.sources.siren import is_siren

COLONNES = ("siren", "code_competence")
# « Acquisition en commun de matériel », « Délivrance des autorisations d'occupation du sol ».
COMPETENCES = {"9920": "competence_achat_materiel", "4560": "competence_autorisations_urbanisme"}
PAS_UN_EPCI = "Ce groupement n'est pas un EPCI du référentiel (syndicat, ou EPCI disparu)."
PAS_UN_CODE = "Ce n'est pas un code de compétence : quatre chiffres."
INCOMPLET = "Il manque à ce groupement une compétence que tous exercent : d'autres lignes manquent peut-être."
CODE = r"\d{4}"
# Les quatre compétences que les 1 255 EPCI du vrai fichier ont tous ; aucune autre n'est à tous.
OBLIGATOIRES = ("1528", "1529", "1532", "3505")
MAJORITE = 0.5
# D'un département, la part des groupements fautifs qui met le fichier en cause : la moitié des lignes en fait
# quinze sur seize, une ligne perdue sur cent presque aucun.
FAUTIFS_MAX = 1 / 3
# Les suites de lignes d'un même groupement : une dans le vrai fichier, près de six dans le désordre.
SUITES_MAX = 1.5
DOUBLON = "Cette compétence du groupement est déjà dans le fichier."


def read(chemin: Path) -> Brut:
    """Le fichier tel qu'il est."""
    return read_csv(chemin, COLONNES)


def rows(brut: Brut, contexte: Contexte) -> Resultat:
    """Par EPCI présent dans le fichier : le nombre de compétences, et deux compétences nommées."""
    tout = brut.frame.assign(collectivite_id="epci-" + brut.frame["siren"])
    motifs = _list_motifs(tout, contexte)
    # Une ligne répétée, ou illisible, en cache une autre : le compte de son groupement n'est pas su.
    caches = set(tout.loc[motifs.isin((DOUBLON, PAS_UN_CODE)), "collectivite_id"])
    incomplets = _list_incomplets(tout[motifs.eq("")]) - caches
    voisins = _list_voisins(brut, tout["collectivite_id"])
    melanges = _list_melanges(tout[motifs.ne(PAS_UN_EPCI)])
    departements = contexte.territoires.departements.reindex(
        tout.loc[motifs.ne(PAS_UN_EPCI), "collectivite_id"].unique()
    )
    fautifs = departements.index.to_series().isin(incomplets | melanges)
    ruptures = tuple(
        list_contradictions(
            fautifs, departements.fillna(""), "compétences que tous exercent", part=FAUTIFS_MAX
        )
    )
    motifs = motifs.mask(motifs.eq("") & tout["collectivite_id"].isin(incomplets), INCOMPLET)
    connus = motifs.eq("") & ~tout["collectivite_id"].isin(caches | voisins | melanges)
    rejets = [*brut.rejets, *reject_motifs(brut.frame, "code_competence", motifs)]
    valeurs = join_valeurs(_values(tout[connus], contexte.periode))
    return build_resultat(brut.lus, rejets, valeurs=valeurs, ruptures=ruptures)


def _list_motifs(tout: pd.DataFrame, contexte: Contexte) -> pd.Series:
    """Le motif de refus de chaque ligne, ou vide."""
    motifs = pd.Series("", index=tout.index)
    motifs = motifs.mask(~tout["code_competence"].str.fullmatch(CODE), PAS_UN_CODE)
    motifs = motifs.mask(tout.duplicated(list(COLONNES)), DOUBLON)
    return motifs.mask(~contexte.territoires.is_known(tout["collectivite_id"]), PAS_UN_EPCI)


def _values(frame: pd.DataFrame, periode: str) -> Iterator[pd.DataFrame]:
    nombres = frame.groupby("collectivite_id")["code_competence"].nunique().astype("float64")
    yield build_valeurs("competences_nombre", nombres, periode)
    for code, indicateur_id in COMPETENCES.items():
        exercant = set(frame.loc[frame["code_competence"].eq(code), "collectivite_id"])
        yield build_valeurs(
            indicateur_id, nombres.index.to_series().isin(exercant).astype("float64"), periode
        )


def _list_incomplets(lignes: pd.DataFrame) -> set[str]:
    """Les groupements à qui manque une compétence que tous exercent, et peut-être d'autres lignes."""
    communes = lignes[lignes["code_competence"].isin(OBLIGATOIRES)]
    nombres = communes.groupby("collectivite_id")["code_competence"].nunique()
    return _list_exceptions(
        nombres.reindex(lignes["collectivite_id"].unique(), fill_value=0).eq(len(OBLIGATOIRES))
    )


def _list_melanges(lignes: pd.DataFrame) -> set[str]:
    """Les groupements dont les codes ne vont pas croissant : un SIREN a glissé sur la ligne d'un autre."""
    return _list_exceptions(lignes.groupby("collectivite_id")["code_competence"].agg(_is_croissante))


def _is_croissante(codes: pd.Series) -> bool:
    return bool(codes.is_monotonic_increasing)


def _list_exceptions(suivie: pd.Series) -> set[str]:
    """Les groupements hors d'une règle ; aucun si la plupart ne la suivent pas : c'est un autre fichier."""
    return set(suivie.index[~suivie]) if suivie.mean() > MAJORITE else set()


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
