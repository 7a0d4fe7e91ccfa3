"""Les questions à choix multiple : une colonne par option, un classement, ou une liste dans une cellule."""

from __future__ import annotations

from functools import partial

import numpy as np

from barometre.domain.enquete import Option, Question
from barometre.ingest.answers import (
    COUPURES,
    NE_SAIT_PAS,
    NON_CONCERNE,
    REPONDU,
    SANS_REPONSE,
    Cellule,
    Colonne,
    Reponses,
    build_option_keys,
    mask_personal,
    read_column,
    read_etat,
)
from barometre.ingest.columns import Plan
from barometre.ingest.labels import clean_label
from barometre.ingest.vocabulary import load_vocabulary

HORS_LISTE = "Cette réponse n'est pas dans la liste des réponses possibles."


def read_multiple(
    question: Question, plan: Plan, colonnes: tuple[Colonne, ...], valeurs: dict[str, str]
) -> Reponses:
    """Choisit la forme sous laquelle la question est écrite."""
    if question.id in plan.options or question.id in plan.nsp:
        return _read_cases(question, plan, colonnes)
    rangs = plan.rangs.get(question.id) or [plan.questions[question.id]]
    return _read_listes(question, rangs, colonnes, valeurs)


def _is_autre(option: Option) -> bool:
    return option.id.startswith("autre")


def _read_case(question: Question, option: Option | None, texte: str) -> Cellule:
    """Une case : cochée, non cochée, vide, « N/A » ; le texte libre de « Autre » la coche."""
    mots, cle = load_vocabulary(), clean_label(texte)
    if cle in mots.coche:
        return Cellule(REPONDU, 1.0)
    if cle in mots.non_coche:
        return Cellule(REPONDU, 0.0)
    if option is not None and cle and cle in {clean_label(option.libelle), clean_label(option.code)}:
        return Cellule(REPONDU, 1.0)
    if etat := read_etat(question, cle or texte):
        return etat
    if option is None or _is_autre(option):
        return Cellule(REPONDU, 1.0, texte=mask_personal(texte))
    return Cellule(SANS_REPONSE, motif="Une case se remplit par « Oui » ou « Non » (« Y » ou vide).")


def _read_cases(question: Question, plan: Plan, colonnes: tuple[Colonne, ...]) -> Reponses:
    options = [o for o in question.options if o.id in plan.options[question.id]]
    etats, cases, rejets = [], [], []
    for option in options:
        rang = plan.options[question.id][option.id]
        etat, valeur, _, refus = read_column(colonnes[rang], partial(_read_case, question, option), rang)
        etats.append(etat)
        cases.append(np.nan_to_num(valeur))
        rejets += refus
    n = len(colonnes[0])
    matrice = np.column_stack(cases) if cases else np.zeros((n, 0))
    vus = np.column_stack(etats) if etats else np.full((n, 0), SANS_REPONSE, dtype=np.int8)
    ids, vide = tuple(o.id for o in options), np.full(n, "", dtype=object)
    lues = Reponses(question, np.full(n, SANS_REPONSE, dtype=np.int8), matrice, vide, ids, rejets)
    _add_autre(plan, colonnes, lues, vus)
    lues.etats = _etat_cases(matrice, vus, _nsp(question, plan, colonnes))
    return lues


def _nsp(question: Question, plan: Plan, colonnes: tuple[Colonne, ...]) -> np.ndarray:
    rang = plan.nsp.get(question.id)
    if rang is None:
        return np.zeros(len(colonnes[0]), dtype=bool)
    _, valeur, _, _ = read_column(colonnes[rang], partial(_read_case, question, None), rang)
    return valeur == 1


def _add_autre(plan: Plan, colonnes: tuple[Colonne, ...], lues: Reponses, vus: np.ndarray) -> None:
    """La colonne `[other]` coche l'option « Autre » du catalogue, s'il en a une, et garde son texte."""
    rang = plan.autres.get(lues.question.id)
    place = next((i for i, option in enumerate(lues.options) if option.startswith("autre")), None)
    if rang is None or place is None:
        return
    _, valeur, libre, _ = read_column(colonnes[rang], partial(_read_case, lues.question, None), rang)
    coche = valeur == 1
    lues.valeurs[coche, place] = 1.0
    vus[coche, place] = REPONDU
    lues.textes[coche] = libre[coche]


def _etat_cases(matrice: np.ndarray, vus: np.ndarray, nsp: np.ndarray) -> np.ndarray:
    """Une case vide à côté d'une case cochée est « non cochée » ; aucune case cochée est « sans réponse ».

    Un export par codes écrit la même cellule vide pour une question non posée, pas encore atteinte, ou vue
    sans rien cocher ; « réponses complètes » y met « N/A » ou « Non ». Ce que les cellules taisent se
    décide ensuite (`apply_conditions`), et de la même façon pour toutes ces formes.
    """
    coche = matrice.any(axis=1)
    etat = np.full(len(matrice), SANS_REPONSE, dtype=np.int8)
    etat[(vus == NON_CONCERNE).any(axis=1)] = NON_CONCERNE
    etat[(vus == NE_SAIT_PAS).any(axis=1) | nsp] = NE_SAIT_PAS
    etat[coche] = REPONDU
    return etat


def _read_listes(
    question: Question, rangs: list[int], colonnes: tuple[Colonne, ...], valeurs: dict[str, str]
) -> Reponses:
    """Un classement (une option par colonne) ou une liste séparée par des points-virgules ou des barres."""
    cles = build_option_keys(question, valeurs)
    n, k = len(colonnes[0]), len(question.options)
    matrice, etat = np.zeros((n, k)), np.full(n, SANS_REPONSE, dtype=np.int8)
    rejets: list[tuple[int, int, str]] = []
    for rang in rangs:
        for i, texte in enumerate(colonnes[rang]):
            lue, choisies = _read_liste(question, cles, texte)
            matrice[i, choisies] = 1.0
            etat[i] = min(etat[i], lue.etat)
            if lue.motif:
                rejets.append((i, rang, lue.motif))
    textes = np.full(n, "", dtype=object)
    return Reponses(question, etat, matrice, textes, tuple(o.id for o in question.options), rejets)


def _read_liste(question: Question, cles: dict[str, int], texte: str) -> tuple[Cellule, list[int]]:
    cle = clean_label(texte)
    if texte and cle in cles:
        return Cellule(REPONDU), [cles[cle]]
    if etat := read_etat(question, cle or texte):
        return etat, []
    parties = [clean_label(p) for p in COUPURES.split(texte) if p]
    if parties and all(p in cles for p in parties):
        return Cellule(REPONDU), [cles[p] for p in parties]
    return Cellule(SANS_REPONSE, motif=HORS_LISTE), []
