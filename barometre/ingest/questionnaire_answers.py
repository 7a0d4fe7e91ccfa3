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
    read_column,
)
from barometre.ingest.columns import Plan
from barometre.ingest.export import Export
from barometre.ingest.libres import find_cachee, is_autre
from barometre.ingest.limits import SANS_VALEUR
from barometre.ingest.mapping import CASES, Correspondance
from barometre.ingest.multiple import SEPARATEURS, Ecriture, is_deux_non, read_multiple
from barometre.ingest.personal import mask_personal

# Ce qu'un tableur écrit à la place d'une réponse. En texte libre, cela cochait « Autre ».
ERREURS = frozenset(
    [
        SANS_VALEUR,
        "#REF!",
        "#DIV/0!",
        "#NAME?",
        "#NOM?",
        "#VALUE!",
        "#VALEUR!",
        "#NUM!",
        "#NOMBRE!",
        "#NULL!",
        "#NUL!",
    ]
)
EN_ERREUR = "Le tableur n'a pas de valeur dans cette cellule (erreur, ou formule jamais calculée)."
# Débuts d'identifiant des options qui disent « rien de tout cela ».
_EXCLUSIVES = ("aucun", "rien", "personne", "pas_encore")
_ETATS = np.array(ETATS_REPONSE, dtype=object)


def read_answers(
    export: Export, plan: Plan, questionnaire: Questionnaire, correspondance: Correspondance
) -> dict[str, Reponses]:
    """Les réponses de chaque question ; une question absente du fichier est « sans réponse » partout."""
    valeurs = correspondance.valeurs
    cases = valeurs.get(CASES) or find_cases(export, plan, questionnaire)
    declare = correspondance.separateur
    # Une fin de ligne peut séparer des cases : elle ne s'ôte pas comme une espace autour de « / ».
    separateurs = (declare.strip() or declare,) if declare else SEPARATEURS
    reponses = {
        q.id: _read_question(
            export, plan, q, Ecriture(valeurs.get(q.id) or _find_oui_non(q, cases), cases, separateurs)
        )
        for q in questionnaire.questions
    }
    for reponse in reponses.values():
        reponse.rejets += list_erreurs(export, plan, reponse)
    return reponses


def list_erreurs(export: Export, plan: Plan, reponse: Reponses) -> list[tuple[int, int, str]]:
    """Les cellules de la question que le tableur dit en erreur, et que rien n'a encore refusées."""
    question = reponse.question.id
    rangs = {
        *plan.options.get(question, {}).values(),
        *(d[question] for d in (plan.questions, plan.autres) if question in d),
    }
    refusees = {(i, rang) for i, rang, _ in reponse.rejets}
    return [
        (i, rang, EN_ERREUR)
        for rang in sorted(rangs)
        if not ERREURS.isdisjoint(export.colonnes[rang])
        for i, texte in enumerate(export.colonnes[rang])
        if texte in ERREURS and (i, rang) not in refusees
    ]


def find_cases(export: Export, plan: Plan, questionnaire: Questionnaire) -> dict[str, str]:
    """« 1 » et « 2 » pour Oui et Non, si tout le fichier les écrit ainsi."""
    rangs = [r for options in plan.options.values() for r in options.values()]
    rangs += [
        plan.questions[q.id] for q in questionnaire.questions if _is_oui_non(q) and q.id in plan.questions
    ]
    return {"1": "oui", "2": "non"} if is_deux_non(export.colonnes[r] for r in rangs) else {}


def _find_oui_non(question: Question, cases: dict[str, str]) -> dict[str, str]:
    return cases if _is_oui_non(question) else {}


def _is_oui_non(question: Question) -> bool:
    return question.type == "choix_unique" and {o.code for o in question.options} == {"Y", "N"}


def _read_question(export: Export, plan: Plan, question: Question, ecriture: Ecriture) -> Reponses:
    n = len(export.lignes)
    if question.id not in plan.question_ids:
        vide = np.full(n, "", dtype=object)
        return Reponses(question, np.full(n, SANS_REPONSE, dtype=np.int8), np.full(n, np.nan), vide)
    if question.type == "choix_multiple":
        return read_multiple(question, plan, export.colonnes, ecriture)
    rang = plan.questions[question.id]
    colonne = export.colonnes[rang]
    etats, nombres, textes, rejets = read_column(
        colonne, build_reader(question, ecriture.valeurs, colonne), rang
    )
    if (libre := plan.autres.get(question.id)) is not None:
        textes = _read_autre(export.colonnes[libre], textes)
        rejets += _list_cachees(question, etats, nombres, textes, libre)
    return Reponses(question, etats, nombres, textes, (), rejets)


