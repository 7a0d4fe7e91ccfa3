"""Les parts visées de chaque option : chiffres publiés d'abord, hypothèses ensuite, défauts enfin."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from barometre.catalogue import Catalogue
from barometre.domain.enquete import Question
from barometre.pipeline.demo.hypotheses import Hypotheses

Cibles = dict[str, list[tuple[tuple[str, ...], float]]]
_TOURS = 50


def list_cibles(catalogue: Catalogue) -> Cibles:
    """Question → (options, part publiée), pour les indicateurs que le baromètre a publiés en pourcentage."""
    publies = {c.id: c for c in catalogue.chiffres_publies}
    cibles: Cibles = defaultdict(list)
    for indicateur in catalogue.indicateurs.values():
        calcul = indicateur.calcul
        valeurs = [
            publies[c].valeur for c in indicateur.chiffres_publies if c in publies and publies[c].unite == "%"
        ]
        if calcul.regle == "part_options" and valeurs and valeurs[0] is not None:
            cibles[calcul.question_id].append((calcul.options, valeurs[0] / 100))
    return dict(cibles)


def build_parts(question: Question, cibles: Cibles, hypotheses: Hypotheses, edition: int) -> np.ndarray:
    """La part de chaque option, de 0 à 1 (de somme 1 pour un choix unique)."""
    ids = [o.id for o in question.options]
    parts = _parts_supposees(question, ids, hypotheses) / 100
    unique = question.type == "choix_unique"
    for options, part in cibles.get(question.id, []) * (_TOURS if unique else 1):
        parts = _reach(parts, np.isin(ids, options), part, unique)
    parts = parts / parts.sum() if unique else parts
    for option, points in _list_evolutions(question, ids, hypotheses, edition).items():
        vise = float(np.clip(parts[ids.index(option)] + points / 100, 0.005, 0.99))
        parts = _reach(parts, np.isin(ids, [option]), vise, unique)
    return np.clip(parts, 0.0, 1.0)


def _list_evolutions(
    question: Question, ids: list[str], hypotheses: Hypotheses, edition: int
) -> dict[str, float]:
    """Ce qui bouge depuis la première édition, en points : le déclaré, et un bruit attaché à l'option."""
    if edition <= 1:
        return {}
    declarees = hypotheses["evolutions"].get(str(edition), {}).get(question.id, {})
    bruit = hypotheses["bruit_entre_editions"]
    # Un seul degré de liberté pour un choix unique : bouger une option déplace les autres.
    libres = ids if question.type == "choix_multiple" else ids[:1]
    evolutions = {i: bruit * 2 * (_fraction(question.id, i, str(edition)) - 0.5) * np.sqrt(3) for i in libres}
    return evolutions if not declarees else evolutions | {i: p for i, p in declarees.items() if i in ids}


def _reach(parts: np.ndarray, dedans: np.ndarray, vise: float, unique: bool) -> np.ndarray:
    """Amène les options `dedans` à la part visée ; les autres se partagent le reste d'un choix unique."""
    if not dedans.any():
        return parts
    if not unique:
        return np.where(dedans, vise, parts)
    dans, hors = parts[dedans].sum(), parts[~dedans].sum()
    return np.where(dedans, parts * vise / max(dans, 1e-9), parts * (1 - vise) / max(hors, 1e-9))


def _parts_supposees(question: Question, ids: list[str], hypotheses: Hypotheses) -> np.ndarray:
    donnees = hypotheses["questions"].get(question.id, {})
    defauts = _parts_par_defaut(question, ids, hypotheses)
    parts = np.array([float(donnees.get(i, d)) for i, d in zip(ids, defauts, strict=True)])
    if question.type == "choix_unique" and donnees:
        # Une hypothèse qui ne nomme pas toutes les options laisse le reste aux autres.
        nommees = np.array([i in donnees for i in ids])
        reste = max(100.0 - parts[nommees].sum(), 0.0)
        autres = parts[~nommees].sum()
        parts = np.where(nommees, parts, parts * reste / autres if autres else 0.0)
    return np.maximum(parts, 0.2)


def _parts_par_defaut(question: Question, ids: list[str], hypotheses: Hypotheses) -> np.ndarray:
    defauts: Mapping[str, object] = hypotheses["defauts"]
    if question.type == "choix_multiple":
        bas, haut = hypotheses["defauts"]["choix_multiple"]
        parts = [bas + (haut - bas) * _fraction(question.id, i) for i in ids]
        exclusive = hypotheses["defauts"]["exclusive"]
        return np.array(
            [exclusive if i in hypotheses["exclusives"] else p for i, p in zip(ids, parts, strict=True)]
        )
    echelle = defauts.get("_".join(ids))
    if not isinstance(echelle, dict):
        return np.linspace(1.0, 2.0, len(ids)) * 100 / (1.5 * len(ids))
    ecart = hypotheses["defauts"]["ecart"] * (2 * _fraction(question.id) - 1)
    return np.array([echelle[i] + (ecart if rang == 0 else 0.0) for rang, i in enumerate(ids)])


def _fraction(*cles: str) -> float:
    """Un nombre de 0 à 1 attaché à un nom, pour que deux questions n'aient pas les mêmes parts."""
    return (zlib.crc32("/".join(cles).encode()) % 10_000) / 10_000


def get_taux(question: Question, nom: str, hypotheses: Hypotheses) -> float:
    """Le taux de « sans réponse » ou de « ne sait pas » d'une question, entre ses bornes."""
    bas, haut = hypotheses["reponses"][nom]
    return (bas + (haut - bas) * _fraction(question.id, nom)) / 100
