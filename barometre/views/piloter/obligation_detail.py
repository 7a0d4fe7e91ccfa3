"""Une obligation de près : ses cinq états par taille, territoire ou couverture OPSN, et leur total."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.provenance import Provenance
from barometre.domain.territoire import FRANCE, LIBELLES_COUVERTURES
from barometre.views.lecture.cellules import list_territoires
from barometre.views.lecture.champ import list_champ, select_territoire
from barometre.views.lecture.chiffres import ABSENT
from barometre.views.lecture.libelles import Libelles
from barometre.views.lecture.repartition import Groupe, Repartition
from barometre.views.lecture.selection import Selection
from barometre.views.lecture.tableau import build_tableau
from barometre.views.piloter.etats_obligation import (
    COMPTES,
    Etats,
    Releve,
    build_etats,
    build_lecture,
    read_releve,
)
from barometre.views.piloter.panorama_obligations import (
    LigneObligation,
    build_ligne,
    build_provenance_obligations,
    read_declarations,
)

TOTAL = "Ensemble des concernées"
TETES = {"strate": "taille_et_type", "territoire": "territoire", "opsn": "couverture"}


@dataclass(frozen=True, slots=True)
class VueObligation:
    """Une obligation, pour un territoire et un type ; `total` vient toujours avec les groupes."""

    ligne: LigneObligation
    repartition_id: str
    groupes: tuple[Etats, ...]
    provenance: Provenance

    @property
    def total(self) -> Etats:
        """L'ensemble des concernées, sous ce nom."""
        return replace(self.ligne.etats, libelle=TOTAL)

    @property
    def matrice(self) -> pd.DataFrame:
        """Groupe × états, comme cela se lit ; le total d'abord."""
        return build_lecture("groupe", (self.total, *self.groupes))

    @property
    def table(self) -> pd.DataFrame:
        """Le même tableau, en nombres."""
        rangs = ((e.libelle, *e.rang) for e in (self.total, *self.groupes))
        return build_tableau(rangs, ("groupe", *COMPTES))

    @property
    def repartition(self) -> Repartition | None:
        """Les groupes où la question a des réponses, pour le graphique."""
        preuve = self.ligne.etats.preuve
        etats = (self.total, *self.groupes)
        groupes = [
            Groupe(e.libelle, e.declaration.chiffre) for e in etats if e.declaration.chiffre.etat != ABSENT
        ]
        if preuve is None or not groupes:
            return None
        tete = TETES[self.repartition_id]
        return Repartition("obligation", "Part déclarée", tete, preuve, tuple(groupes))


def list_repartitions(territoire_id: str) -> dict[str, str]:
    """Celles qui ont de quoi se lire : la couverture ne se croise qu'à l'échelle nationale."""
    offertes = {"strate": "Par taille"}
    if not territoire_id.startswith("departement-"):
        offertes["territoire"] = "Par territoire"
    return offertes | ({"opsn": "Par couverture OPSN"} if territoire_id == FRANCE else {})


def build_vue_obligation(
    gate: Gate, catalogue: Catalogue, seuil_id: str, selection: Selection, repartition_id: str = "strate"
) -> VueObligation:
    """Le détail d'une obligation."""
    seuil = next(s for s in catalogue.seuils if s.id == seuil_id)
    sienne = Selection(territoire_id=selection.territoire_id, type=selection.type)
    dessous = list_territoires(gate, sienne.territoire_id) if repartition_id == "territoire" else {}
    cellules = read_declarations(gate, catalogue, [seuil], sienne.territoire_id, *dessous)
    releve, cadre = read_releve(gate, catalogue, seuil), list_champ(gate, sienne)
    datee = replace(sienne, vague_id=releve.vague_id)
    groupes = _list_groupes(gate, catalogue, datee, repartition_id, dessous)
    etats = [build_etats(nom, releve, lignes, choix, cellules) for nom, lignes, choix in groupes]
    return VueObligation(
        ligne=build_ligne(catalogue, releve, cadre, sienne, cellules),
        repartition_id=repartition_id,
        groupes=tuple(e for e in etats if e.concernees),
        provenance=_build_provenance(gate, catalogue, releve, sienne, repartition_id),
    )


def _build_provenance(
    gate: Gate, catalogue: Catalogue, releve: Releve, selection: Selection, repartition_id: str
) -> Provenance:
    champ = f"{Libelles(catalogue, gate).get_champ(selection)} ; {releve.seuil.titre}"
    detail = f"{releve.seuil.id}_{repartition_id}"
    return build_provenance_obligations(gate, champ, selection, [releve], detail)


def _list_groupes(
    gate: Gate, catalogue: Catalogue, selection: Selection, repartition_id: str, dessous: dict[str, str]
) -> Iterator[tuple[str, pd.DataFrame, Selection]]:
    """Chaque groupe : son nom, ses collectivités, la sélection qui les désigne."""
    cadre = list_champ(gate, selection)
    if repartition_id == "territoire":
        for id_, nom in dessous.items():
            yield nom, select_territoire(cadre, id_), replace(selection, territoire_id=id_)
    elif repartition_id == "opsn":
        for couverture, nom in LIBELLES_COUVERTURES.items():
            yield nom, cadre[cadre["couverture"].eq(couverture)], replace(selection, couverture=couverture)
    else:
        libelles = Libelles(catalogue, gate)
        for strate in catalogue.strates:
            sienne = replace(selection, type=strate.type, strate=strate.id)
            yield libelles.get_strate(strate.id), cadre[cadre["strate"].eq(strate.id)], sienne
