"""La différence testée entre deux vagues, région par région : la troisième carte."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.domain.formats import is_absent
from barometre.domain.indicateur import Indicateur
from barometre.domain.secret import MONTRES
from barometre.views.carte.valeurs import ABSENT, INDICATIF, MONTRE, NON_CITABLE, Releve, build_cadre
from barometre.views.comprendre.evolution import AUCUN, BAISSE, HAUSSE, format_ampleur
from barometre.views.lecture.selection import Selection

CHANGEMENTS = ("Baisse au-delà du hasard", "Pas de changement démontré", "Hausse au-delà du hasard")
NON_TESTE = "Pas de test publiable\u202f: trop peu de réponses à l’une des deux vagues, ou vagues sans test."
_RANGS = {BAISSE: 0, AUCUN: 1, HAUSSE: 2}


def read_changement(
    gate: Gate, indicateur: Indicateur, selection: Selection, depuis: str, lieux: pd.DataFrame
) -> Releve:
    """Le verdict du test de chaque lieu, de la vague `depuis` à celle de la sélection."""
    tests = gate.list_evolutions(
        indicateurs=indicateur.id,
        territoire_id=lieux["territoire_id"].tolist(),
        type=selection.type_effectif,
        strate=selection.strate,
        couverture=selection.couverture,
        vague_1=depuis,
        vague_2=selection.vague_id,
    )
    par_lieu = {str(ligne["territoire_id"]): ligne for ligne in tests.to_dict("records")}
    lignes = [_ligne(indicateur, par_lieu.get(str(lieu))) for lieu in lieux["territoire_id"]]
    return Releve(build_cadre(lieux, lignes), selection.vague_id, categories=CHANGEMENTS, absent=NON_TESTE)


def _ligne(indicateur: Indicateur, test: Mapping[Any, Any] | None) -> dict[str, object]:
    if test is None or test["etat"] not in MONTRES or is_absent(test["changement"]):
        return {"etat": ABSENT, "raison": NON_TESTE}
    rang = _RANGS[str(test["verdict"])]
    citable = test["etat"] == MONTRES[0]
    return {
        "etat": MONTRE if citable else INDICATIF,
        "valeur": rang,
        "valeur_texte": CHANGEMENTS[rang],
        "detail": format_ampleur(indicateur, float(test["changement"])),
        "raison": "" if citable else NON_CITABLE,
    }
