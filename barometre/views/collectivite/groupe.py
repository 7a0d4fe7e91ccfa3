"""Les chiffres d'un groupe de répondantes sans la collectivité elle-même : intervalle et note."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from barometre.access import Gate
from barometre.domain.indicateur import Indicateur
from barometre.stats.grades import Precision, grade_means, grade_proportions
from barometre.stats.intervals import student, wilson_effective
from barometre.stats.prudence import PRUDENCE_FACTOR, shift
from barometre.views.lecture.chiffres import Chiffre, read_chiffres


def read_groupe(
    gate: Gate, collectivite_id: str, autres: Sequence[str], indicateurs: Sequence[Indicateur], vague_id: str
) -> Mapping[str, Chiffre]:
    """Un chiffre par indicateur ; caché s'il y a trop peu d'autres répondantes."""
    if not autres or not indicateurs:
        return {}
    par_id = {i.id: i for i in indicateurs}
    cadre = gate.list_agregats_pairs(collectivite_id, autres, list(par_id), vague_id)
    se = dict(zip(cadre["indicateur_id"], cadre["se"], strict=True))
    return {c.indicateur_id: _finish(c, par_id[c.indicateur_id], se) for c in read_chiffres(cadre)}


def _finish(chiffre: Chiffre, indicateur: Indicateur, se: Mapping[str, float]) -> Chiffre:
    """L'intervalle : Wilson sur l'effectif efficace pour une part, Student pour une moyenne."""
    if not chiffre.montre or chiffre.redresse is None or chiffre.n is None or chiffre.plafond:
        return chiffre
    p, n_eff = chiffre.redresse, chiffre.n_eff or 1.0
    if indicateur.est_part:
        bas, haut = (round(float(b), 2) for b in wilson_effective(p, n_eff))
        prudence = (float(shift(bas, 1.0, PRUDENCE_FACTOR)), float(shift(haut, 1.0, 1 / PRUDENCE_FACTOR)))
        oui, df = chiffre.n * p, chiffre.n - 1
        note, raison = grade_proportions(Precision(chiffre.n, oui, n_eff, p, bas, haut, df, *prudence))
    else:
        erreur = float(se[chiffre.indicateur_id])
        if math.isnan(erreur):  # une erreur type que la porte a effacée
            return replace(chiffre, note="C")
        bas, haut = (float(b) for b in student(p, erreur, chiffre.n - 1))
        note, raison = grade_means(chiffre.n, n_eff, p, bas, haut)
    return replace(chiffre, bas=bas, haut=haut, note=str(note), raison=str(raison))  # type: ignore[arg-type]
