"""Des réponses aux cellules d'un export : par codes ou par libellés, entêtes comme LimeSurvey les écrit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from barometre.domain.enquete import Option, Question
from barometre.ingest.answers import NE_SAIT_PAS, NON_CONCERNE, REPONDU, Reponses

_NSP = Option("ne_sait_pas", "Je ne sais pas", "NSP")


@dataclass(frozen=True, slots=True)
class Forme:
    """Une façon d'exporter : voir `formats` dans `hypotheses.yml`."""

    nom: str
    contenant: str
    encodage: str
    separateur: str
    entetes: str
    valeurs: str

    @property
    def codes(self) -> bool:
        """Vrai si les cellules portent des codes ; une question non posée y est vide, sinon « N/A »."""
        return self.valeurs == "codes"


def build_forme(brut: dict[str, Any]) -> Forme:
    """Une entrée du YAML."""
    return Forme(**brut)


@dataclass(frozen=True, slots=True)
class Colonne:
    """Une colonne du fichier ; `question_id` est vide pour une colonne de service."""

    entete: str
    cellules: np.ndarray
    question_id: str = ""


def build_entete(forme: Forme, code: str, texte: str, option: Option | None = None) -> str:
    """« Q01[SQ001] », « Question [Option] » ou « Q01[SQ001]. Question [Option] »."""
    par_code = code if option is None else f"{code}[{option.code}]"
    par_texte = texte if option is None else f"{texte} [{option.libelle}]"
    if forme.entetes == "codes":
        return par_code
    return par_texte if forme.entetes == "textes" else f"{par_code}. {par_texte}"


def build_colonnes(reponse: Reponses, forme: Forme) -> list[Colonne]:
    """Les colonnes d'une question : une, ou une par option d'un choix multiple."""
    question = reponse.question
    if question.type == "choix_multiple":
        return _build_cases(reponse, forme)
    cellules = _build_cellules(reponse, forme)
    cellules[reponse.etats == NE_SAIT_PAS] = _NSP.code if forme.codes else _NSP.libelle
    cellules[reponse.etats == NON_CONCERNE] = "" if forme.codes else "N/A"
    return [Colonne(build_entete(forme, question.code, question.libelle), cellules, question.id)]


def _build_cellules(reponse: Reponses, forme: Forme) -> np.ndarray:
    repondu = reponse.etats == REPONDU
    cellules = np.full(len(repondu), "", dtype=object)
    if reponse.question.type == "choix_unique":
        noms = [o.code if forme.codes else o.libelle for o in reponse.question.options]
        cellules[repondu] = np.array(noms, dtype=object)[reponse.valeurs[repondu].astype(int)]
    elif reponse.question.type == "nombre":
        cellules[repondu] = [_format_nombre(v, forme) for v in reponse.valeurs[repondu]]
    else:
        cellules[repondu] = reponse.textes[repondu]
    return cellules


def _format_nombre(nombre: float, forme: Forme) -> str:
    """Un export français groupe les milliers et met une virgule ; un export par codes, non."""
    if forme.codes:
        return f"{nombre:g}" if nombre < 100_000 else f"{nombre:.0f}"
    texte = f"{nombre:,.0f}" if nombre == int(nombre) else f"{nombre:,.1f}"
    return texte.replace(",", " ").replace(".", ",")


def _build_cases(reponse: Reponses, forme: Forme) -> list[Colonne]:
    question, etats = reponse.question, reponse.etats
    oui, non = ("Y", "N") if forme.codes else ("Oui", "Non")
    vide = np.where(etats == NON_CONCERNE, "" if forme.codes else "N/A", "")
    colonnes = []
    for rang, option in enumerate(question.options):
        cochees = np.where(reponse.valeurs[:, rang] == 1, oui, non)
        colonnes.append(_case(question, forme, option, np.where(etats == REPONDU, cochees, vide)))
    if question.ne_sait_pas:
        colonnes.append(_case(question, forme, _NSP, np.where(etats == NE_SAIT_PAS, oui, vide)))
    return colonnes


def _case(question: Question, forme: Forme, option: Option, cellules: np.ndarray) -> Colonne:
    entete = build_entete(forme, question.code, question.libelle, option)
    return Colonne(entete, cellules.astype(object), question.id)
