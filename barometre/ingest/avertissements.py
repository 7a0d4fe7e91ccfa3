"""Ce qu'un import dit de ce qu'il n'a pas chargé tel quel : colonnes, questions, réponses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from barometre.domain.enquete import Question, Questionnaire
from barometre.domain.formats import format_compte
from barometre.ingest.answers import REPONDU, Reponses, build_option_keys
from barometre.ingest.columns import Plan, list_ecarts
from barometre.ingest.export import Export
from barometre.ingest.labels import clean_label
from barometre.ingest.libres import list_repetees
from barometre.ingest.personal import RETIRE, mask_extrait
from barometre.ingest.respondents import (
    Repondants,
    list_modifiables,
    list_repetes,
    list_types_inconnus,
)
from barometre.ingest.suites import list_suites

# Les textes d'un « Autre » que le compte rendu cite.
MAX_TEXTES = 6


@dataclass(frozen=True, slots=True)
class Lues:
    """Ce qu'un export dit : ses répondants, ses réponses, celles qu'une condition écarte."""

    repondants: Repondants
    reponses: dict[str, Reponses]
    ecartees: dict[str, np.ndarray]


def list_avertissements(
    export: Export, questionnaire: Questionnaire, plan: Plan, lues: Lues, garde: np.ndarray
) -> list[str]:
    """Ce que le lecteur doit savoir du fichier, en phrases ; `garde` : les lignes chargées."""
    collectivites = lues.repondants.collectivites
    lecteurs = (list_repetes, list_suites, list_types_inconnus, list_modifiables)
    repetes = [phrase for lire in lecteurs for phrase in lire(export, plan, collectivites)]
    repetes += lues.repondants.illisibles
    return [
        *_iter_colonnes(export, questionnaire, plan, _list_libres(lues, garde), _list_repetees(lues, garde)),
        *_iter_reponses(plan, lues, garde, repetes),
        *_iter_coupe(export, questionnaire, plan, garde),
    ]


def _iter_coupe(export: Export, questionnaire: Questionnaire, plan: Plan, garde: np.ndarray) -> Iterator[str]:
    """Un fichier sans saut de ligne final est peut-être coupé : « 3 » y serait le début de « 35 »."""
    if export.finie or not garde[-1:].any():
        return
    derniere = len(export.entetes) - 1
    texte = export.colonnes[derniere][-1]
    question = next((q for q in questionnaire.questions if plan.questions.get(q.id) == derniere), None)
    if not texte or question is None or not _is_debut(question, texte):
        return
    yield (
        f"Le fichier ne finit pas par un saut de ligne : s'il a été coupé, la dernière réponse de la ligne "
        f"{export.lignes[-1]}, « {mask_extrait(texte, 40)} », n'est pas entière. Comparez-la à l'original."
    )


def _is_debut(question: Question, texte: str) -> bool:
    """Vrai si une autre réponse commence par ce texte : un nombre, une liste, « Non » de « Non, mais… »."""
    if question.type != "choix_unique":
        return question.type != "texte"
    cle, cles = clean_label(texte), build_option_keys(question, {})
    return any(c.startswith(cle) and rang != cles.get(cle) for c, rang in cles.items())


def _iter_colonnes(
    export: Export, questionnaire: Questionnaire, plan: Plan, libres: list[str], repetees: list[str]
) -> Iterator[str]:
    """Ce qui tient aux entêtes : inconnus, absents, différents."""
    if plan.inconnues:
        noms = ", ".join(f"« {e[:60]} »" for e in plan.inconnues[:5])
        nombre = len(plan.inconnues)
        colonnes = format_compte(nombre, "colonne non reconnue", "colonnes non reconnues")
        yield f"{colonnes}, {'non chargées' if nombre > 1 else 'non chargée'} : {noms}."
    if plan.commentaires:
        nombre = len(plan.commentaires)
        colonnes = format_compte(nombre, "colonne de commentaires", "colonnes de commentaires")
        yield f"{colonnes}, {'non chargées' if nombre > 1 else 'non chargée'}."
    yield from repetees
    if libres:
        yield f"Réponses libres comptées « Autre » : {' ; '.join(libres)}."
    absentes = [q.code for q in questionnaire.questions if q.id not in plan.question_ids]
    if absentes:
        yield f"Questions absentes, comptées « sans réponse » : {', '.join(absentes)}."
    if ecarts := list_ecarts(export.entetes, plan, questionnaire)[0]:
        yield f"L'intitulé n'est pas celui du catalogue pour : {', '.join(ecarts)}."


def _iter_reponses(plan: Plan, lues: Lues, garde: np.ndarray, repetes: list[str]) -> Iterator[str]:
    """Ce qui tient aux cellules : écartées, retirées, jamais cochées, non validées."""
    for code, lignes in lues.ecartees.items():
        if nombre := int((garde & lignes).sum()):
            reponses = format_compte(nombre, "réponse")
            ecartees = "écartées" if nombre > 1 else "écartée"
            yield f"{code} : {reponses} à une question qui n'était pas posée, {ecartees}."
    yield from repetes
    masques = sum(bool(RETIRE.search(t)) for r in lues.reponses.values() for t in r.textes[garde] if t)
    if masques:
        nomment = "nommaient une personne ou donnaient" if masques > 1 else "nommait une personne ou donnait"
        yield (
            f"{format_compte(masques, 'réponse libre', 'réponses libres')} {nomment} un courriel, un "
            "téléphone, un numéro personnel ou un mot de passe : retirés."
        )
    if sans_case := _list_sans_case(plan, lues):
        yield f"Personne n'a rien coché, comptées « sans réponse » : {', '.join(sans_case)}."
    valides = lues.repondants.valides
    partielles = 0 if valides is None else int((garde & ~np.array(valides, dtype=bool)).sum())
    if partielles:
        yield format_compte(
            partielles,
            "réponse commencée mais non validée est chargée.",
            "réponses commencées mais non validées sont chargées.",
        )


def _list_libres(lues: Lues, garde: np.ndarray) -> list[str]:
    """« Q08 (12) : « TikTok » 5 fois, « X » » : les textes libres qui ont coché « Autre », et lesquels."""
    listes = [r for r in lues.reponses.values() if len(r.options)]
    comptes = [(r.question.code, Counter(str(t) for t in r.textes[garde] if t)) for r in listes]
    return [f"{code} ({vus.total()}) : {_list_textes(vus)}" for code, vus in comptes if vus]


def _list_repetees(lues: Lues, garde: np.ndarray) -> list[str]:
    """Les textes libres trop fréquents pour l'être : un par phrase, hors de la liste des autres."""
    return [
        phrase
        for r in lues.reponses.values()
        if len(r.options)
        for phrase in list_repetees(
            r.question,
            Counter(str(t) for t in r.textes[garde] if t),
            int((garde & (r.etats == REPONDU)).sum()),
        )
    ]


def _list_textes(vus: Counter[str]) -> str:
    """Les plus fréquents, et combien d'autres."""
    dits = [
        f"« {mask_extrait(t, 40)} »" + (f" {n} fois" if n > 1 else "") for t, n in vus.most_common(MAX_TEXTES)
    ]
    restants = len(vus) - len(dits)
    return ", ".join(dits) + (
        f", et {format_compte(restants, 'autre texte', 'autres textes')}" * bool(restants)
    )


def _list_sans_case(plan: Plan, lues: Lues) -> list[str]:
    """Les questions à cases présentes dans le fichier où aucune ligne ne coche rien."""
    presentes = [
        r for q, r in lues.reponses.items() if r.question.type == "choix_multiple" and q in plan.question_ids
    ]
    return [r.question.code for r in presentes if not (r.valeurs == 1).any()]
