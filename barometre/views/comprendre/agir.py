"""« Que faire » : pour un thème, les actions des pratiques les moins répandues."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from barometre.domain.indicateur import Action
from barometre.views.lecture.conseil import list_conseils
from barometre.views.lecture.ligne import LigneIndicateur

NOMBRE = 3


@dataclass(frozen=True, slots=True)
class Piste:
    """Une action du catalogue, et le chiffre qui la motive."""

    ligne: LigneIndicateur
    action: Action


def list_pistes(lignes: Iterable[LigneIndicateur], type_: str = "") -> tuple[Piste, ...]:
    """Trois pistes au plus, les plus rares d'abord, dites à ce type ; un chiffre indicatif ne motive rien."""
    rares = [
        ligne
        for ligne in lignes
        if ligne.indicateur.sens == "plus_haut_mieux"
        and ligne.indicateur.est_part
        and list_conseils(ligne.indicateur.actions, type_)
        and ligne.chiffre.citable
    ]
    rares.sort(key=lambda ligne: ligne.chiffre.valeur or 0.0)
    premieres: dict[str, Piste] = {}
    for ligne in rares:
        action = list_conseils(ligne.indicateur.actions, type_)[0]
        premieres.setdefault(action.texte, Piste(ligne, action))
    return tuple(premieres.values())[:NOMBRE]
