"""Qui répond : des quotas publiés, un tirage pondéré sans remise à l'intérieur de chacun."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from barometre.domain.enquete import Vague
from barometre.pipeline.demo.frame import Cadre
from barometre.pipeline.demo.hypotheses import Hypotheses, build_hasard


def round_quotas(parts: np.ndarray, total: int) -> np.ndarray:
    """Des entiers proportionnels aux parts, dont la somme est le total (plus forts restes)."""
    exacts = parts / parts.sum() * total
    entiers = np.floor(exacts).astype(int)
    for rang in np.argsort(entiers - exacts, kind="stable")[: total - entiers.sum()]:
        entiers[rang] += 1
    return entiers


def draw_respondents(
    cadre: Cadre, vague: Vague, deja: np.ndarray, hypotheses: Hypotheses, graine: int
) -> np.ndarray:
    """Les rangs des répondants d'une vague ; `deja` : ceux qui ont répondu à une vague précédente."""
    participation = hypotheses["participation"]
    total = min(get_vague(vague, hypotheses)["reponses"], len(cadre))
    hasard = build_hasard(graine, "tirage", vague.id)
    fidelite = get_vague(vague, hypotheses)["fidelite"]
    cles = np.log(_attraits(cadre, participation) * np.where(deja, fidelite, 1.0)) + hasard.gumbel(
        size=len(cadre)
    )
    groupes = _build_groupes(cadre, participation)
    quotas = round_quotas(np.array([part for _, part in groupes]), total)
    # Ce qu'un petit groupe ne peut fournir va au premier, le plus nombreux.
    disponibles = np.array([membres.sum() for membres, _ in groupes])
    quotas[0] += np.maximum(quotas - disponibles, 0)[1:].sum()
    quotas = np.minimum(quotas, disponibles)
    tires = [_top(cles, membres, int(quota)) for (membres, _), quota in zip(groupes, quotas, strict=True)]
    return np.sort(np.concatenate(tires))


def get_vague(vague: Vague, hypotheses: Hypotheses) -> dict[str, Any]:
    """Les hypothèses d'une vague, ou celles d'une vague inconnue."""
    participation = hypotheses["participation"]
    return dict(participation["vagues"].get(vague.id, participation["vague_inconnue"]))


def _build_groupes(cadre: Cadre, participation: Hypotheses) -> list[tuple[np.ndarray, float]]:
    communes = cadre.types == "commune"
    part_communes = participation["types"].get("commune", 0)
    groupes, minimum = [], 0.0
    for tranche in participation["communes"]:
        maximum = tranche["jusqu_a"] or np.inf
        membres = communes & (cadre.populations >= minimum) & (cadre.populations < maximum)
        groupes.append((membres, part_communes * tranche["part"] / 100))
        minimum = maximum
    autres = [(cadre.types == t, part) for t, part in participation["types"].items() if t != "commune"]
    return groupes + autres


def _attraits(cadre: Cadre, participation: Hypotheses) -> np.ndarray:
    """La part visée d'une région, partagée entre ses collectivités ; plus avec un OPSN, plus si grande."""
    regions, rangs = np.unique(cadre.regions.astype(str), return_inverse=True)
    parts = participation["regions"]
    poids = np.array([parts.get(r, parts["autres"]) for r in regions]) / np.bincount(rangs)
    attraits = poids[rangs] * np.where(cadre.opsn, participation["attrait_opsn"], 1.0)
    taille = np.maximum(cadre.populations / 5_000, 1.0) ** participation["attrait_taille"]
    return np.asarray(attraits * taille)


def _top(cles: np.ndarray, membres: np.ndarray, quota: int) -> np.ndarray:
    rangs = np.flatnonzero(membres)
    return rangs[np.argsort(-cles[rangs], kind="stable")[:quota]]


def draw_elus(
    cadre: Cadre, rangs: np.ndarray, vague: Vague, hypotheses: Hypotheses, graine: int
) -> np.ndarray:
    """Vrai pour un élu : plus souvent dans les petites communes, à la part publiée exactement."""
    hasard = build_hasard(graine, "elus", vague.id)
    envie = hasard.logistic(size=len(rangs)) - 1.2 * np.log10(np.maximum(cadre.populations[rangs], 30))
    nombre = round(len(rangs) * hypotheses["participation"]["elus"] / 100)
    elus = np.zeros(len(rangs), dtype=bool)
    elus[np.argsort(-envie, kind="stable")[:nombre]] = True
    return elus


def draw_questionnaires(nombre: int, vague: Vague, hypotheses: Hypotheses, graine: int) -> np.ndarray:
    """Répondant × questionnaire de la vague ; chacun en remplit au moins un."""
    participation, n = hypotheses["participation"], len(vague.questionnaires)
    hasard = build_hasard(graine, "questionnaires", vague.id)
    parts = participation["premier_questionnaire"] - participation["perte_par_questionnaire"] * np.arange(n)
    # La lassitude est celle du répondant : qui s'arrête tôt s'arrête pour de bon, ou presque.
    allant = hasard.random((nombre, 1)) * 0.6 + hasard.random((nombre, n)) * 0.4
    seuils = np.quantile(allant, np.clip(parts / 100, 0.05, 1.0))
    remplis = allant <= seuils
    remplis[~remplis.any(axis=1), 0] = True
    return np.asarray(remplis)


def draw_dates(nombre: int, vague: Vague, hypotheses: Hypotheses, graine: int) -> list[date]:
    """Beaucoup de réponses à l'ouverture, puis de moins en moins, avec deux relances."""
    bornes = get_vague(vague, hypotheses)
    debut, fin = bornes["debut"], bornes["fin"]
    assert isinstance(debut, date)
    assert isinstance(fin, date)
    hasard, duree = build_hasard(graine, "dates", vague.id), (fin - debut).days
    depart = hasard.choice([0.0, 0.35, 0.75], p=[0.6, 0.25, 0.15], size=nombre)
    jours = np.minimum(depart * duree + hasard.exponential(duree * 0.06, nombre), duree - 1)
    return [debut + timedelta(days=int(j)) for j in jours]
