"""« Je n'ai pas répondu » : les réponses données sur place, vérifiées, gardées par le seul lecteur.

Rien n'est écrit sur le serveur : les réponses vivent dans la visite, et se gardent en un fichier JSON.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from barometre.catalogue.model import Catalogue
from barometre.domain.enquete import Question, Questionnaire
from barometre.domain.formats import format_compte, format_guillemets, format_nombre
from barometre.domain.indicateur import Indicateur
from barometre.domain.regles import Saisie, apply_calcul
from barometre.views.collectivite.pairs import Pairs
from barometre.views.collectivite.soi import Reponse, Soi
from barometre.views.lecture.chiffres import Chiffre, format_bornes, format_cellule

FORMAT = "barometre-reponses"
NE_SAIT_PAS = "ne_sait_pas"
TAILLE_MAXIMALE, TEXTE_MAXIMAL = 200_000, 2_000
# Au-delà, un entier n'est la réponse à aucune question, et ne tient plus dans un nombre à virgule.
CHIFFRES_MAXIMAUX = 15
# Le temps que l'on annonce par question fermée, lue et répondue : notre hypothèse, qui n'a pas été mesurée.
SECONDES_PAR_QUESTION = 15
# Ce que le lecteur a saisi : une option, plusieurs, un nombre, un texte.
Brutes = Mapping[str, Any]


class ReponsesRefusees(ValueError):
    """Un fichier de réponses qui ne se lit pas ; le message est une phrase."""


@dataclass(frozen=True, slots=True)
class Reprises:
    """Les réponses reprises d'un fichier, et combien ne l'ont pas été, ou qu'en partie."""

    questionnaire_id: str
    reponses: dict[str, Any]
    perdues: int = 0

    def describe(self, donnees: Brutes) -> str:
        """Ce qui est repris, ce qui se mêle aux réponses déjà données dans la visite, et ce qui manque."""
        avant = {i: v for i, v in donnees.items() if not _is_vide(v)}
        change = sum(avant.get(i, v) != v for i, v in self.reponses.items())
        phrases = (
            f"{format_compte(len(self.reponses), 'réponse reprise', 'réponses reprises')} de ce fichier.",
            _say(change, "remplace celle donnée ici", "remplacent celles données ici"),
            _say(
                len(avant.keys() - self.reponses.keys()),
                "réponse donnée ici, absente du fichier, est gardée",
                "réponses données ici, absentes du fichier, sont gardées",
            ),
            _say(
                self.perdues,
                "réponse n’a pas été reprise : la question, ou un de ses choix, n’est plus posée ainsi",
                "réponses n’ont pas été reprises : la question, ou un de ses choix, n’est plus posée ainsi",
            ),
        )
        return " ".join(filter(None, phrases))


def _say(n: int, un: str, plusieurs: str) -> str:
    return f"{format_compte(n, un, plusieurs)}." if n else ""


def _is_vide(valeur: object) -> bool:
    return valeur in (None, "", [])


def list_posees(questionnaire: Questionnaire, type_: str, brutes: Brutes) -> list[Question]:
    """Les questions posées à ce type, compte tenu des réponses déjà données."""
    posees: list[Question] = []
    saisies: dict[str, Saisie] = {}
    for question in questionnaire.questions:
        if _is_posee(question, type_, saisies):
            posees.append(question)
            saisies[question.id] = read_saisie(question, brutes.get(question.id))
    return posees


def _is_posee(question: Question, type_: str, saisies: Mapping[str, Saisie]) -> bool:
    if question.retiree or (question.types and type_ not in question.types):
        return False
    if question.condition is None:
        return True
    amont = saisies.get(question.condition.question_id)
    return amont is not None and not amont.options.isdisjoint(question.condition.options)


