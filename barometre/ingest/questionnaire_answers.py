"""Toutes les réponses d'un questionnaire : cellules, conditions, puis lignes de `fait_reponse`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from barometre.domain.enquete import ETATS_REPONSE, Question, Questionnaire
from barometre.ingest.answers import (
    NE_SAIT_PAS,
    NON_CONCERNE,
    REPONDU,
    SANS_REPONSE,
    Reponses,
    build_reader,
    mask_personal,
    read_column,
)
from barometre.ingest.columns import Plan
from barometre.ingest.export import Export
from barometre.ingest.mapping import Correspondance
from barometre.ingest.multiple import read_multiple

_ETATS = np.array(ETATS_REPONSE, dtype=object)


def read_answers(
    export: Export, plan: Plan, questionnaire: Questionnaire, correspondance: Correspondance
) -> dict[str, Reponses]:
    """Les réponses de chaque question ; une question absente du fichier est « sans réponse » partout."""
    valeurs = correspondance.valeurs
    return {q.id: _read_question(export, plan, q, valeurs.get(q.id, {})) for q in questionnaire.questions}


def _read_question(export: Export, plan: Plan, question: Question, valeurs: dict[str, str]) -> Reponses:
    n = len(export.lignes)
    if question.id not in plan.question_ids:
        vide = np.full(n, "", dtype=object)
        return Reponses(question, np.full(n, SANS_REPONSE, dtype=np.int8), np.full(n, np.nan), vide)
    if question.type == "choix_multiple":
        return read_multiple(question, plan, export.colonnes, valeurs)
    rang = plan.questions[question.id]
    etats, nombres, textes, rejets = read_column(export.colonnes[rang], build_reader(question, valeurs), rang)
    if question.id in plan.autres:
        textes = _read_autre(export.colonnes[plan.autres[question.id]], textes)
    return Reponses(question, etats, nombres, textes, (), rejets)


def _read_autre(colonne: tuple[str, ...], textes: np.ndarray) -> np.ndarray:
    libres = np.array([mask_personal(t) for t in colonne], dtype=object)
    return np.where(libres != "", libres, textes)


def apply_conditions(reponses: dict[str, Reponses], types: np.ndarray) -> dict[str, np.ndarray]:
    """Une question qui n'était pas à poser est « non concerné ».

    Rend, par code de question, les lignes où une réponse était pourtant donnée : elle est écartée.
    """
    ecartees = {}
    for reponse in reponses.values():
        hors = ~is_posee(reponse.question, reponses, types)
        ecartees[reponse.question.code] = hors & (reponse.etats == REPONDU)
        reponse.etats[hors] = NON_CONCERNE
    return ecartees


def is_posee(question: Question, reponses: dict[str, Reponses], types: np.ndarray) -> np.ndarray:
    """Vrai là où la question était à poser : au bon type de collectivité, et sous sa condition."""
    posee = (
        np.isin(types, question.types) | (types == "") if question.types else np.ones(len(types), dtype=bool)
    )
    if question.condition is None or question.condition.question_id not in reponses:
        return posee
    source = reponses[question.condition.question_id]
    if (source.etats == SANS_REPONSE).all():
        # La question filtre n'est pas dans ce fichier : on ne peut rien en déduire.
        return posee
    return posee & _is_choisie(source, question.condition.options)


def _is_choisie(source: Reponses, options: tuple[str, ...]) -> np.ndarray:
    repondu = source.etats == REPONDU
    if source.question.type == "choix_multiple":
        rangs = [i for i, option in enumerate(source.options) if option in options]
        return repondu & (source.valeurs[:, rangs] == 1).any(axis=1)
    attendus = [i for i, option in enumerate(source.question.options) if option.id in options]
    return repondu & np.isin(source.valeurs, attendus)


def count_answered(reponses: dict[str, Reponses]) -> np.ndarray:
    """Nombre de questions répondues par ligne (« Je ne sais pas » est une réponse)."""
    etats = np.column_stack([r.etats for r in reponses.values()])
    return np.asarray(((etats == REPONDU) | (etats == NE_SAIT_PAS)).sum(axis=1))


def build_facts(reponses: dict[str, Reponses], garde: np.ndarray, collectivites: np.ndarray) -> pd.DataFrame:
    """Lignes de `fait_reponse` des seules lignes gardées."""
    blocs = [bloc for r in reponses.values() for bloc in _build_blocs(r, garde)]
    rangs = np.concatenate([b.rangs for b in blocs])
    questions = [np.full(len(b.rangs), b.question_id, dtype=object) for b in blocs]
    textes = np.concatenate([b.textes for b in blocs])
    return pd.DataFrame(
        {
            "collectivite_id": collectivites[rangs],
            "question_id": np.concatenate(questions),
            "option_id": np.concatenate([b.options for b in blocs]),
            "etat": _ETATS[np.concatenate([b.etats for b in blocs])],
            "valeur": np.concatenate([b.valeurs for b in blocs]),
            "texte": pd.Series(textes, dtype=object).where(textes != "", None),
        }
    )


@dataclass(frozen=True, slots=True)
class _Bloc:
    """Des lignes de `fait_reponse` d'une même question ; `rangs` : les lignes de l'export."""

    question_id: str
    rangs: np.ndarray
    options: np.ndarray
    etats: np.ndarray
    valeurs: np.ndarray
    textes: np.ndarray


def _build_blocs(r: Reponses, garde: np.ndarray) -> list[_Bloc]:
    if r.question.type == "choix_multiple":
        repondu = np.flatnonzero(garde & (r.etats == REPONDU))
        blocs = [_build_case(r, repondu, rang) for rang in range(len(r.options))]
        return [*blocs, _build_vide(r, np.flatnonzero(garde & (r.etats != REPONDU)))]
    return [_build_simple(r, np.flatnonzero(garde))]


def _build_simple(r: Reponses, rangs: np.ndarray) -> _Bloc:
    bloc = _build_vide(r, rangs)
    repondu = bloc.etats == REPONDU
    if r.question.type == "choix_unique":
        ids = np.array([o.id for o in r.question.options], dtype=object)
        bloc.options[repondu] = ids[r.valeurs[rangs][repondu].astype(int)]
        bloc.valeurs[repondu] = 1.0
    else:
        bloc.valeurs[repondu] = r.valeurs[rangs][repondu]
    bloc.textes[repondu] = r.textes[rangs][repondu]
    return bloc


def _build_case(r: Reponses, rangs: np.ndarray, option: int) -> _Bloc:
    bloc = _build_vide(r, rangs)
    bloc.options[:] = r.options[option]
    bloc.valeurs[:] = r.valeurs[rangs, option]
    if r.options[option].startswith("autre"):
        bloc.textes[:] = r.textes[rangs]
    return bloc


def _build_vide(r: Reponses, rangs: np.ndarray) -> _Bloc:
    vide = np.full(len(rangs), "", dtype=object)
    return _Bloc(r.question.id, rangs, vide, r.etats[rangs], np.full(len(rangs), np.nan), vide.copy())
