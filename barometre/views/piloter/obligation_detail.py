"""Une obligation de près : qui est concerné, par taille et par territoire, et ce qui est déclaré."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue, SeuilLegal
from barometre.domain.indicateur import Indicateur
from barometre.domain.territoire import LIBELLES_TYPES
from barometre.formats import format_compte
from barometre.views.lecture.cellules import get_cellule, read_cellules
from barometre.views.lecture.champ import list_champ
from barometre.views.lecture.chiffres import ABSENT, Chiffre
from barometre.views.lecture.libelles import Libelles
from barometre.views.lecture.repartition import Groupe, Repartition
from barometre.views.lecture.selection import Selection
from barometre.views.lecture.tableau import build_tableau, to_pourcent
from barometre.views.piloter.panorama_obligations import (
    LigneObligation,
    build_ligne,
    count_repondantes,
    list_concernees,
    read_constatees,
)

COLONNES_TAILLES = ("groupe", "concernees", "repondantes", "constatees")
COLONNES_TERRITOIRES = ("territoire", "concernees", "part_concernees")


@dataclass(frozen=True, slots=True)
class Tranche:
    """Des collectivités concernées que l'on compte ensemble : une strate d'un type."""

    libelle: str
    selection: Selection
    concernees: int
    # None : trop peu pour être dit.
    repondantes: int | None
    constatees: int | None
    declare: Chiffre


@dataclass(frozen=True, slots=True)
class VueObligation:
    """Une obligation, pour un territoire et un type."""

    ligne: LigneObligation
    # Ce qu'une réponse « oui » montre ; None si aucune question n'en parle.
    preuve: Indicateur | None
    tranches: tuple[Tranche, ...]
    # (territoire, concernées, part de ses collectivités de ces types)
    territoires: tuple[tuple[str, int, float], ...]
    tete_territoires: str
    repartition: Repartition | None

    @property
    def table(self) -> pd.DataFrame:
        """Les tranches en tableau."""
        lignes = ((t.libelle, t.concernees, t.repondantes, t.constatees) for t in self.tranches)
        return build_tableau(lignes, COLONNES_TAILLES)

    @property
    def table_territoires(self) -> pd.DataFrame:
        """Les territoires en tableau."""
        lignes = ((nom, n, to_pourcent(part, 1)) for nom, n, part in self.territoires)
        return build_tableau(lignes, COLONNES_TERRITOIRES)

    @property
    def phrase_territoires(self) -> str:
        """Où sont les concernées, sans palmarès."""
        vides = [nom for nom, n, _ in self.territoires if n == 0]
        total = sum(n for _, n, _ in self.territoires)
        debut = (
            f"{format_compte(total, 'collectivité concernée', 'collectivités concernées')}, réparties sur "
        )
        debut += format_compte(len(self.territoires) - len(vides), "territoire")
        parmi = "Entre parenthèses, leur part parmi les collectivités des mêmes types."
        return f"{debut} ; {', '.join(vides)} : aucune. {parmi}" if vides else f"{debut}. {parmi}"


def build_vue_obligation(
    gate: Gate, catalogue: Catalogue, seuil_id: str, selection: Selection
) -> VueObligation:
    """Le détail d'une obligation."""
    seuil = next(s for s in catalogue.seuils if s.id == seuil_id)
    cadre = list_champ(gate, Selection(territoire_id=selection.territoire_id, type=selection.type))
    preuve = _get_preuve(catalogue, seuil)
    concernees, _ = list_concernees(cadre, seuil)
    tranches = _build_tranches(gate, catalogue, seuil, concernees, selection.territoire_id)
    tete, territoires = _count_territoires(gate, seuil, cadre, selection.territoire_id)
    return VueObligation(
        ligne=build_ligne(gate, catalogue, seuil, cadre),
        preuve=preuve,
        tranches=tranches,
        territoires=territoires,
        tete_territoires=tete,
        repartition=_build_repartition(preuve, tranches),
    )


