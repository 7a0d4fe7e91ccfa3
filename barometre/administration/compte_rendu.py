"""Le compte rendu d'un fichier : chaque ligne non chargée, pourquoi, que faire ; le compte tombe juste."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from barometre.ingest.answers import HORS_LISTE
from barometre.ingest.entetes import PROPOSER
from barometre.ingest.errors import Rejet
from barometre.ingest.identity import CODE_POSTAL, CONTRADICTOIRE, SANS_IDENTIFIANT
from barometre.ingest.lot import Lot, write_equation
from barometre.pipeline.tardives import TOUT_DE_SUITE
from barometre.views.lecture.tableau import build_tableau

COLONNES = ("sort", "ligne", "colonne", "valeur_recue", "motif_rejet", "remede")
COLONNES_REUNIES = ("fautes", "premiere_ligne", "colonne", "valeur_recue", "motif_rejet", "remede")
EN_QUARANTAINE, DOUBLON, IGNOREE = "quarantaine", "doublon", "ignorée"
ATTACHER = "Rattachez la collectivité (vue Quarantaine), ou corrigez l'identifiant dans le fichier."
RAPPROCHER = "Rapprochez cette valeur d'une réponse (vue Quarantaine), ou corrigez la cellule."
CORRIGER = "Corrigez la cellule dans le fichier, et déposez-le de nouveau."
RIEN = "Rien : une autre réponse de cette collectivité est retenue, ou la ligne n'en porte pas."
# Le début des motifs d'identité (`ingest.identity`) : la suite nomme un numéro ou une commune.
_IDENTITE = (
    SANS_IDENTIFIANT, CONTRADICTOIRE.partition("{")[0], CODE_POSTAL.partition("{")[0], "Ce SIREN", "Ce SIRET",
    "Ce code", "Un SIREN", "Un SIRET", "Un code INSEE", "La clé de contrôle", "Une intercommunalité",
)  # fmt: skip
# Ce que la commande dit par ses options, et la page par ses cases.
_PAR_LA_PAGE = {
    PROPOSER: "Dites ci-dessous ce que désigne chaque colonne.",
    TOUT_DE_SUITE: "",
    "--complement": "« Ajouter aux réponses en service »",
}


@dataclass(frozen=True, slots=True)
class CompteRendu:
    """L'équation, ce qui change dans les comptes, les lignes non chargées, ce qui demande un accord."""

    equation: str
    phrases: tuple[str, ...]
    lignes: pd.DataFrame
    deja_charge: bool
    a_confirmer: tuple[str, ...]
    lot_id: str = ""


def build_compte_rendu(lot: Lot) -> CompteRendu:
    """Le compte rendu d'un lot lu."""
    phrases = (*list_avant_apres(lot), *lot.avertissements)
    return CompteRendu(
        f"{write_equation(lot.count_lignes())}.",
        phrases,
        build_lignes(lot),
        lot.deja_charge,
        lot.a_confirmer,
        lot.lot_id,
    )


def write_pour_la_page(phrase: str) -> str:
    """La phrase d'une lecture, dans les mots de la page : personne n'y lance de commande."""
    for mots, remplaces in _PAR_LA_PAGE.items():
        phrase = phrase.replace(mots, remplaces)
    return phrase


def is_identite(motif: str) -> bool:
    """Vrai si la ligne attend qu'on lui dise sa collectivité."""
    return motif.startswith(_IDENTITE)


def is_valeur(motif: str) -> bool:
    """Vrai si la cellule attend qu'on la rapproche d'une réponse possible."""
    return motif == HORS_LISTE


def find_remede(motif: str) -> str:
    """Ce qui ferait charger la ligne."""
    if is_identite(motif):
        return ATTACHER
    return RAPPROCHER if is_valeur(motif) else CORRIGER


def build_lignes(lot: Lot) -> pd.DataFrame:
    """Toutes les lignes non chargées, chaque faute à sa ligne du fichier."""
    return build_tableau(_iter_lignes(lot), COLONNES)


def merge_fautes(lignes: pd.DataFrame) -> pd.DataFrame:
    """La même faute sur mille lignes est une faute : réunies, la plus fréquente d'abord."""
    cles = ["colonne", "valeur_recue", "motif_rejet", "remede"]
    reunies = lignes.groupby(cles, sort=False, dropna=False).agg(
        fautes=("ligne", "size"), premiere_ligne=("ligne", "min")
    )
    triees = reunies.reset_index().sort_values(["fautes", "premiere_ligne"], ascending=[False, True])
    return build_tableau(triees[list(COLONNES_REUNIES)].itertuples(index=False, name=None), COLONNES_REUNIES)


def _iter_lignes(lot: Lot) -> Iterator[tuple[object, ...]]:
    for sort, rejets in (
        (EN_QUARANTAINE, lot.rejets), (DOUBLON, lot.lignes_doublons), (IGNOREE, lot.lignes_ignorees)
    ):  # fmt: skip
        for rejet in rejets:
            remede = find_remede(rejet.motif) if sort == EN_QUARANTAINE else RIEN
            yield _describe(sort, rejet, remede)


def _describe(sort: str, rejet: Rejet, remede: str) -> tuple[object, ...]:
    return sort, rejet.ligne, rejet.colonne, rejet.valeur, rejet.motif, remede


def list_avant_apres(lot: Lot) -> list[str]:
    """Les répondantes avant et après, puis les questions dont le nombre de réponses change."""
    if not lot.avant_apres or lot.deja_charge:
        return []
    repondantes, *questions = lot.avant_apres
    phrases = [f"Répondantes : {repondantes.avant} avant, {repondantes.apres} après."]
    if changees := [f"{q.objet} {q.avant} → {q.apres}" for q in questions if q.avant != q.apres]:
        phrases.append(f"Réponses par question : {', '.join(changees)}.")
    return phrases