def read_saisie(question: Question, brute: object) -> Saisie:
    """Une valeur du navigateur ou d'un fichier → une réponse ; ce qui n'était pas offert ne compte pas."""
    if brute in (None, "", []):
        return Saisie()
    if brute == NE_SAIT_PAS and question.ne_sait_pas:
        return Saisie("ne_sait_pas")
    if question.type == "nombre":
        return _read_nombre(question, brute)
    if question.type == "texte":
        return Saisie("repondu", texte=str(brute)[:TEXTE_MAXIMAL])
    offertes = {o.id for o in question.options}
    choisies = [str(b) for b in brute] if isinstance(brute, list | tuple) else [str(brute)]
    retenues = frozenset(choisies) & offertes
    if not retenues or (question.type == "choix_unique" and len(retenues) > 1):
        return Saisie()
    return Saisie("repondu", retenues)


def _read_nombre(question: Question, brute: object) -> Saisie:
    if isinstance(brute, bool) or not isinstance(brute, int | float) or not math.isfinite(brute):
        return Saisie()
    bas = -math.inf if question.minimum is None else question.minimum
    haut = math.inf if question.maximum is None else question.maximum
    return Saisie("repondu", nombre=float(brute)) if bas <= brute <= haut else Saisie()


def compute_soi(
    catalogue: Catalogue, questionnaire: Questionnaire, type_: str, brutes: Brutes, vague_id: str
) -> Soi:
    """Les indicateurs de ces réponses, comme si la collectivité avait répondu à cette vague."""
    posees = {q.id: read_saisie(q, brutes.get(q.id)) for q in list_posees(questionnaire, type_, brutes)}
    reponses = {}
    for indicateur in catalogue.list_indicateurs(questionnaire.id, origine="declare"):
        saisie = posees.get(indicateur.calcul.question_id, Saisie("non_concerne"))
        reponses[(indicateur.id, vague_id)] = Reponse(*apply_calcul(indicateur.calcul, saisie))
    return Soi("", reponses=reponses)


def list_resultats(
    question: Question, indicateurs: Iterable[Indicateur], pairs: Pairs, soi: Soi
) -> tuple[str, ...]:
    """Ce que la réponse place aussitôt : « Un site internet : vous, oui ; 87 % de vos pairs. »"""
    lignes = []
    for indicateur in indicateurs:
        reponse = soi.get(indicateur.id, pairs.vague_id)
        muette = reponse is None or reponse.etat in ("sans_reponse", "non_concerne")
        if indicateur.calcul.question_id != question.id or muette or reponse is None:
            continue
        chiffre = pairs.get(indicateur.id)
        suite = _describe_pairs(indicateur, chiffre) if chiffre else "trop peu de réponses chez vos pairs"
        lignes.append(f"{indicateur.titre} : vous, {reponse.get_texte(indicateur)} ; {suite}.")
    return tuple(lignes)


def _describe_pairs(indicateur: Indicateur, chiffre: Chiffre) -> str:
    """« 87 % de vos pairs (entre 70 et 95 %, indicatif) »."""
    texte = format_cellule(indicateur, chiffre, "redresse")
    indicatif = "indicatif" if chiffre.note == "C" else ""
    faits = ", ".join(filter(None, (format_bornes(indicateur, chiffre), indicatif)))
    dit = f"{texte} {'de' if indicateur.est_part else 'chez'} vos pairs"
    return f"{dit} ({faits})" if faits else dit


def compute_minutes(questionnaire: Questionnaire, type_: str) -> int:
    """La durée à annoncer : quinze secondes par question posée d'emblée, au moins une minute."""
    return max(1, round(len(list_posees(questionnaire, type_, {})) * SECONDES_PAR_QUESTION / 60))


def count_repondues(questionnaire: Questionnaire, type_: str, brutes: Brutes) -> tuple[int, int]:
    """Combien de questions ont une réponse, sur combien posées."""
    posees = list_posees(questionnaire, type_, brutes)
    return sum(read_saisie(q, brutes.get(q.id)).etat != "sans_reponse" for q in posees), len(posees)


