"""Une ligne par réponse (répondante, question, réponse) : remise en une ligne par répondante.

Les entrepôts de données et les API exportent ainsi ; la suite de l'import ne connaît que la forme large.
Deux réponses d'une même question se joignent, une par ligne : des cases se lisent alors toutes, un choix
unique écrit deux fois est refusé, jamais choisi au hasard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from barometre.ingest.entetes import find_role
from barometre.ingest.errors import ImportRefuse, Rejet
from barometre.ingest.labels import clean_label
from barometre.ingest.layout import MAX_LIGNES_DE_TITRE, Choix, Feuille
from barometre.ingest.limits import MAX_COLONNES
from barometre.ingest.vocabulary import load_vocabulary

QUESTION, REPONSE, OPTION = "question", "reponse", "option"
PARTIES = (QUESTION, REPONSE, OPTION)
# Les colonnes qui disent quelle répondante parle.
_CLES = ("reponse_id", "siren", "siret", "code")
# Ce qu'une répondante ne peut pas dire de deux façons : deux personnes sans numéro de réponse se mêleraient.
_CONSTANTES = frozenset({"profil", "type", "nom", "departement"})
REUNIES = "Une ligne par réponse : {} lignes réunies en {} répondantes."
SANS_CLE = (
    "« {} » a une ligne par réponse, mais aucune colonne ne dit qui répond : il faut un numéro de réponse, "
    "un SIREN, un SIRET ou un code INSEE."
)
TROP_DE_QUESTIONS = "Plus de {} questions différentes : ce n'est pas un export de réponses."
CONTRADICTION = "Les lignes d'une même répondante se contredisent : donnez un numéro à chaque réponse."


@dataclass(slots=True)
class _Repondante:
    """Les cellules d'une répondante ; `numero` : sa première ligne dans le fichier."""

    numero: int
    fixes: list[str]
    reponses: dict[str, list[str]] = field(default_factory=dict)
    contredite: int = -1


def pivot_long(feuille: Feuille, choix: Choix, fichier: str) -> Feuille:
    """La même feuille, une ligne par répondante ; rendue telle quelle si elle est déjà large."""
    rang, parties = find_parties(feuille, choix.long)
    if rang < 0:
        return feuille
    entetes = [c.strip() for c in feuille.lignes[rang][1]]
    fixes = [i for i in range(len(entetes)) if i not in parties.values()]
    declares = {clean_label(c) for c in choix.cles}
    porteuses = [i for i in fixes if find_role(entetes[i]) in _CLES or clean_label(entetes[i]) in declares]
    if not porteuses:
        raise ImportRefuse(SANS_CLE.format(fichier))
    lignes = [(n, c + [""] * (len(entetes) - len(c))) for n, c in feuille.lignes[rang + 1 :] if any(c)]
    repondantes = _group(lignes, entetes, fixes, porteuses, parties)
    return _build_feuille(feuille, rang, [entetes[i] for i in fixes], repondantes, len(lignes))


def find_parties(feuille: Feuille, declarees: Mapping[str, str]) -> tuple[int, dict[str, int]]:
    """La ligne qui nomme une question et une réponse, et le rang de ces colonnes ; −1 si aucune."""
    mots = load_vocabulary().long | {clean_label(entete): partie for partie, entete in declarees.items()}
    for rang, (_, cellules) in enumerate(feuille.lignes[:MAX_LIGNES_DE_TITRE]):
        lus = [(mots.get(clean_label(c), ""), i) for i, c in enumerate(cellules)]
        parties = {partie: i for partie, i in reversed(lus) if partie}
        if {QUESTION, REPONSE} <= set(parties):
            return rang, parties
    return -1, {}


def _group(
    lignes: list[tuple[int, list[str]]],
    entetes: list[str],
    fixes: list[int],
    porteuses: list[int],
    parties: Mapping[str, int],
) -> list[_Repondante]:
    constantes = [k for k, i in enumerate(fixes) if find_role(entetes[i]) in _CONSTANTES]
    repondantes: dict[tuple[str, ...], _Repondante] = {}
    for numero, cellules in lignes:
        siens = [cellules[i] for i in fixes]
        cle = tuple(cellules[i] for i in porteuses)
        une = repondantes.setdefault(cle, _Repondante(numero, siens))
        for k in constantes:
            if siens[k] and une.fixes[k] and siens[k] != une.fixes[k]:
                une.contredite = k
        une.fixes = [a or b for a, b in zip(une.fixes, siens, strict=True)]
        question, option = cellules[parties[QUESTION]], cellules[parties[OPTION]] if OPTION in parties else ""
        if question:
            colonne = f"{question}[{option}]" if option else question
            une.reponses.setdefault(colonne, []).append(cellules[parties[REPONSE]])
    return list(repondantes.values())


def _build_feuille(
    feuille: Feuille, rang: int, fixes: list[str], repondantes: list[_Repondante], lues: int
) -> Feuille:
    questions = list(dict.fromkeys(q for une in repondantes for q in une.reponses))
    if len(fixes) + len(questions) > MAX_COLONNES:
        raise ImportRefuse(TROP_DE_QUESTIONS.format(MAX_COLONNES))
    rejets = [
        Rejet(une.numero, fixes[une.contredite], "", CONTRADICTION)
        for une in repondantes
        if une.contredite >= 0
    ]
    larges = [
        (une.numero, une.fixes + [_join_reponses(une.reponses.get(q, [])) for q in questions])
        for une in repondantes
        if une.contredite < 0
    ]
    numero = feuille.lignes[rang][0]
    return Feuille(
        feuille.nom,
        [*feuille.lignes[:rang], (numero, [*fixes, *questions]), *larges],
        [*feuille.rejets, *rejets],
        [*feuille.avertissements, REUNIES.format(lues, len(repondantes))],
        feuille.complete,
    )


def _join_reponses(reponses: list[str]) -> str:
    """La même réponse écrite deux fois n'en est qu'une."""
    return "\n".join(dict.fromkeys(filter(None, reponses)))