def _get_preuve(catalogue: Catalogue, seuil: SeuilLegal) -> Indicateur | None:
    return next((catalogue.indicateurs[p] for p in seuil.preuves if p in catalogue.indicateurs), None)


def _build_tranches(
    gate: Gate, catalogue: Catalogue, seuil: SeuilLegal, concernees: pd.DataFrame, territoire_id: str
) -> tuple[Tranche, ...]:
    """Par type et par strate, celles où au moins une collectivité est concernée."""
    preuve = _get_preuve(catalogue, seuil)
    vague_id = gate.get_derniere_vague(seuil.theme_id)
    constatees, _ = read_constatees(gate, catalogue, seuil)
    base = Selection(vague_id=vague_id, territoire_id=territoire_id)
    cellules = read_cellules(gate, [preuve.id] if preuve else [], base, type=None, strate=None)
    libelles = Libelles(catalogue, gate)
    tranches = []
    for strate in catalogue.strates:
        ids = set(concernees.loc[concernees["strate"].eq(strate.id), "collectivite_id"])
        if not ids:
            continue
        sienne = Selection(vague_id, territoire_id, strate.type, strate.id)
        tranches.append(
            Tranche(
                libelle=libelles.get_strate(strate.id),
                selection=sienne,
                concernees=len(ids),
                repondantes=count_repondantes(gate, ids, vague_id, seuil.theme_id),
                constatees=None if constatees is None else len(ids & constatees),
                declare=get_cellule(cellules, preuve.id if preuve else "", sienne),
            )
        )
    return tuple(tranches)


def _build_repartition(preuve: Indicateur | None, tranches: tuple[Tranche, ...]) -> Repartition | None:
    """Les tranches où la question a été posée ; leur chiffre vient de la porte d'accès."""
    groupes = [Groupe(t.libelle, t.declare) for t in tranches if t.declare.etat != ABSENT]
    if preuve is None or not groupes:
        return None
    sans = tuple(t.libelle for t in tranches if t.declare.etat == ABSENT)
    return Repartition("obligation", "Part déclarée", "Taille et type", preuve, tuple(groupes), sans)


def _count_territoires(
    gate: Gate, seuil: SeuilLegal, cadre: pd.DataFrame, territoire_id: str
) -> tuple[str, tuple[tuple[str, int, float], ...]]:
    """Par région ; par département quand une région est choisie ; rien en dessous."""
    if territoire_id.startswith("departement-"):
        return "Territoire", ()
    niveau = "departement" if territoire_id.startswith("region-") else "region"
    types = {c.type for c in seuil.concernes}
    possibles = cadre[cadre["type"].isin(types) & cadre[niveau].notna()]
    totaux = possibles[niveau].value_counts()
    concernees, _ = list_concernees(possibles, seuil)
    comptes = concernees[niveau].value_counts().reindex(totaux.index, fill_value=0)
    noms = _read_noms(gate, niveau)
    lignes = [
        (noms.get(str(c), str(c)), int(comptes[c]), float(comptes[c] / totaux[c])) for c in totaux.index
    ]
    tete = "Département" if niveau == "departement" else "Région"
    return tete, tuple(sorted(lignes, key=lambda ligne: (-ligne[1], ligne[0])))


def _read_noms(gate: Gate, niveau: str) -> dict[str, str]:
    reference = gate.get_referentiel()
    lignes = reference[reference["type"].eq(niveau)]
    return dict(zip(lignes["code"].astype(str), lignes["nom"].astype(str), strict=True))


def describe_public(ligne: LigneObligation) -> str:
    """« 34 875 communes, 1 255 intercommunalités (EPCI) »."""
    morceaux = [f"{LIBELLES_TYPES[t]} : {format_compte(n, 'concernée')}" for t, n in ligne.par_type.items()]
    return " ; ".join(morceaux)
