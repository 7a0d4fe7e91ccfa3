"""Les pairs d'une collectivité, tels qu'une archive les porte : la liste publique, et la phrase qui la dit.

Le groupe est celui que lit le public : qui a répondu n'y entre pas, quels que soient les droits du lecteur.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.territoire import Collectivite
from barometre.views.collectivite.comparer import CHOIX_PAIRS
from barometre.views.collectivite.liste_pairs import (
    ListePairs,
    build_liste_groupe,
    build_liste_pairs,
    build_table_semblables,
)
from barometre.views.collectivite.pairs import SEMBLABLES, ComparaisonPublique, Demande, Methode, list_poses
from barometre.views.collectivite.structure import Structure
from barometre.views.lecture.selection import Selection

COLONNES = ("collectivite_id", "nom", "type", "strate", "departement", "region", "population")


@dataclass(frozen=True, slots=True)
class PairsEmportes:
    """La liste, et où se lisent les chiffres publics du même groupe."""

    collectivite: Collectivite
    choix: str
    liste: ListePairs
    table: pd.DataFrame
    selection: Selection

    @property
    def texte(self) -> str:
        """Qui ils sont, comment ils ont été choisis, ce que la liste ne dit pas."""
        return (
            f"Les pairs de {self.collectivite.nom} ({self.collectivite.id})\n"
            f"Façon de les choisir : {CHOIX_PAIRS[self.choix].lower()}.\n{self.liste.phrase}\n"
            "La liste est faite des seuls faits publics (type, strate, territoire, structure) ; elle ne dit "
            "pas qui a répondu. La collectivité n’y figure pas elle-même.\n"
        )


def build_pairs_emportes(
    gate: Gate, catalogue: Catalogue, structure: Structure, collectivite: Collectivite, *, theme_id: str,
    choix: str,
) -> PairsEmportes | None:  # fmt: skip
    """Le groupe que montre la page : celui du thème s'il y en a un ; None hors du cadre de l'enquête."""
    if collectivite.id not in structure.cadre.index:
        return None
    choix = choix if choix in CHOIX_PAIRS else "strate"
    methode: Methode = "semblables" if choix == SEMBLABLES else "strate"
    demande = Demande(collectivite.id, methode, accompagnement=choix == "couverture")
    comparaison = ComparaisonPublique(gate, catalogue, structure, collectivite, demande)
    liste = _build_liste(comparaison, theme_id)
    if liste.semblables:
        table = build_table_semblables(liste.semblables)
    else:
        cadre = structure.cadre.loc[list(liste.ids)].drop(columns="population")
        cadre = cadre.rename(columns={"habitants": "population"})
        table = cadre.rename_axis("collectivite_id").reset_index()[list(COLONNES)]
    couverture = collectivite.couverture if demande.accompagnement else ""
    selection = Selection(
        territoire_id=liste.echelon, type=collectivite.type, strate=collectivite.strate or "",
        couverture=couverture,
    )  # fmt: skip
    return PairsEmportes(collectivite, choix, liste, table, selection)


def _build_liste(comparaison: ComparaisonPublique, theme_id: str) -> ListePairs:
    if theme_id:
        poses = list_poses(comparaison.catalogue, theme_id, comparaison.collectivite.type)
        return build_liste_groupe(comparaison, comparaison.build(theme_id, poses).echelon_id)
    lue = comparaison
    return build_liste_pairs(lue.gate, lue.catalogue, lue.structure, lue.collectivite, lue.demande.methode)
