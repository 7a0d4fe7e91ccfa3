"""Un indicateur de près : ses répartitions, ses vagues, sa sensibilité, la donnée de l'État à côté."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.indicateur import Indicateur
from barometre.domain.provenance import Provenance
from barometre.domain.territoire import LIBELLES_COUVERTURES, LIBELLES_TYPES
from barometre.views.cellules import COLONNES, get_cellule, list_modalites, list_territoires, read_cellules
from barometre.views.chiffres import ABSENT, Chiffre, Cle, format_chiffre
from barometre.views.croisement import Croisement, build_croisement
from barometre.views.evolution import Verdict, build_verdict
from barometre.views.ligne import Lecture, LigneIndicateur, build_lignes, choose_vague
from barometre.views.provenance import build_provenance, build_table
from barometre.views.repartition import Groupe, Repartition
from barometre.views.selection import Selection

VAGUES = "vagues"
_GRAVITES = (1.25, 1.5, 2)
_TITRES = {
    "strate": ("Selon la taille", "Strate"),
    "type": ("Selon le type de collectivité", "Type"),
    "territoire": ("Selon le territoire", "Territoire"),
    "opsn": ("Selon la couverture par un OPSN", "Couverture OPSN"),
    VAGUES: ("D’une vague à l’autre", "Vague"),
}


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

    def get_repartition(self, dimension: str) -> Repartition:
        """La répartition demandée, sinon la première."""
        return next((r for r in self.repartitions if r.id == dimension), self.repartitions[0])

    @property
    def table(self) -> pd.DataFrame:
        """La sélection puis toutes ses répartitions, à plat."""
        indicateur = self.ligne.indicateur
        lignes = [(indicateur, self.ligne.contexte.champ, self.ligne.chiffre)]
        for repartition in self.repartitions:
            lignes += [(indicateur, groupe.libelle, groupe.chiffre) for groupe in repartition.groupes]
        return build_table(lignes, self.ligne.contexte.role)


def build_vue_indicateur(
    gate: Gate, catalogue: Catalogue, indicateur_id: str, selection: Selection
) -> VueIndicateur:
    """La vue d'un indicateur déclaré."""
    indicateur = catalogue.get_indicateur(indicateur_id)
    cellules = read_cellules(gate, [indicateur_id], replace(selection, vague_id=""))
    choisie = choose_vague(catalogue, indicateur.theme_id, selection, cellules)
    lecture = Lecture(gate, catalogue, choisie)
    ligne = build_lignes(lecture, [indicateur], cellules)[0]
    vagues = _build_vagues(lecture, indicateur, cellules)
    titre = f"{indicateur.titre} : {ligne.contexte.champ}"
    return VueIndicateur(
        ligne=ligne,
        selection=choisie,
        repartitions=(*_build_repartitions(lecture, indicateur), vagues),
        verdict=build_verdict(gate, lecture.libelles, indicateur, choisie, vagues),
        sensibilite=build_sensibilite(indicateur, ligne.chiffre),
        croisement=build_croisement(lecture, indicateur),
        provenance=build_provenance(lecture, titre, indicateur_id, [indicateur]),
    )


def _build_repartitions(lecture: Lecture, indicateur: Indicateur) -> list[Repartition]:
    return [
        repartition
        for dimension in COLONNES
        if (repartition := _build_repartition(lecture, indicateur, dimension)).groupes
    ]


def _build_repartition(lecture: Lecture, indicateur: Indicateur, dimension: str) -> Repartition:
    ouverte = _ouvrir(lecture.selection, dimension)
    strates = [strate.id for strate in lecture.catalogue.strates]
    modalites = list_modalites(lecture.gate, dimension, lecture.selection, strates)
    # Le type d'une strate peut être écrit ou non dans la cellule : on ne filtre pas dessus.
    filtres = {COLONNES[dimension]: modalites} | ({"type": None} if dimension == "strate" else {})
    cellules = read_cellules(lecture.gate, [indicateur.id], ouverte, **filtres) if modalites else {}
    noms = _noms(lecture, dimension)
    groupes = [
        Groupe(noms.get(m, m), get_cellule(cellules, indicateur.id, _poser(ouverte, dimension, m)))
        for m in modalites
    ]
    return _assemble(lecture, indicateur, dimension, groupes)


def _assemble(
    lecture: Lecture, indicateur: Indicateur, dimension: str, groupes: Sequence[Groupe]
) -> Repartition:
    titre, tete = _TITRES[dimension]
    calcules = tuple(groupe for groupe in groupes if groupe.chiffre.etat != ABSENT)
    sans_chiffre = tuple(groupe.libelle for groupe in groupes if groupe.chiffre.etat == ABSENT)
    role = lecture.gate.portee.role
    return Repartition(dimension, titre, tete, indicateur, calcules, role, sans_chiffre)


def _ouvrir(selection: Selection, dimension: str) -> Selection:
    """La sélection, libre sur cette dimension."""
    if dimension == "strate":
        return replace(selection, strate="")
    return replace(selection, type="", strate="") if dimension == "type" else selection


def _poser(selection: Selection, dimension: str, modalite: str) -> Selection:
    poses = {
        "strate": lambda: replace(selection, strate=modalite, type=modalite.partition("-")[0]),
        "type": lambda: replace(selection, type=modalite),
        "territoire": lambda: replace(selection, territoire_id=modalite),
        "opsn": lambda: replace(selection, couverture=modalite),
    }
    return poses[dimension]()


def _noms(lecture: Lecture, dimension: str) -> Mapping[str, str]:
    if dimension == "strate":
        return {s.id: lecture.libelles.get_strate(s.id) for s in lecture.catalogue.strates}
    if dimension == "territoire":
        return list_territoires(lecture.gate, lecture.selection.territoire_id)
    return LIBELLES_TYPES if dimension == "type" else LIBELLES_COUVERTURES


def _build_vagues(lecture: Lecture, indicateur: Indicateur, cellules: Mapping[Cle, Chiffre]) -> Repartition:
    posees = [v for v in lecture.catalogue.vagues if indicateur.theme_id in v.questionnaires]
    groupes = [
        Groupe(v.titre, get_cellule(cellules, indicateur.id, replace(lecture.selection, vague_id=v.id)))
        for v in posees
    ]
    return _assemble(lecture, indicateur, VAGUES, groupes)


def build_sensibilite(indicateur: Indicateur, chiffre: Chiffre) -> str:
    """Ce que deviendrait une part si les collectivités équipées répondaient plus volontiers."""
    if not chiffre.montre or chiffre.plafond or not indicateur.est_part or chiffre.redresse is None:
        return ""
    effets = [
        f"{format_chiffre(indicateur, _sensitivity(chiffre.redresse, g))} si elles répondent "
        f"{str(g).replace('.', ',')} fois plus volontiers"
        for g in _GRAVITES
    ]
    return (
        "Et si les collectivités équipées répondaient plus volontiers que les autres ? "
        f"Le chiffre serait de {', '.join(effets[:-1])} et {effets[-1]}."
    )


def _sensitivity(part: float, g: float) -> float:
    """La part si les collectivités équipées répondent `g` fois plus volontiers (CONCEPTION §4.7)."""
    return part / (part + g * (1 - part))
