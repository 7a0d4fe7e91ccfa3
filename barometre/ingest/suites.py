"""Des codes qui montent de un à chaque ligne : un tableur a étiré « 33063 », et ce sont d'autres communes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from barometre.ingest.columns import Plan
from barometre.ingest.export import Export
from barometre.ingest.identity import Rattachement

# Huit codes de suite, un à un : de vraies répondantes, dont une sur dix répond, n'en donnent pas.
SUITE = 8
_A_COTE = ("nom", "departement", "population", "code_postal")
ETIREE = (
    "{} codes se suivent un à un, de {} à {}, et certains ne sont d'aucune commune actuelle : un tableur a "
    "étiré la colonne. Aucun n'est sûr."
)
SUIVIE = (
    "« {} » : {} codes se suivent un à un, de {} à {}, sans nom à côté pour les confirmer, chargés. Un "
    "tableur a-t-il étiré la colonne ?"
)


def list_etirees(export: Export, plan: Plan, rattaches: Sequence[Rattachement]) -> list[tuple[int, int, str]]:
    """Les lignes d'une suite qui passe par un code d'hier ou de personne : rang de ligne, de colonne, motif.

    Une liste triée du référentiel les saute ; un tableur les écrit.
    """
    return [
        (
            i,
            rang,
            ETIREE.format(len(lignes), *(export.colonnes[rang][lignes[k]] for k in (0, -1))),
        )
        for rang, lignes in _iter_suites(export, plan)
        if any(rattaches[i].recode or not rattaches[i].collectivite_id for i in lignes)
        for i in lignes
    ]


def list_suites(export: Export, plan: Plan, collectivites: Sequence[str]) -> list[str]:
    """Les autres suites : rien ne dit qu'elles soient fausses, et c'est dit, en phrases."""
    return [
        SUIVIE.format(export.entetes[rang], len(lignes), *(export.colonnes[rang][lignes[i]] for i in (0, -1)))
        for rang, lignes in _iter_suites(export, plan)
        if all(collectivites[i] for i in lignes)
    ]


def _iter_suites(export: Export, plan: Plan) -> Iterator[tuple[int, range]]:
    """La colonne et les lignes de chaque suite, si rien n'est écrit à côté pour confirmer les codes."""
    if any(plan.colonnes_de.get(role) for role in _A_COTE):
        return
    for rang in plan.colonnes_de.get("code", ()):
        codes = [int(t) if t.isdecimal() and len(t) == 5 else -1 for t in export.colonnes[rang]]
        debuts = [*map(int, np.flatnonzero(np.diff(codes, prepend=-2) != 1)), len(codes)]
        for debut, fin in pairwise(debuts):
            if fin - debut >= SUITE:
                yield rang, range(debut, fin)
