"""Qui sont les pairs, nommément : la page et la commande `pairs` donnent la même liste.

La liste ne dit ni qui a répondu, ni combien : la structure seule la fait.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.formats import format_compte, format_effectif_seul
from barometre.domain.territoire import FRANCE, Collectivite
from barometre.stats.peers import K_DEFAUT, widen
from barometre.views.collectivite.pairs import SEMBLABLES, ComparaisonPublique, Demande, Methode
from barometre.views.collectivite.structure import (
    VARIABLES,
    Semblable,
    Structure,
    describe_semblables,
    sort_semblables,
)
from barometre.views.lecture.tableau import to_pourcent


@dataclass(frozen=True, slots=True)
class ListePairs:
    """La liste, l'échelon atteint, et combien y ont répondu, si cela se compte."""

    methode: Methode
    echelon: str
    echelon_nom: str
    n: int
    # None : trop peu pour être dit, ou groupe fait sur mesure.
    n_repondants: int | None
    ids: tuple[str, ...]
    semblables: tuple[Semblable, ...] = ()
    outre_mer_compare: bool = False

    @property
    def phrase(self) -> str:
        """« Gironde : 41 collectivités, dont 12 ont répondu. »"""
        ont = f", dont {format_effectif_seul(self.n_repondants)} ont répondu à un questionnaire au moins"
        mention = " Outre-mer et Hexagone y sont mêlés." if self.outre_mer_compare else ""
        compte = format_compte(self.n, "collectivité")
        if self.methode == "strate":
            # Les chiffres des pairs la comptent si elle a répondu : la liste aussi.
            compte = f"{format_compte(self.n + 1, 'collectivité')}, la vôtre comprise"
        compte += ont if self.n_repondants else ""
        return f"{self.echelon_nom} : {compte}.{mention}"

    def to_dict(self) -> dict[str, Any]:
        """La forme que décrit CONCEPTION §8."""
        pairs: list[dict[str, Any]] = [{"collectivite_id": i} for i in self.ids]
        for pair, semblable in zip(pairs, self.semblables, strict=False):
            pair["distance"] = round(semblable.distance, 6)
            pair["parts"] = {v: round(part, 4) for v, part in semblable.parts.items()}
        return {
            "methode": self.methode,
            "echelon": self.echelon,
            "n": self.n,
            "n_repondants": self.n_repondants,
            "pairs": pairs,
        }


def build_liste_pairs(
    gate: Gate, catalogue: Catalogue, structure: Structure, collectivite: Collectivite, methode: Methode
) -> ListePairs:
    """Les pairs d'une collectivité, sans elle ; fixes pour une version."""
    if methode == SEMBLABLES:
        return _build_semblables(gate, structure, collectivite)
    comparaison = ComparaisonPublique(gate, catalogue, structure, collectivite, Demande(collectivite.id))
    comptes = _count_repondantes(comparaison, list(comparaison.memes))
    paliers = [(t, comptes[t] or 0) for t in comparaison.memes]
    echelon = widen(paliers)
    return _build_palier(comparaison, echelon, comptes[echelon])


def build_liste_groupe(comparaison: ComparaisonPublique, echelon: str) -> ListePairs:
    """La liste du groupe dont une page montre les chiffres : même échelon, mêmes filtres."""
    if comparaison.demande.methode == SEMBLABLES:
        return _build_semblables(comparaison.gate, comparaison.structure, comparaison.collectivite)
    comptes = _count_repondantes(comparaison, [echelon])
    return _build_palier(comparaison, echelon, comptes[echelon])


def _build_palier(comparaison: ComparaisonPublique, echelon: str, n_repondants: int | None) -> ListePairs:
    ids = comparaison.memes[echelon]
    return ListePairs(
        "strate",
        echelon,
        f"{comparaison.champ}, {comparaison.libelles.get_territoire(echelon)}",
        len(ids),
        n_repondants,
        ids,
        outre_mer_compare=comparaison.collectivite.zone == "outre_mer" and echelon == FRANCE,
    )


def _count_repondantes(comparaison: ComparaisonPublique, echelons: Sequence[str]) -> dict[str, int | None]:
    """Combien ont répondu à chaque échelon, à une vague au moins ; None sous les seuils de participation.

    La collectivité est du groupe : deux voisines lisent le même compte. Compté sans elle, l'écart de deux
    listes dirait laquelle a répondu.
    """
    comptes: dict[str, int | None] = {}
    for territoire in echelons:
        groupe = [*comparaison.memes[territoire], comparaison.collectivite.id]
        lignes = comparaison.gate.count_repondantes(pd.Series(territoire, index=groupe, dtype="object"))
        compte = lignes["repondantes"].iloc[0] if len(lignes) else float("nan")
        comptes[territoire] = None if pd.isna(compte) else int(compte)
    return comptes


def _build_semblables(gate: Gate, structure: Structure, collectivite: Collectivite) -> ListePairs:
    semblables = list_semblables(gate, structure, collectivite.id)
    ids = tuple(s.collectivite_id for s in semblables)
    nom = f"Les {len(ids)} plus semblables, dans la France entière"
    melange = any(s.autre_zone for s in semblables)
    return ListePairs("semblables", "france", nom, len(ids), None, ids, semblables, melange)


def list_semblables(
    gate: Gate,
    structure: Structure,
    collectivite_id: str,
    importances: Mapping[str, int] | None = None,
    k: int = K_DEFAUT,
) -> tuple[Semblable, ...]:
    """Les plus semblables, en mots ; `importances` : celles que le lecteur a réglées."""
    reference = gate.get_referentiel()
    departements = reference[reference["type"].eq("departement")]
    noms = dict(zip(departements["code"].astype(str), departements["nom"].astype(str), strict=True))
    rangs = sort_semblables(structure, collectivite_id, importances, k)
    return describe_semblables(structure, collectivite_id, rangs, noms)


def build_table_semblables(semblables: tuple[Semblable, ...]) -> pd.DataFrame:
    """Ce qui se télécharge : la liste, la distance, la part de chaque variable."""
    lignes = [
        {
            "collectivite_id": s.collectivite_id,
            "nom": s.nom,
            "distance": round(s.distance, 4),
            **{f"{VARIABLES[v]} (part de la distance, %)": to_pourcent(part) for v, part in s.parts.items()},
        }
        for s in semblables
    ]
    return pd.DataFrame(lignes)
