"""Le questionnaire tel qu'il est posé, les vagues où il l'est, l'état d'une réponse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

TypeQuestion = Literal["choix_unique", "choix_multiple", "nombre", "texte"]
EtatReponse = Literal["repondu", "ne_sait_pas", "non_concerne", "sans_reponse"]
NatureDeclaration = Literal["correction", "explication"]
EtatVague = Literal["a_venir", "ouverte", "close", "inconnue"]

# Le code de « Je ne sais pas » dans un export : aucune option ne peut le prendre.
CODE_NE_SAIT_PAS = "NSP"
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
class Formulation:
    """Les mots et les codes qu'avait une question avant une vague : ceux de ses anciens exports."""

    avant: str
    libelle: str
    code: str
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Groupe:
    """Une page du questionnaire : des questions posées ensemble, sous un titre."""

    id: str
    titre: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Tableau:
    """La tête d'un tableau : chacune de ses lignes est une question, « Q03_SQ001 », « Tête [Ligne] »."""

    code: str
    libelle: str


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
    groupe: str = ""
    # Un choix multiple que l'on range par ordre de préférence.
    classement: bool = False
    # La première vague qui la pose, et la première qui ne la pose plus ; vide : toutes.
    depuis: str = ""
    retiree: str = ""
    # Du plus ancien au plus récent ; `libelle` est celui d'aujourd'hui.
    anciennes: tuple[Formulation, ...] = ()
    # Le code de « Je ne sais pas » dans un export.
    code_nsp: str = CODE_NE_SAIT_PAS

    @property
    def tableau(self) -> str:
        """Le code du tableau dont elle est une ligne ; vide si elle est seule."""
        tete, barre, _ = self.code.partition("_")
        return tete if barre else ""

    def is_posee(self, vague_id: str, vagues: Sequence[str]) -> bool:
        """Vrai si cette vague la pose ; `vagues` : toutes, de la plus ancienne à la plus récente."""
        rangs = {id_: rang for rang, id_ in enumerate(vagues)}
        rang = rangs[vague_id]
        commence = not self.depuis or rangs[self.depuis] <= rang
        return commence and not (self.retiree and rangs[self.retiree] <= rang)

    def get_a(self, vague_id: str, vagues: Sequence[str]) -> Question:
        """La question avec les mots et les codes qu'elle avait à cette vague."""
        rangs = {id_: rang for rang, id_ in enumerate(vagues)}
        for ancienne in self.anciennes:
            if rangs[vague_id] < rangs[ancienne.avant]:
                return replace(
                    self, libelle=ancienne.libelle, code=ancienne.code,
                    options=ancienne.options or self.options,
                )  # fmt: skip
        return self


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """Un questionnaire thématique ; son id est celui du thème."""

    id: str
    titre: str
    introduction: str
    modele: bool
    questions: tuple[Question, ...]
    groupes: tuple[Groupe, ...] = ()
    tableaux: tuple[Tableau, ...] = ()

    def keep_vague(self, vague_id: str, vagues: Sequence[str]) -> Questionnaire:
        """Le questionnaire que pose une vague, dans les mots et les codes qu'il y a."""
        posees = tuple(q.get_a(vague_id, vagues) for q in self.questions if q.is_posee(vague_id, vagues))
        return self if posees == self.questions else replace(self, questions=posees)

    def keep_actuelles(self) -> Questionnaire:
        """Le questionnaire d'aujourd'hui : sans les questions qui ne sont plus posées."""
        return replace(self, questions=tuple(q for q in self.questions if not q.retiree))


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
    # L'ouverture de la vague suivante qui pose le même questionnaire : aucune réponse à celle-ci n'en est.
    suivante: date | None = None

    def get_etat(self, jour: date) -> EtatVague:
        """Où elle en est ce jour-là ; sans date d'ouverture ni de clôture, nul ne le sait."""
        if self.fermeture is not None and self.fermeture < jour:
            return "close"
        if self.ouverture is not None and self.ouverture > jour:
            return "a_venir"
        return "ouverte" if self.ouverture or self.fermeture else "inconnue"