def write_reponses(questionnaire: Questionnaire, collectivite_id: str, brutes: Brutes) -> bytes:
    """Le fichier que le lecteur emporte."""
    connues = {q.id for q in questionnaire.questions}
    contenu = {
        "format": FORMAT,
        "version": 1,
        "questionnaire": questionnaire.id,
        "collectivite": collectivite_id,
        "reponses": {i: v for i, v in brutes.items() if i in connues and not _is_vide(v)},
    }
    return json.dumps(contenu, ensure_ascii=False, indent=1).encode()


def read_reponses(catalogue: Catalogue, octets: bytes, collectivite_id: str) -> Reprises:
    """Les réponses d'un fichier ; `ReponsesRefusees` s'il n'est pas d'ici, ou pas de cette collectivité."""
    if len(octets) > TAILLE_MAXIMALE:
        raise ReponsesRefusees(
            f"Ce fichier est trop lourd : {format_nombre(TAILLE_MAXIMALE // 1000)} ko au plus."
        )
    try:
        contenu = json.loads(octets, parse_int=_read_entier)
    except ReponsesRefusees:
        raise
    except (ValueError, RecursionError) as erreur:
        raise ReponsesRefusees("Ce fichier n’est pas un fichier de réponses du baromètre.") from erreur
    if not isinstance(contenu, dict) or contenu.get("format") != FORMAT:
        raise ReponsesRefusees("Ce fichier n’est pas un fichier de réponses du baromètre.")
    questionnaire = catalogue.questionnaires.get(str(contenu.get("questionnaire")))
    reponses = contenu.get("reponses")
    if questionnaire is None or not isinstance(reponses, dict):
        inconnu = format_guillemets(str(contenu.get("questionnaire"))[:40])
        raise ReponsesRefusees(f"Ce fichier parle d’un questionnaire inconnu : {inconnu}.")
    _check_sienne(str(contenu.get("collectivite") or collectivite_id), collectivite_id)
    gardees = _keep_valid(questionnaire, reponses)
    entieres = sum(_is_entiere(questionnaire, i, gardees.get(i)) for i in reponses)
    vides = sum(map(_is_vide, reponses.values()))
    return Reprises(questionnaire.id, gardees, len(reponses) - vides - entieres)


def _check_sienne(sienne: str, collectivite_id: str) -> None:
    """Les réponses d'une collectivité ne sont jamais placées sur la fiche d'une autre."""
    if sienne != collectivite_id:
        raise ReponsesRefusees(
            f"Ce fichier porte les réponses d’une autre collectivité ({sienne[:40]})\u202f: ouvrez sa fiche "
            "pour les reprendre."
        )


def _read_entier(chiffres: str) -> int:
    if len(chiffres) > CHIFFRES_MAXIMAUX:
        raise ReponsesRefusees(
            f"Une réponse de ce fichier est un nombre de {len(chiffres)} chiffres : "
            f"{CHIFFRES_MAXIMAUX} au plus. Corrigez-la, puis reprenez le fichier."
        )
    return int(chiffres)


def _keep_valid(questionnaire: Questionnaire, reponses: Mapping[str, Any]) -> dict[str, Any]:
    """Seules restent les réponses que le questionnaire offre."""
    return {
        q.id: reponses[q.id]
        for q in questionnaire.questions
        if q.id in reponses and read_saisie(q, reponses[q.id]).etat != "sans_reponse"
    }


def _is_entiere(questionnaire: Questionnaire, question_id: str, valeur: object) -> bool:
    """Vrai pour une réponse gardée dont chaque choix est encore offert."""
    if valeur is None:
        return False
    question = next(q for q in questionnaire.questions if q.id == question_id)
    offertes = {o.id for o in question.options}
    return not isinstance(valeur, list) or {str(v) for v in valeur} <= offertes
