"""Le cadre d'un graphique : une ligne par groupe, ses nombres et ses mots déjà prêts.

Des valeurs et non un tableau : un thème en a vingt-sept lignes, et pandas mettait trente millièmes de seconde
à les porter d'une vue à son dessin.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self, TypeVar

from barometre.domain.chiffre import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Ligne:
    """Un chiffre et ses bornes. Caché, il n'a que son nom et la raison de son silence.

    Les nombres sont dans l'unité de l'indicateur (une part entre 0 et 1) ; un mot (`*_texte`, `intervalle`)
    est écrit par `views` : un nombre ne s'écrit que d'une façon dans tout le projet.
    """

    GARDES: ClassVar[tuple[str, ...]] = ("groupe", "raison")

    groupe: str
    montre: bool = True
    raison: str = ""
    note: Note = ""
    n: int | None = None
    bas: float | None = None
    haut: float | None = None
    intervalle: str = ""
    # « au_plus », « au_moins » : le chiffre n'est que borné.
    plafond: str = ""

    def mask(self) -> Self:
        """La même, sans rien de ce qui est caché."""
        if self.montre:
            return self
        return type(self)(montre=False, **{nom: getattr(self, nom) for nom in self.GARDES})


@dataclass(frozen=True, slots=True, kw_only=True)
class LigneCadre(Ligne):
    """Un groupe : son chiffre redressé et son chiffre brut."""

    n_eff: float | None = None
    redresse: float | None = None
    brut: float | None = None
    redresse_texte: str = ""
    brut_texte: str = ""
    # Face à toutes les autres répondantes, quand le test a lieu et se montre.
    marque: str = ""
    position: str = ""
    ecart: str = ""
    # Depuis la vague précédente.
    changement: str = ""

    def get_valeur(self, valeur: str) -> float | None:
        """Le chiffre qui se lit (`redresse`), ou le brut."""
        return self.redresse if valeur == "redresse" else self.brut

    def get_texte(self, valeur: str) -> str:
        """Le même, en mots."""
        return self.redresse_texte if valeur == "redresse" else self.brut_texte


@dataclass(frozen=True, slots=True, kw_only=True)
class LignePosition(Ligne):
    """Un indicateur : le chiffre des pairs, et celui de la collectivité (`soi`), qui n'est jamais caché."""

    GARDES: ClassVar[tuple[str, ...]] = ("groupe", "raison", "soi", "soi_texte")

    valeur: float | None = None
    texte: str = ""
    soi: float | None = None
    soi_texte: str = ""


Cadre = tuple[LigneCadre, ...]
Positions = tuple[LignePosition, ...]
L = TypeVar("L", bound=Ligne)


def mask_cachees(cadre: Iterable[L]) -> tuple[L, ...]:
    """Seconde barrière après celle de la portée : rien de caché n'atteint une figure."""
    return tuple(ligne.mask() for ligne in cadre)
