"""Les départements dont le chiffre direct ne se montre pas : une estimation par modèle, dite telle."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from barometre.domain.estimation_modele import EstimationModele
from barometre.domain.formats import format_intervalle, format_part
from barometre.domain.indicateur import Indicateur
from barometre.domain.territoire import FRANCE
from barometre.views.comprendre.entonnoirs import list_departements
from barometre.views.lecture.cellules import get_cellule, read_cellules
from barometre.views.lecture.ligne import Lecture

ETIQUETTE = "Estimation par modèle"
EXPLICATION = (
    "Trop peu de collectivités de ces départements ont répondu pour un chiffre direct. Ces estimations "
    "s’appuient sur les départements qui leur ressemblent (région, tailles, couverture par un OPSN) : elles "
    "ne se comparent pas aux chiffres directs et ne se citent pas sans le dire."
)


@dataclass(frozen=True, slots=True)
class EstimationsModele:
    """Une ligne par département : son nom, l'estimation, l'intervalle ; jamais mêlée aux chiffres directs."""

    lignes: tuple[tuple[str, str, str], ...]

    @property
    def table(self) -> pd.DataFrame:
        """Le tableau de lecture."""
        return pd.DataFrame(list(self.lignes), columns=["departement", "modele_lu", "modele_intervalle"])


def build_estimations_modele(lecture: Lecture, indicateur: Indicateur) -> EstimationsModele | None:
    """Les départements du territoire choisi, sans autre filtre : le modèle n'est ajusté que pour eux."""
    selection = lecture.selection
    if not indicateur.cle or (selection.type, selection.strate, selection.couverture) != ("", "", ""):
        return None
    estimations = lecture.gate.list_estimations_modele(indicateur.id, selection.vague_id)
    if not estimations:
        return None
    noms = _list_noms(lecture, selection.territoire_id)
    sans_direct = _list_sans_direct(lecture, indicateur, list(noms))
    rangs = {e.territoire_id: e for e in estimations}
    lignes = [
        (noms[id_], *_describe(rangs[id_], indicateur.decimales)) for id_ in sans_direct if id_ in rangs
    ]
    return EstimationsModele(tuple(lignes)) if lignes else None


def _describe(estimation: EstimationModele, decimales: int) -> tuple[str, str]:
    return estimation.format(
        lambda part: format_part(part, decimales),
        lambda bas, haut: format_intervalle(bas, haut, "%", decimales),
    )


def _list_noms(lecture: Lecture, territoire_id: str) -> dict[str, str]:
    niveau, _, code = territoire_id.partition("-")
    if niveau == "departement":
        return {territoire_id: lecture.libelles.get_territoire(territoire_id)}
    if niveau == "region":
        return list_departements(lecture, region=code)
    return list_departements(lecture) if territoire_id == FRANCE else {}


def _list_sans_direct(lecture: Lecture, indicateur: Indicateur, departements: list[str]) -> list[str]:
    if not departements:
        return []
    cellules = read_cellules(lecture.gate, [indicateur.id], lecture.selection, territoire_id=departements)
    adresses = {d: replace(lecture.selection, territoire_id=d) for d in departements}
    return [d for d, s in adresses.items() if not get_cellule(cellules, indicateur.id, s).montre]
