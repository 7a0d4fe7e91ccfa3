"""Ce qu'un programme de calcul ajoute à un export : une colonne recopiée, « 1.0 » pour 1."""

from __future__ import annotations

import re
from dataclasses import replace

from barometre.ingest.columns import Plan
from barometre.ingest.entetes import Cible
from barometre.ingest.export import Export
from barometre.ingest.labels import heading_key

# « Q09.1 » : pandas renomme ainsi la seconde colonne d'un même nom ; « Q09_y », celle d'une fusion.
_SUFFIXE = re.compile(r"(?:\.\d{1,2}|_[xy])$")
_POINT_ZERO = re.compile(r"^(\d{1,2})[.,]0$", re.ASCII)


def list_copies(export: Export) -> dict[int, Cible]:
    """Les colonnes qui redisent, cellule pour cellule, une colonne du même nom : elles ne servent pas."""
    vues: dict[tuple[str, tuple[str, ...]], int] = {}
    copies = {}
    for rang, (entete, colonne) in enumerate(zip(export.entetes, export.colonnes, strict=True)):
        if entete and vues.setdefault((heading_key(_SUFFIXE.sub("", entete)), colonne), rang) != rang:
            copies[rang] = Cible("service")
    return copies


def drop_point_zero(export: Export, plan: Plan) -> Export:
    """« 1.0 » et « 0.0 » dans une case ou un choix : pandas fait des nombres d'une colonne à trous.

    Un nombre demandé, un identifiant gardent leur écriture : elle y compte.
    """
    rangs = {r for options in plan.options.values() for r in options.values()} | set(plan.nsp.values())
    rangs |= {rang for question, rang in plan.questions.items() if question in plan.choix}
    touchees = {r for r in rangs if any(_POINT_ZERO.match(t) for t in set(export.colonnes[r]))}
    if not touchees:
        return export
    colonnes = [
        tuple(_POINT_ZERO.sub(r"\1", t) for t in colonne) if rang in touchees else colonne
        for rang, colonne in enumerate(export.colonnes)
    ]
    return replace(export, colonnes=tuple(colonnes))
