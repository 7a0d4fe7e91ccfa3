"""Qui sont les pairs, nommément : la page et la commande `pairs` donnent la même liste.

Qui a répondu est public ; ce que chacune a répondu ne l'est pas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.territoire import Collectivite
from barometre.formats import format_compte, format_part
from barometre.stats.peers import K_DEFAUT, widen
from barometre.views.collectivite.pairs import SEMBLABLES, Comparaison, Demande, Methode
from barometre.views.collectivite.structure import (
    VARIABLES,
    Semblable,
    Structure,
    describe_semblables,
    rank_semblables,
)


@dataclass(frozen=True, slots=True)
class ListePairs:
    """La liste, l'échelon atteint, et combien ont répondu à un questionnaire au moins."""

    methode: Methode
    echelon: str
    echelon_nom: str
    n: int
    n_repondants: int
    ids: tuple[str, ...]
    semblables: tuple[Semblable, ...] = ()
    outre_mer_compare: bool = False

    @property
    def phrase(self) -> str:
        """« Gironde : 41 collectivités, dont 12 ont répondu. »"""
        ont = "a répondu" if self.n_repondants < 2 else "ont répondu"
        mention = " Outre-mer et Hexagone y sont mêlés." if self.outre_mer_compare else ""
        compte = f"{format_compte(self.n, 'collectivité')}, dont {self.n_repondants} {ont}"
        return f"{self.echelon_nom} : {compte} à un questionnaire au moins.{mention}"

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
    comparaison = Comparaison(gate, catalogue, structure, collectivite, Demande(collectivite.id))
    ayant_repondu = frozenset().union(*structure.repondantes.values())
    comptes = {t: sum(i in ayant_repondu for i in ids) for t, ids in comparaison.memes.items()}
    palier = widen(list(comptes.items()), outre_mer=collectivite.zone == "outre_mer")
    assert palier is not None  # l'échelle finit toujours par la France
    ids = comparaison.memes[palier.echelon]
    nom = comparaison.libelles.get_territoire(palier.echelon)
    return ListePairs(
        "strate",
        palier.echelon,
        f"{comparaison.libelles.get_strate(collectivite.strate or '')}, {nom}",
        len(ids),
        palier.n_repondants,
        ids,
        outre_mer_compare=palier.outre_mer_compare,
    )


def _build_semblables(gate: Gate, structure: Structure, collectivite: Collectivite) -> ListePairs:
    semblables = list_semblables(gate, structure, collectivite.id)
    ids = tuple(s.collectivite_id for s in semblables)
    nom = f"Les {len(ids)} plus semblables, dans la France entière"
    melange = any(s.autre_zone for s in semblables)
    return ListePairs(
        "semblables", "france", nom, len(ids), sum(s.a_repondu for s in semblables), ids, semblables, melange
    )


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
    rangs = rank_semblables(structure, collectivite_id, importances, k)
    return describe_semblables(structure, collectivite_id, rangs, noms)


def build_table_semblables(semblables: tuple[Semblable, ...]) -> pd.DataFrame:
    """Ce qui se télécharge : la liste, la distance, la part de chaque variable."""
    lignes = [
        {
            "collectivite_id": s.collectivite_id,
            "nom": s.nom,
            "a_repondu": "oui" if s.a_repondu else "non",
            "distance": round(s.distance, 4),
            **{VARIABLES[v]: format_part(part) for v, part in s.parts.items()},
        }
        for s in semblables
    ]
    return pd.DataFrame(lignes)
