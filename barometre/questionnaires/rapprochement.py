"""Reconnaître, dans un questionnaire reçu, les questions du catalogue : par le code, puis par les mots.

Un même code ne suffit pas : tout questionnaire de LimeSurvey a un « Q01 ». Il faut aussi des mots proches, et
que les réponses d'hier soient toutes offertes aujourd'hui ; sinon les deux séries ne sont pas la même.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from rapidfuzz import fuzz

from barometre.domain.enquete import Option, Question
from barometre.ingest.labels import clean_label
from barometre.questionnaires.lecture import QuestionnaireRefuse

# Ressemblance des mots (sur 100) : à code égal, une autre tournure ; sans le code, presque les mêmes.
PROCHES, MEMES = 60, 90
NOUVELLE = "nouvelle"
Passe = Callable[[Question, Mapping[str, Question]], Question | None]


@dataclass(frozen=True, slots=True)
class Paire:
    """Une question du catalogue et celle du fichier ; `raison` : pourquoi on les tient pour la même."""

    ancienne: Question
    lue: Question
    raison: str


@dataclass(slots=True)
class Rapprochement:
    """Ce qui se correspond, et ce que seul l'opérateur peut trancher."""

    paires: list[Paire] = field(default_factory=list)
    # Code du fichier → pourquoi la question de même code n'est pas la même.
    a_decider: dict[str, str] = field(default_factory=dict)

    def get_ancienne(self, code: str) -> Question | None:
        """La question du catalogue à laquelle celle du fichier correspond."""
        return next((p.ancienne for p in self.paires if p.lue.code == code), None)


def match_questions(
    lues: Sequence[Question], connues: Sequence[Question], declarees: Mapping[str, str]
) -> Rapprochement:
    """Les paires proposées ; `declarees` (code du fichier → question ou « nouvelle ») l'emporte."""
    rapprochement = Rapprochement()
    libres = {q.id: q for q in connues}
    restantes = _match_declarees(lues, libres, declarees, rapprochement)
    codes = {q.code: q.id for q in connues}
    passes: tuple[tuple[str, Passe], ...] = (
        ("même code, mots proches", partial(_match_code, codes)),
        ("mêmes mots", _match_mots),
    )
    for raison, passe in passes:
        for lue in list(restantes):
            trouvee = passe(lue, libres)
            if trouvee is not None:
                rapprochement.paires.append(Paire(trouvee, lue, raison))
                restantes.remove(lue)
                del libres[trouvee.id]
    for lue in restantes:
        ancienne = libres.get(codes.get(lue.code, ""))
        if ancienne is not None and lue.code not in declarees:
            rapprochement.a_decider[lue.code] = _explain(ancienne, lue)
    return rapprochement


def _match_declarees(
    lues: Sequence[Question],
    libres: dict[str, Question],
    declarees: Mapping[str, str],
    rapprochement: Rapprochement,
) -> list[Question]:
    codes = {lue.code for lue in lues}
    if inconnus := sorted(set(declarees) - codes):
        raise QuestionnaireRefuse(f"Correspondance : le fichier n'a pas de question « {inconnus[0]} ».")
    restantes = []
    for lue in lues:
        cible = declarees.get(lue.code)
        if cible is None:
            restantes.append(lue)
        elif cible != NOUVELLE:
            ancienne = libres.pop(cible, None)
            if ancienne is None or not is_compatible(ancienne, lue):
                raison = (
                    _explain(ancienne, lue) if ancienne else "cette question n'existe pas, ou est déjà prise"
                )
                raise QuestionnaireRefuse(f"Correspondance, {lue.code} → {cible} : {raison}.")
            rapprochement.paires.append(Paire(ancienne, lue, "déclarée"))
    return restantes


def _match_code(codes: Mapping[str, str], lue: Question, libres: Mapping[str, Question]) -> Question | None:
    ancienne = libres.get(codes.get(lue.code, ""))
    if ancienne is None or _compare(ancienne.libelle, lue.libelle) < PROCHES:
        return None
    return ancienne if is_compatible(ancienne, lue) else None


def _match_mots(lue: Question, libres: Mapping[str, Question]) -> Question | None:
    notes = {q.id: _compare(q.libelle, lue.libelle) for q in libres.values() if is_compatible(q, lue)}
    meilleure = max(notes, key=lambda id_: notes[id_], default="")
    return libres[meilleure] if meilleure and notes[meilleure] >= MEMES else None


def _compare(gauche: str, droite: str) -> float:
    return fuzz.ratio(clean_label(gauche), clean_label(droite))


def is_compatible(ancienne: Question, lue: Question) -> bool:
    """Vrai si tout ce qui a été répondu hier peut l'être aujourd'hui, de la même façon."""
    return (
        ancienne.type == lue.type
        and ancienne.classement == lue.classement
        and len(match_options(ancienne.options, lue.options)) == len(ancienne.options)
    )


def match_options(anciennes: Sequence[Option], lues: Sequence[Option]) -> dict[str, Option]:
    """Code lu → l'option du catalogue : même code et mots proches, puis mêmes mots."""
    trouvees: dict[str, Option] = {}
    libres = list(anciennes)
    for seuil, meme_code in ((PROCHES, True), (MEMES, False)):
        for lue in lues:
            if lue.code in trouvees:
                continue
            notes = [
                (_compare(a.libelle, lue.libelle), rang)
                for rang, a in enumerate(libres)
                if not meme_code or a.code == lue.code
            ]
            note, rang = max(notes, default=(0.0, -1))
            if note >= seuil:
                trouvees[lue.code] = libres.pop(rang)
    return trouvees


def _explain(ancienne: Question, lue: Question) -> str:
    if ancienne.type != lue.type or ancienne.classement != lue.classement:
        return f"{ancienne.id} n'attend pas la même forme de réponse"
    if not is_compatible(ancienne, lue):
        manquantes = {o.id for o in ancienne.options} - {
            o.id for o in match_options(ancienne.options, lue.options).values()
        }
        libelles = [o.libelle for o in ancienne.options if o.id in manquantes]
        return f"{ancienne.id} offrait « {libelles[0]} », que le fichier n'offre plus"
    return f"{ancienne.id} a ce code mais d'autres mots (« {ancienne.libelle} »)"
