"""Ce que le lecteur a choisi de regarder : une vague, un territoire, un type, une strate, une couverture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from barometre.domain.structure import EGALE, NIVEAUX_EGAUX
from barometre.domain.territoire import FRANCE
from barometre.views.lecture.address import Adresse, build_query

Valeur = Literal["redresse", "brut"]


@dataclass(frozen=True, slots=True)
class Selection:
    """Une cellule d'`agregat` et le chiffre à mettre en avant. Vide = toutes, ou la dernière vague."""

    vague_id: str = ""
    territoire_id: str = FRANCE
    type: str = ""
    strate: str = ""
    couverture: str = ""
    valeur: Valeur = "redresse"
    # « egale » : chaque territoire avec les tailles du pays (`domain.structure`)
    structure: str = ""

    @property
    def type_effectif(self) -> str:
        """Le type choisi, ou celui que la strate impose (`commune-0-499` → `commune`)."""
        return self.type or self.strate.partition("-")[0]

    @property
    def est_egalisee(self) -> bool:
        """Vrai si ce que l'on lit de ce territoire est à structure égale."""
        niveau = self.territoire_id.partition("-")[0]
        return self.structure == EGALE and niveau in NIVEAUX_EGAUX and not self.strate

    @property
    def est_france_entiere(self) -> bool:
        """Vrai si aucun filtre ne restreint le champ."""
        return (self.territoire_id, self.type, self.strate, self.couverture) == (FRANCE, "", "", "")

    def list_plus_larges(self, region_id: str = "") -> list[Selection]:
        """De la plus proche à la plus large : structure, territoire, couverture, strate, type."""
        # La strate dit le type : l'enlever le garde, pour n'élargir que d'un pas.
        courante = replace(self, type=self.type_effectif)
        etapes = [courante]
        # À structure égale, un refus se lève d'abord en rendant au territoire ses tailles.
        courante = replace(courante, structure="")
        etapes.append(courante)
        if region_id and courante.territoire_id.startswith("departement-"):
            etapes.append(replace(courante, territoire_id=region_id))
        etapes.append(replace(courante, territoire_id=FRANCE))
        etapes.append(replace(etapes[-1], couverture=""))
        etapes.append(replace(etapes[-1], strate=""))
        etapes.append(replace(etapes[-1], type=""))
        return [etape for rang, etape in enumerate(etapes) if etape not in etapes[:rang]][1:]


def read_selection(adresse: Adresse) -> Selection:
    """La sélection d'une adresse (vague, territoire, type, strate, opsn, chiffres, structure)."""
    return Selection(
        vague_id=adresse.get("vague"),
        territoire_id=adresse.get("territoire"),
        type=adresse.get("type"),
        strate=adresse.get("strate"),
        couverture=adresse.get("opsn"),
        valeur="brut" if adresse.get("chiffres") == "brut" else "redresse",
        structure=EGALE if adresse.get("structure") == EGALE else "",
    )


def build_adresse(selection: Selection) -> str:
    """L'adresse qui rouvre cette sélection."""
    return build_query(
        {
            "vague": selection.vague_id,
            "territoire": selection.territoire_id,
            "type": selection.type,
            "strate": selection.strate,
            "opsn": selection.couverture,
            "chiffres": selection.valeur,
            "structure": selection.structure,
        }
    )
