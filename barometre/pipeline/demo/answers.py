"""Les réponses simulées : un rang par maturité et hasard, puis exactement les effectifs visés."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from barometre.domain.enquete import Question, Questionnaire
from barometre.ingest.answers import NE_SAIT_PAS, NON_CONCERNE, REPONDU, SANS_REPONSE, Reponses
from barometre.ingest.questionnaire_answers import is_filtre_vide, is_posee, is_sans_aucun
from barometre.pipeline.demo.frame import Cadre
from barometre.pipeline.demo.hypotheses import Hypotheses, build_hasard
from barometre.pipeline.demo.sampling import round_quotas
from barometre.pipeline.demo.targets import Cibles, build_parts, get_taux


@dataclass(frozen=True, slots=True)
class Tirage:
    """Ce qu'il faut pour tirer les réponses d'un questionnaire d'une vague. `rangs` : dans le cadre."""

    cadre: Cadre
    rangs: np.ndarray
    vague_id: str
    edition: int
    cibles: Cibles
    hypotheses: Hypotheses
    graine: int

    def score(self, question: Question, nom: str, lien: float) -> np.ndarray:
        """Maturité, et un hasard dont une part reste attachée à la collectivité d'une édition à l'autre."""
        durable = build_hasard(self.graine, question.id, nom).standard_normal(len(self.cadre))[self.rangs]
        passager = build_hasard(self.graine, question.id, nom, self.vague_id).standard_normal(len(self.rangs))
        rho = self.hypotheses["reponses"]["persistance"]
        hasard = rho * durable + np.sqrt(1 - rho**2) * passager
        return np.asarray(lien * self.cadre.maturite[self.rangs] + hasard)


def draw_answers(questionnaire: Questionnaire, tirage: Tirage) -> dict[str, Reponses]:
    """Les réponses à toutes les questions, conditions respectées."""
    reponses: dict[str, Reponses] = {}
    types = tirage.cadre.types[tirage.rangs]
    for question in questionnaire.questions:
        etats = _draw_etats(question, is_posee(question, reponses, types), tirage)
        # Sans réponse à la question filtre, LimeSurvey n'affiche pas la suivante.
        etats[is_filtre_vide(question, reponses) & (etats != NON_CONCERNE)] = SANS_REPONSE
        reponses[question.id] = _TIRAGES[question.type](question, etats, tirage)
    return reponses


def _draw_etats(question: Question, posee: np.ndarray, tirage: Tirage) -> np.ndarray:
    hasard = build_hasard(tirage.graine, "etats", question.id, tirage.vague_id).random(len(posee))
    hypotheses = tirage.hypotheses
    # Dans un questionnaire validé, ne rien cocher d'une liste sans « Aucun » est une réponse.
    vide = 0.0 if is_sans_aucun(question) else get_taux(question, "sans_reponse", hypotheses)
    if question.type == "texte":
        vide = 1 - hypotheses["reponses"]["texte"] / 100
    ignore = get_taux(question, "ne_sait_pas", hypotheses) if question.ne_sait_pas else 0.0
    etats = np.where(hasard < vide, SANS_REPONSE, np.where(hasard < vide + ignore, NE_SAIT_PAS, REPONDU))
    return np.where(posee, etats, NON_CONCERNE).astype(np.int8)


def _draw_unique(question: Question, etats: np.ndarray, tirage: Tirage) -> Reponses:
    """Les plus avancées reçoivent les premières options, dans l'ordre où le questionnaire les donne."""
    repondu = np.flatnonzero(etats == REPONDU)
    score = tirage.score(question, "", tirage.hypotheses["reponses"]["lien_choix_unique"])[repondu]
    parts = build_parts(question, tirage.cibles, tirage.hypotheses, tirage.edition)
    effectifs = round_quotas(parts, len(repondu))
    valeurs = np.full(len(etats), np.nan)
    valeurs[repondu[np.argsort(-score, kind="stable")]] = np.repeat(np.arange(len(parts)), effectifs)
    return Reponses(question, etats, valeurs, _vides(etats))