def _read_autre(colonne: tuple[str, ...], textes: np.ndarray) -> np.ndarray:
    libres = np.array([mask_personal(t) for t in colonne], dtype=object)
    return np.where(libres != "", libres, textes)


def _list_cachees(
    question: Question, etats: np.ndarray, nombres: np.ndarray, textes: np.ndarray, rang: int
) -> list[tuple[int, int, str]]:
    """Les lignes où « Autre » est choisi, et son texte est peut-être une option de la liste."""
    autres = [i for i, o in enumerate(question.options) if is_autre(o)]
    choisies = np.flatnonzero((etats == REPONDU) & np.isin(nombres, autres) & (textes != ""))
    motifs = [(int(i), rang, find_cachee(question, str(textes[i]))[1]) for i in choisies]
    return [lu for lu in motifs if lu[2]]


def apply_conditions(
    reponses: dict[str, Reponses], types: np.ndarray, valides: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """La question était-elle posée ? Ses conditions et ce qui suit le disent, jamais l'écriture du fichier.

    Non posée : « non concerné ». Filtre resté sans réponse : on ne sait pas, donc « sans réponse », sauf
    si une réponse prouve que la question a été posée. Rend, par code de question, les lignes où une
    réponse était pourtant donnée à une question non posée : elle est écartée.
    `valides` : vrai là où le questionnaire est allé au bout ; rien si le fichier ne le dit pas.
    """
    ecartees, atteintes = {}, _list_atteintes(reponses, valides)
    for reponse in reponses.values():
        hors = ~is_posee(reponse.question, reponses, types)
        douteuse = ~hors & is_filtre_vide(reponse.question, reponses)
        ecartees[reponse.question.code] = hors & (reponse.etats == REPONDU)
        reponse.etats[hors] = NON_CONCERNE
        reponse.etats[douteuse & (reponse.etats == NON_CONCERNE)] = SANS_REPONSE
        vues = ~hors & ~douteuse & atteintes[reponse.question.id] & (reponse.etats == SANS_REPONSE)
        if _is_sans_case_possible(reponse):
            reponse.etats[vues] = REPONDU
    return ecartees


def _list_atteintes(reponses: dict[str, Reponses], valides: np.ndarray | None) -> dict[str, np.ndarray]:
    """Par question, les lignes qui l'ont atteinte : questionnaire validé, ou question suivante répondue."""
    n = len(next(iter(reponses.values())).etats)
    suivante = np.zeros(n, dtype=bool) if valides is None else valides.copy()
    atteintes = {}
    for question_id, reponse in reversed(reponses.items()):
        atteintes[question_id] = suivante.copy()
        suivante |= np.isin(reponse.etats, (REPONDU, NE_SAIT_PAS))
    return atteintes


def is_sans_aucun(question: Question) -> bool:
    """Vrai d'une liste de cases sans « Aucun » : l'avoir vue et ne rien cocher veut dire « aucune »."""
    return question.type == "choix_multiple" and not any(
        o.id.startswith(_EXCLUSIVES) for o in question.options
    )


def _is_sans_case_possible(reponse: Reponses) -> bool:
    """Faux si personne n'a rien coché : la question n'a sans doute pas été montrée, ce n'est pas un zéro."""
    return is_sans_aucun(reponse.question) and bool(reponse.options) and bool((reponse.valeurs == 1).any())


def is_posee(question: Question, reponses: dict[str, Reponses], types: np.ndarray) -> np.ndarray:
    """Vrai là où rien ne dit que la question n'était pas à poser : type de collectivité, condition."""
    posee = (
        np.isin(types, question.types) | (types == "") if question.types else np.ones(len(types), dtype=bool)
    )
    if question.condition is None or question.condition.question_id not in reponses:
        return posee
    source = reponses[question.condition.question_id]
    return posee & (_is_choisie(source, question.condition.options) | (source.etats == SANS_REPONSE))


def is_filtre_vide(question: Question, reponses: dict[str, Reponses]) -> np.ndarray:
    """Vrai là où la question filtre n'a pas de réponse : abandon, question passée ou absente du fichier.

    Un seul « faux », à étendre à toutes les lignes, pour une question sans filtre.
    """
    if question.condition is None or question.condition.question_id not in reponses:
        return np.zeros(1, dtype=bool)
    return np.asarray(reponses[question.condition.question_id].etats == SANS_REPONSE)


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


def count_dites(reponses: dict[str, Reponses], presentes: set[str]) -> np.ndarray:
    """Nombre de questions du fichier dont la ligne dit ce qu'il en est : répondues, ou sans objet pour elle.

    « Pas de site » répond aussi aux cinq questions sur le site.
    """
    etats = np.column_stack([r.etats for q, r in reponses.items() if q in presentes])
    return np.asarray((etats != SANS_REPONSE).sum(axis=1))


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
