"""Baromètre des résultats de l'action publique (DITP) : départements, régions, France, 2022-2024.

Le fichier mêle valeurs observées, valeurs de départ et cibles : seules les premières sont des mesures.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from barometre.domain.territoire import FRANCE
from barometre.sources.contexte import Contexte, read_numbers, reject_rows
from barometre.sources.lecture import Brut, read_csv
from barometre.sources.resultat import Resultat, build_resultat, build_valeurs, join_valeurs

OBSERVEE = "indic_va"
COLONNES = ("indic_id", "metric_enforce_date", "maille", "code_geo", OBSERVEE)
# indic_id → indicateur, et par combien diviser (les pourcentages deviennent des parts)
POUR_CENT = 100
INDICATEURS = {
    "IND-246": ("france_services_satisfaction", POUR_CENT),
    "IND-306": ("fibre_deploiement", POUR_CENT),
    "IND-323": ("france_services_actes", 1),
    "IND-324": ("zones_4g", 1),
    "IND-734": ("aidants_numeriques_formes", 1),
    "IND-736": ("accompagnements_conseillers", 1),
}
# « 94 » est un département et une région : la maille décide.
PREFIXES = {"DEPT": "departement-", "REG": "region-"}
HORS_SUJET = "Cet indicateur ne parle pas de numérique."
PAS_OBSERVEE = "Valeur de départ ou cible à atteindre : ce n'est pas une valeur observée."
TERRITOIRE_INCONNU = "Ce territoire n'est pas dans le référentiel."
IMPOSSIBLE = "La valeur est négative, ou c'est une part qui dépasse 100 %."
PAS_UN_NOMBRE = "La valeur observée n'est pas un nombre."


def read(chemin: Path) -> Brut:
    """Le fichier tel qu'il est."""
    return read_csv(chemin, COLONNES)


def rows(brut: Brut, contexte: Contexte) -> Resultat:
    """Une valeur par indicateur, territoire et date d'observation."""
    frame = brut.frame.assign(
        valeur=read_numbers(brut.frame[OBSERVEE]), territoire_id=_territories(brut.frame)
    )
    motifs = _motifs(frame, contexte)
    bonnes = frame[motifs.eq("")]
    rejets = [
        rejet
        for motif, lignes in frame[motifs.ne("")].groupby(motifs[motifs.ne("")])
        for rejet in reject_rows(lignes, _column_of(str(motif)), str(motif))
    ]
    valeurs = [_values(lignes, str(code)) for code, lignes in bonnes.groupby("indic_id")]
    return build_resultat(brut.lus, [*brut.rejets, *rejets], valeurs=join_valeurs(valeurs))


def _territories(frame: pd.DataFrame) -> pd.Series:
    prefixes = frame["maille"].map(PREFIXES)
    return (prefixes + frame["code_geo"]).mask(frame["maille"].eq("NAT"), FRANCE).fillna("")


def _motifs(frame: pd.DataFrame, contexte: Contexte) -> pd.Series:
    """Le premier motif de refus de chaque ligne, ou vide."""
    connus = contexte.territoires.is_known(frame["territoire_id"]) | frame["territoire_id"].eq(FRANCE)
    motifs = pd.Series("", index=frame.index)
    motifs = motifs.mask(frame["valeur"].isna(), PAS_UN_NOMBRE)
    motifs = motifs.mask(_is_impossible(frame), IMPOSSIBLE)
    motifs = motifs.mask(~connus, TERRITOIRE_INCONNU)
    motifs = motifs.mask(frame[OBSERVEE].eq(""), PAS_OBSERVEE)
    return motifs.mask(~frame["indic_id"].isin(INDICATEURS), HORS_SUJET)


def _is_impossible(frame: pd.DataFrame) -> pd.Series:
    """Vrai pour un nombre négatif, ou un pourcentage de plus de 100."""
    parts = [code for code, (_, diviseur) in INDICATEURS.items() if diviseur == POUR_CENT]
    return frame["valeur"].lt(0) | (frame["indic_id"].isin(parts) & frame["valeur"].gt(POUR_CENT))


def _column_of(motif: str) -> str:
    colonnes = {HORS_SUJET: "indic_id", TERRITOIRE_INCONNU: "code_geo", PAS_OBSERVEE: "metric_enforce_date"}
    return colonnes.get(motif, OBSERVEE)


def _values(lignes: pd.DataFrame, code: str) -> pd.DataFrame:
    indicateur_id, diviseur = INDICATEURS[code]
    uniques = lignes.drop_duplicates(["territoire_id", "metric_enforce_date"], keep="last")
    serie = uniques.set_index("territoire_id")["valeur"] / diviseur
    return build_valeurs(indicateur_id, serie, uniques["metric_enforce_date"].set_axis(serie.index))
