"""Ce que la porte inscrit au journal : une lecture nommée, ou son refus ; et où elle l'inscrit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from barometre.access.registre import get_registre
from barometre.domain.portee import Portee


class Journal(Protocol):
    """Ce qui inscrit une lecture nommée : le registre, ou une liste dans un test."""

    def journaliser(
        self, action: str, objet: str, *, portee: Portee, compte: str = "", detail: str = ""
    ) -> None:
        """Inscrit un fait."""


class Attente:
    """Un journal qui n'écrit que les refus : les lectures d'une vue s'inscrivent quand elle est livrée."""

    def journaliser(
        self, action: str, objet: str, *, portee: Portee, compte: str = "", detail: str = ""
    ) -> None:
        """Inscrit un refus au registre ; une lecture attend la livraison."""
        if action.startswith("refus_"):
            get_registre().journaliser(action, objet, portee=portee, compte=compte, detail=detail)


@dataclass(frozen=True, slots=True)
class Lecture:
    """Un fait à inscrire au journal : une lecture nommée, ou son refus."""

    action: str
    objet: str
    detail: str = ""
