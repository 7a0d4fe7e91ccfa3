"""Le cadre d'un graphique : une ligne par groupe, ses nombres et ses mots déjà prêts.

Des valeurs et non un tableau : un thème en a vingt-sept lignes, et pandas mettait trente millièmes de seconde
à les porter d'une vue à son dessin.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from barometre.domain.chiffre import Note


@dataclass(frozen=True, slots=True)
class LigneCadre:
    """Un groupe. Caché, il n'a que son nom et la raison de son silence.

    Les nombres sont dans l'unité de l'indicateur (une part entre 0 et 1) ; un mot (`*_texte`, `intervalle`)
    est écrit par `views` : un nombre ne s'écrit que d'une façon dans tout le projet.
    """

    groupe: str
    montre: bool = True
    raison: str = ""
    note: Note = ""
    n: int | None = None
    n_eff: float | None = None
    redresse: float | None = None
    brut: float | None = None
    bas: float | None = None
    haut: float | None = None
    redresse_texte: str = ""
    brut_texte: str = ""
    intervalle: str = ""
    # « au_plus », « au_moins » : le chiffre n'est que borné.
    plafond: str = ""
    # Face à toutes les autres répondantes, quand le test a lieu et se montre.
    marque: str = ""
    position: str = ""
    ecart: str = ""
    # Depuis la vague précédente.
    changement: str = ""

    def mask(self) -> LigneCadre:
        """La même, sans rien de ce qui est caché."""
        return self if self.montre else LigneCadre(self.groupe, montre=False, raison=self.raison)

    def get_valeur(self, valeur: str) -> float | None:
        """Le chiffre qui se lit (`redresse`), ou le brut."""
        return self.redresse if valeur == "redresse" else self.brut

    def get_texte(self, valeur: str) -> str:
        """Le même, en mots."""
        return self.redresse_texte if valeur == "redresse" else self.brut_texte


@dataclass(frozen=True, slots=True)
class LignePosition:
    """Un indicateur : le chiffre des pairs, caché ou non, et celui de la collectivité (`soi`), à elle."""

    groupe: str
    montre: bool = True
    raison: str = ""
    note: Note = ""
    n: int | None = None
    valeur: float | None = None
    bas: float | None = None
    haut: float | None = None
    texte: str = ""
    intervalle: str = ""
    plafond: str = ""
    soi: float | None = None
    soi_texte: str = ""

    def mask(self) -> LignePosition:
        """La même, sans rien de ce qui est caché chez les pairs."""
        if self.montre:
            return self
        return LignePosition(
            self.groupe, montre=False, raison=self.raison, soi=self.soi, soi_texte=self.soi_texte
        )


Cadre = tuple[LigneCadre, ...]
Positions = tuple[LignePosition, ...]
L = TypeVar("L", LigneCadre, LignePosition)


def mask_cachees(cadre: Iterable[L]) -> tuple[L, ...]:
    """Seconde barrière après celle de la portée : rien de caché n'atteint une figure."""
    return tuple(ligne.mask() for ligne in cadre)