def _draw_multiple(question: Question, etats: np.ndarray, tirage: Tirage) -> Reponses:
    repondu = np.flatnonzero(etats == REPONDU)
    ids = [o.id for o in question.options]
    parts = build_parts(question, tirage.cibles, tirage.hypotheses, tirage.edition)
    effectifs = np.round(parts * len(repondu)).astype(int)
    exclusives = np.isin(ids, tirage.hypotheses["exclusives"])
    lien = tirage.hypotheses["reponses"]["lien_choix_multiple"]
    scores = np.column_stack([tirage.score(question, i, lien)[repondu] for i in ids])
    cases = _tick(scores, effectifs, exclusives)
    valeurs = np.zeros((len(etats), len(ids)))
    valeurs[repondu] = cases
    return Reponses(question, etats, valeurs, _vides(etats), tuple(ids))


def _tick(scores: np.ndarray, effectifs: np.ndarray, exclusives: np.ndarray) -> np.ndarray:
    """Coche exactement les effectifs visés ; une option exclusive va aux moins avancées, seule."""
    n, k = scores.shape
    cases = np.zeros((n, k))
    libres = np.ones(n, dtype=bool)
    for option in np.flatnonzero(exclusives):
        ordre = np.argsort(np.where(libres, scores.mean(axis=1), np.inf), kind="stable")[: effectifs[option]]
        cases[ordre, option] = 1.0
        libres[ordre] = False
    for option in np.flatnonzero(~exclusives):
        ordre = np.argsort(np.where(libres, -scores[:, option], np.inf), kind="stable")
        cases[ordre[: min(effectifs[option], int(libres.sum()))], option] = 1.0
    _fill_vides(cases, scores)
    return cases


def _fill_vides(cases: np.ndarray, scores: np.ndarray) -> None:
    """Une ligne où rien n'est coché prend une case à une ligne qui en a plusieurs : totaux inchangés."""
    for option in np.argsort(-cases.sum(axis=0), kind="stable"):
        vides = np.flatnonzero(cases.sum(axis=1) == 0)
        donneurs = np.flatnonzero((cases[:, option] == 1) & (cases.sum(axis=1) > 1))
        nombre = min(len(vides), len(donneurs))
        cases[donneurs[np.argsort(scores[donneurs, option], kind="stable")[:nombre]], option] = 0.0
        cases[vides[np.argsort(-scores[vides, option], kind="stable")[:nombre]], option] = 1.0


def _draw_nombre(question: Question, etats: np.ndarray, tirage: Tirage) -> Reponses:
    forme = tirage.hypotheses["defauts"]["nombre"] | tirage.hypotheses["questions"].get(question.id, {})
    populations = np.maximum(tirage.cadre.populations[tirage.rangs], 50.0)
    mediane = forme["mediane"] * (populations / 800.0) ** forme["elasticite"]
    nombres = mediane * np.exp(forme["dispersion"] * tirage.score(question, "", 0.3))
    zeros = build_hasard(tirage.graine, "zeros", question.id, tirage.vague_id).random(len(etats))
    nombres[zeros < forme["zeros"] / 100] = 0.0
    bas = question.minimum if question.minimum is not None else -np.inf
    haut = question.maximum if question.maximum is not None else np.inf
    nombres = np.clip(np.round(nombres, forme.get("decimales", 0)), bas, haut)
    return Reponses(question, etats, np.where(etats == REPONDU, nombres, np.nan), _vides(etats))


def _draw_texte(question: Question, etats: np.ndarray, tirage: Tirage) -> Reponses:
    phrases = np.array(tirage.hypotheses["reponses"]["textes"], dtype=object)
    choix = build_hasard(tirage.graine, "texte", question.id, tirage.vague_id).integers(
        len(phrases), size=len(etats)
    )
    textes = np.where(etats == REPONDU, phrases[choix], "")
    return Reponses(question, etats, np.full(len(etats), np.nan), textes)


def _vides(etats: np.ndarray) -> np.ndarray:
    return np.full(len(etats), "", dtype=object)


_TIRAGES = {
    "choix_unique": _draw_unique,
    "choix_multiple": _draw_multiple,
    "nombre": _draw_nombre,
    "texte": _draw_texte,
}
