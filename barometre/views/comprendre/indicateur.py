"""Un indicateur de près : ses répartitions, ses vagues, sa sensibilité, la donnée de l'État à côté."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.provenance import Provenance
from barometre.views.comprendre.dimensions import build_repartitions, build_vagues
from barometre.views.comprendre.entonnoirs import Entonnoir, build_entonnoirs
from barometre.views.comprendre.evolution import Verdict, build_verdict
from barometre.views.comprendre.modele import EstimationsModele, build_estimations_modele
from barometre.views.etat.croisement import Croisement, build_croisement
from barometre.views.lecture.cellules import read_cellules
from barometre.views.lecture.groupes_compares import Accompagnement, GroupeCompare, read_accompagnement
from barometre.views.lecture.ligne import Lecture, LigneIndicateur, build_lignes, choose_vague
from barometre.views.lecture.provenance import add_compares, build_provenance_lecture, build_table
from barometre.views.lecture.prudence import build_sensibilite
from barometre.views.lecture.repartition import Repartition
from barometre.views.lecture.selection import Selection, Valeur


@dataclass(frozen=True, slots=True)
class VueIndicateur:
    """Un indicateur, pour une sélection, et tout ce qui l'entoure."""

    ligne: LigneIndicateur
    selection: Selection
    repartitions: tuple[Repartition, ...]
    verdict: Verdict
    sensibilite: str
    croisement: Croisement | None
    provenance: Provenance
    accompagnement: Accompagnement | None = None
    entonnoirs: tuple[Entonnoir, ...] = ()
    modele: EstimationsModele | None = None

    def show_valeur(self, valeur: Valeur) -> VueIndicateur:
        """La même vue sur l'autre chiffre (brut ou redressé)."""
        selection = replace(self.selection, valeur=valeur)
        return replace(self, selection=selection, ligne=self.ligne.show_valeur(valeur))

    def get_repartition(self, dimension: str) -> Repartition:
        """La répartition demandée, sinon la première."""
        return next((r for r in self.repartitions if r.id == dimension), self.repartitions[0])

    @property
    def table(self) -> pd.DataFrame:
        """La sélection puis toutes ses répartitions, à plat."""
        indicateur = self.ligne.indicateur
        lignes = [(indicateur, self.ligne.contexte.champ, self.ligne.chiffre)]
        compares: list[GroupeCompare | None] = [None]
        for repartition in self.repartitions:
            lignes += [(indicateur, groupe.libelle, groupe.chiffre) for groupe in repartition.groupes]
            compares += [groupe.compare for groupe in repartition.groupes]
        return add_compares(build_table(lignes), compares, indicateur)


def build_vue_indicateur(
    gate: Gate, catalogue: Catalogue, indicateur_id: str, selection: Selection
) -> VueIndicateur:
    """La vue d'un indicateur déclaré."""
    indicateur = catalogue.get_indicateur(indicateur_id)
    cellules = read_cellules(gate, [indicateur_id], replace(selection, vague_id=""))
    choisie = choose_vague(catalogue, indicateur.theme_id, selection, cellules)
    lecture = Lecture(gate, catalogue, choisie)
    ligne = build_lignes(lecture, [indicateur], cellules)[0]
    vagues = build_vagues(lecture, indicateur, cellules)
    repartitions = build_repartitions(lecture, indicateur)
    titre = f"{indicateur.titre} : {ligne.contexte.champ}"
    return VueIndicateur(
        ligne=ligne,
        selection=choisie,
        repartitions=(*repartitions, vagues),
        verdict=build_verdict(gate, lecture.libelles, indicateur, choisie, vagues),
        sensibilite=build_sensibilite(indicateur, ligne.chiffre),
        croisement=build_croisement(lecture, indicateur),
        provenance=build_provenance_lecture(lecture, titre, indicateur_id, [indicateur]),
        accompagnement=read_accompagnement(gate, indicateur_id, choisie, ligne.contexte.champ),
        entonnoirs=build_entonnoirs(lecture, indicateur, ligne.chiffre, repartitions),
        modele=build_estimations_modele(lecture, indicateur),
    )
