"""Le questionnaire tel qu'il est posé, les vagues où il l'est, l'état d'une réponse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

TypeQuestion = Literal["choix_unique", "choix_multiple", "nombre", "texte"]
EtatReponse = Literal["repondu", "ne_sait_pas", "non_concerne", "sans_reponse"]
Profil = Literal["agent", "elu"]

ETATS_REPONSE: tuple[EtatReponse, ...] = ("repondu", "ne_sait_pas", "non_concerne", "sans_reponse")


@dataclass(frozen=True, slots=True)
class Option:
    """Une modalité de réponse. `code` est celui de l'export (`A1`, `SQ001`, `Y`)."""

    id: str
    libelle: str
    code: str


@dataclass(frozen=True, slots=True)
class Condition:
    """La question n'est posée que si `question_id` a reçu l'une des `options`."""

    question_id: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """Une question d'un questionnaire ; `code` est celui de l'export (`Q01`)."""

    id: str
    questionnaire_id: str
    code: str
    libelle: str
    type: TypeQuestion
    options: tuple[Option, ...] = ()
    aide: str = ""
    ne_sait_pas: bool = False
    condition: Condition | None = None
    types: tuple[str, ...] = ()
    # Les vagues à partir desquelles la question a d'autres mots.
    reformulee: tuple[str, ...] = ()
    unite: str = ""
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """Un questionnaire thématique ; son id est celui du thème."""

    id: str
    titre: str
    introduction: str
    modele: bool
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Vague:
    """Une période de collecte et les questionnaires qu'elle ouvre."""

    id: str
    titre: str
    edition: int
    questionnaires: tuple[str, ...]
    ouverture: date | None = None
    fermeture: date | None = None
    note: str = ""
