"""Ce que l'on tire d'un fichier : un questionnaire dont les identifiants sont encore les codes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from barometre.domain.enquete import CODE_NE_SAIT_PAS, Option, Question, Questionnaire
from barometre.ingest.entetes import find_role
from barometre.ingest.labels import clean_label
from barometre.ingest.vocabulary import load_vocabulary

# Un questionnaire de cent pages tient dans 2 Mo ; au-delà, ce n'en est pas un.
MAX_OCTETS = 20_000_000
_BALISES = re.compile(r"<[^<>]*>")
# Les espaces insécables du français restent.
_ESPACES = re.compile(r"[ \t\r\n\f\v]+")


class QuestionnaireRefuse(ValueError):
    """Le fichier n'est pas un questionnaire que l'on sait lire ; le message est une phrase."""


@dataclass(slots=True)
class Lecture:
    """Un questionnaire lu, et ce qu'il a fallu laisser (une phrase chacun)."""

    questionnaire: Questionnaire
    remarques: list[str] = field(default_factory=list)


def read_texte(brut: str) -> str:
    """Un texte que l'outil tient pour du HTML, en une ligne sans balise."""
    return _ESPACES.sub(" ", html.unescape(_BALISES.sub(" ", brut)).replace("\u200b", "")).strip()


def build_choix(options: Iterable[Option]) -> tuple[tuple[Option, ...], str]:
    """Les options sans « Je ne sais pas », et le code de celle-ci s'il y en a une."""
    mots, gardees, nsp = load_vocabulary().ne_sait_pas, [], ""
    for option in options:
        if option.code == CODE_NE_SAIT_PAS or clean_label(option.libelle) in mots:
            nsp = option.code
        else:
            gardees.append(option)
    return tuple(gardees), nsp


def set_choix(question: Question, options: Iterable[Option]) -> Question:
    """La question avec ses options lues."""
    gardees, nsp = build_choix(options)
    return replace(question, options=gardees, ne_sait_pas=bool(nsp), code_nsp=nsp or CODE_NE_SAIT_PAS)


def is_identite(question: Question) -> bool:
    """Vrai si elle demande qui répond (SIREN, type, profil) : l'import des réponses la lit déjà."""
    return bool(find_role(question.code) or find_role(question.libelle))


def name_ligne(tete: str, ligne: str) -> str:
    """Le libellé d'une ligne de tableau, comme LimeSurvey l'écrit dans un export."""
    return f"{tete} [{ligne}]"


def get_ligne(libelle: str, tete: str) -> str:
    """Ce qu'une ligne de tableau ajoute à sa tête."""
    return libelle.removeprefix(f"{tete} [").removesuffix("]")
