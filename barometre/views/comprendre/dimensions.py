"""Répartir un indicateur : par taille, type, territoire, couverture OPSN, vague."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from barometre.domain.indicateur import Indicateur
from barometre.domain.territoire import COUVERTURES, LIBELLES_COUVERTURES, LIBELLES_TYPES, TYPES
from barometre.views.lecture.cellules import get_cellule, list_territoires, read_cellules
from barometre.views.lecture.chiffres import ABSENT, Chiffre, Cle
from barometre.views.lecture.groupes_compares import Adresse, GroupeCompare, read_groupes_compares
from barometre.views.lecture.ligne import Lecture
from barometre.views.lecture.repartition import Groupe, Repartition
from barometre.views.lecture.selection import Selection

STRATE, TYPE, TERRITOIRE, OPSN, VAGUES = "strate", "type", "territoire", "opsn", "vagues"
_TITRES = {
    STRATE: ("Selon la taille", "strate"),
    TYPE: ("Selon le type de collectivité", "type"),
    TERRITOIRE: ("Selon le territoire", "territoire"),
    OPSN: ("Selon la couverture par un OPSN", "couverture"),
    VAGUES: ("D’une vague à l’autre", "vague"),
}
DIMENSIONS = tuple(_TITRES)
Cellules = Mapping[Cle, Chiffre]
Compares = Mapping[Adresse, GroupeCompare]


def build_repartitions(lecture: Lecture, indicateur: Indicateur) -> list[Repartition]:
    """Les répartitions qui ont au moins une cellule, dans l'ordre où on les lit."""
    selection = lecture.selection
    # Une seule lecture autour de la sélection sert aux trois dimensions du territoire.
    autour = read_cellules(lecture.gate, [indicateur.id], selection, type=None, strate=None, couverture=None)
    compares = _read_compares(lecture, indicateur)
    ouvertes = {
        STRATE: _list_strates(lecture),
        TYPE: _list_types(selection),
        OPSN: _list_couvertures(selection),
    }
    trouvees = {
        dimension: _build(indicateur, dimension, modalites, autour, compares=compares)
        for dimension, modalites in ouvertes.items()
    }
    trouvees[TERRITOIRE] = _build_territoires(lecture, indicateur, compares)
    return [trouvees[d] for d in (STRATE, TYPE, TERRITOIRE, OPSN) if trouvees[d].groupes]


def _read_compares(lecture: Lecture, indicateur: Indicateur) -> Compares:
    """Les groupes ne se comparent à l'ensemble que pour la France entière, et seules les parts le sont."""
    if not (lecture.selection.est_france_entiere and indicateur.est_part):
        return {}
    return read_groupes_compares(lecture.gate, indicateur.id, lecture.selection.vague_id)


def _list_strates(lecture: Lecture) -> dict[str, Selection]:
    type_ = lecture.selection.type_effectif
    return {
        lecture.libelles.get_strate(s.id): replace(lecture.selection, strate=s.id, type=s.type)
        for s in lecture.catalogue.strates
        if type_ in ("", s.type)
    }


def _list_types(selection: Selection) -> dict[str, Selection]:
    return {LIBELLES_TYPES[t]: replace(selection, type=t, strate="") for t in TYPES}


def _list_couvertures(selection: Selection) -> dict[str, Selection]:
    return {LIBELLES_COUVERTURES[c]: replace(selection, couverture=c) for c in COUVERTURES}


def _build_territoires(lecture: Lecture, indicateur: Indicateur, compares: Compares) -> Repartition:
    noms = list_territoires(lecture.gate, lecture.selection.territoire_id)
    selections = {nom: replace(lecture.selection, territoire_id=id_) for id_, nom in noms.items()}
    cellules: Cellules = {}
    if noms:
        cellules = read_cellules(lecture.gate, [indicateur.id], lecture.selection, territoire_id=list(noms))
    return _build(indicateur, TERRITOIRE, selections, cellules, compares=compares)


def build_vagues(lecture: Lecture, indicateur: Indicateur, cellules: Cellules) -> Repartition:
    """La même sélection, vague après vague."""
    selections = {
        vague.titre: replace(lecture.selection, vague_id=vague.id)
        for vague in lecture.catalogue.vagues
        if indicateur.theme_id in vague.questionnaires
    }
    return _build(indicateur, VAGUES, selections, cellules)


def _build(
    indicateur: Indicateur,
    dimension: str,
    selections: Mapping[str, Selection],
    cellules: Cellules,
    *,
    compares: Compares | None = None,
) -> Repartition:
    groupes = [
        Groupe(nom, get_cellule(cellules, indicateur.id, s), (compares or {}).get(_adresse(s)))
        for nom, s in selections.items()
    ]
    titre, tete = _TITRES[dimension]
    return Repartition(
        id=dimension,
        titre=titre,
        tete=tete,
        indicateur=indicateur,
        groupes=tuple(g for g in groupes if g.chiffre.etat != ABSENT),
        sans_chiffre=_names(groupes),
    )


def _adresse(selection: Selection) -> Adresse:
    return (selection.territoire_id, selection.type_effectif, selection.strate, selection.couverture)


def _names(groupes: Sequence[Groupe]) -> tuple[str, ...]:
    return tuple(g.libelle for g in groupes if g.chiffre.etat == ABSENT)
