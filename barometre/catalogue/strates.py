"""Construire les grilles de strates, et prouver qu'elles n'ont ni trou ni recouvrement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from barometre.catalogue.model import Grille, Strate
from barometre.catalogue.validation import CatalogueError

NOM = "strates.yml"
DEFAUT = "defaut"


def build_grilles(contenu: Any) -> dict[str, Grille]:
    """Les grilles déclarées ; un type absent d'une grille garde le découpage par défaut."""
    lues = {grille["id"]: _lire(grille) for grille in contenu["grilles"]}
    if DEFAUT not in lues:
        raise CatalogueError([f"{NOM} : la grille « {DEFAUT} » manque."])
    defaut = lues[DEFAUT].strates
    return {id_: _completer(grille, defaut) for id_, grille in lues.items()}


def _lire(grille: Any) -> Grille:
    strates: list[Strate] = []
    for type_, tranches in grille["types"].items():
        phrases = [f"{NOM}, grille {grille['id']} : {phrase}" for phrase in _defauts(type_, tranches)]
        if phrases:
            raise CatalogueError(phrases)
        strates += [_strate(type_, tranche) for tranche in tranches]
    return Grille(grille["id"], grille["titre"], tuple(strates))


def _completer(grille: Grille, defaut: Sequence[Strate]) -> Grille:
    presents = {strate.type for strate in grille.strates}
    manquantes = [strate for strate in defaut if strate.type not in presents]
    return Grille(grille.id, grille.titre, (*grille.strates, *manquantes))


def _bornes(id_: str) -> tuple[str, int, int | None]:
    """`commune-500-999` → (commune, 500, 999) ; « plus » et « toutes » n'ont pas de borne haute."""
    type_, _, reste = id_.partition("-")
    if reste == "toutes":
        return type_, 0, None
    bas, haut = reste.split("-")
    return type_, int(bas), None if haut == "plus" else int(haut)


def _strate(type_: str, tranche: Any) -> Strate:
    _, minimum, maximum = _bornes(tranche["id"])
    return Strate(tranche["id"], type_, tranche["libelle"], minimum, maximum)


def _defauts(type_: str, tranches: Sequence[Any]) -> Iterator[str]:
    for tranche in tranches:
        type_dit, bas, _ = _bornes(tranche["id"])
        if type_dit != type_:
            yield f"la strate « {tranche['id']} » est rangée sous le type « {type_} »."
        if bas != tranche["minimum"]:
            yield f"la strate « {tranche['id']} » déclare pour minimum {tranche['minimum']}."
    bornes = [_bornes(tranche["id"])[1:] for tranche in tranches]
    if bornes[0][0] != 0:
        yield f"trou avant la strate « {tranches[0]['id']} » : la première doit commencer à 0."
    for (basse, haute), ((_, fin), (debut, _)) in zip(pairwise(tranches), pairwise(bornes), strict=True):
        yield from _jointure(basse["id"], haute["id"], fin, debut)
    if bornes[-1][1] is not None:
        yield f"trou après la strate « {tranches[-1]['id']} » : la dernière ne doit pas avoir de maximum."


def _jointure(basse: str, haute: str, fin: int | None, debut: int) -> Iterator[str]:
    if fin is None or debut <= fin:
        yield f"les strates « {basse} » et « {haute} » se recouvrent."
    elif debut > fin + 1:
        yield f"trou entre les strates « {basse} » et « {haute} »."
