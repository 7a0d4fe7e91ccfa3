"""Les obligations numériques d'un territoire : qui est concerné, qui l'a remplie, et ce que l'on ne sait pas.

« Remplie » veut dire déclarée ou constatée par l'État ; tout le reste est inconnu, jamais « non remplie ».
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue, SeuilLegal
from barometre.domain.formats import format_compte, format_guillemets
from barometre.domain.notes import explain_notes
from barometre.domain.provenance import Definition, Provenance
from barometre.views.lecture.cellules import read_cellules
from barometre.views.lecture.champ import list_champ
from barometre.views.lecture.citation import HORS_BIAIS, SOURCE
from barometre.views.lecture.libelles import Libelles
from barometre.views.lecture.ligne import Cellules
from barometre.views.lecture.provenance import build_provenance
from barometre.views.lecture.selection import Selection
from barometre.views.lecture.tableau import build_tableau
from barometre.views.piloter.etats_obligation import (
    COMPTES,
    Etats,
    Releve,
    build_etats,
    build_lecture,
    get_preuve,
    read_releve,
)

INCONNUE_N_EST_PAS_NON = (
    "Une obligation que personne n’a déclarée remplie, et que l’État n’a pas constatée, est dans un état "
    "inconnu\u202f: on n’en déduit jamais qu’elle ne l’est pas."
)
_TEXTES = ("collectivite_id", "type", "strate")
COLONNES = ("obligation", *COMPTES, "vague", "reference", "url")


@dataclass(frozen=True, slots=True)
class LigneObligation:
    """Une obligation sur un territoire."""

    releve: Releve
    etats: Etats
    vague: str

    @property
    def seuil(self) -> SeuilLegal:
        """L'obligation."""
        return self.releve.seuil

    @property
    def phrase(self) -> str:
        """La phrase à retenir de l'obligation."""
        etats, constat = self.etats, ""
        if etats.constatees is not None:
            constat = f", l’État la constate chez {etats.constatees}"
        return (
            f"{format_guillemets(self.seuil.titre)} concerne "
            f"{format_compte(etats.concernees, 'collectivité')} : {_describe_declare(etats)}{constat} ; pour "
            "les autres, l’état est inconnu."
        )


def _describe_declare(etats: Etats) -> str:
    """« environ 90 ont répondu, et 38 %, entre 28 et 50 % (B), la déclarent remplie »."""
    if etats.repondantes is None:
        return "trop peu ont répondu pour le dire"
    repondu = f"environ {etats.repondantes} ont répondu"
    return f"{repondu}, part qui la déclare remplie : {etats.declare}"


@dataclass(frozen=True, slots=True)
class VuePanorama:
    """Toutes les obligations en vigueur, pour un territoire et un type."""

    champ: str
    selection: Selection
    lignes: tuple[LigneObligation, ...]
    # Au catalogue, mais pas encore en vigueur.
    a_venir: tuple[SeuilLegal, ...]
    provenance: Provenance

    @property
    def a_retenir(self) -> str:
        """La phrase avant tout chiffre."""
        if not self.lignes:
            return f"{self.champ} : aucune des obligations suivies ne concerne ces collectivités."
        plus_etroite = min(self.lignes, key=lambda ligne: ligne.etats.concernees)
        n = format_compte(len(self.lignes), "obligation suivie", "obligations suivies")
        return f"{self.champ} : {n}. {plus_etroite.phrase} {INCONNUE_N_EST_PAS_NON}"

    @property
    def matrice(self) -> pd.DataFrame:
        """Obligation × états, comme cela se lit."""
        return build_lecture("obligation", (ligne.etats for ligne in self.lignes))

    @property
    def table(self) -> pd.DataFrame:
        """Le tableau qui se télécharge : de vrais nombres."""
        return build_tableau((_rang(ligne) for ligne in self.lignes), COLONNES)


def _rang(ligne: LigneObligation) -> tuple[object, ...]:
    return (ligne.seuil.titre, *ligne.etats.rang, ligne.vague, ligne.seuil.reference, ligne.seuil.url)


def read_releves(gate: Gate, catalogue: Catalogue, jour: date) -> tuple[Releve, ...]:
    """Ce qui se lit de chaque obligation en vigueur ce jour-là : le même pour tous les territoires."""
    en_vigueur = (seuil for seuil in catalogue.seuils if seuil.is_en_vigueur(jour))
    return tuple(read_releve(gate, catalogue, seuil) for seuil in en_vigueur)


def build_vue_panorama(
    gate: Gate, catalogue: Catalogue, selection: Selection, jour: date, releves: Sequence[Releve]
) -> VuePanorama:
    """Les obligations du territoire et du type choisis ; les autres filtres ne jouent pas."""
    sienne = Selection(territoire_id=selection.territoire_id, type=selection.type)
    cadre = list_champ(gate, sienne)[[*_TEXTES, "population"]]
    # En objets Python, relus une fois par obligation : chaque petit tri d'un texte d'Arrow coûte le double.
    cadre = cadre.astype(dict.fromkeys(_TEXTES, object))
    en_vigueur = [releve.seuil for releve in releves]
    cellules = read_declarations(gate, catalogue, en_vigueur, sienne.territoire_id)
    lignes = [build_ligne(catalogue, releve, cadre, sienne, cellules) for releve in releves]
    champ = Libelles(catalogue, gate).get_champ(sienne)
    return VuePanorama(
        champ=champ,
        selection=sienne,
        lignes=tuple(ligne for ligne in lignes if ligne.etats.concernees),
        a_venir=tuple(s for s in catalogue.seuils if s.depuis is not None and s.depuis > jour),
        provenance=replace(build_provenance_obligations(gate, champ, sienne, releves), jour=jour),
    )


def read_declarations(
    gate: Gate, catalogue: Catalogue, seuils: Sequence[SeuilLegal], *territoires: str
) -> Cellules:
    """Toutes les cellules publiées de ce qui prouve ces obligations, en une lecture."""
    preuves = [preuve.id for seuil in seuils if (preuve := get_preuve(catalogue, seuil)) is not None]
    if not preuves:
        return {}
    return read_cellules(
        gate, preuves, Selection(), territoire_id=list(territoires), type=None, strate=None, couverture=None
    )


def build_ligne(
    catalogue: Catalogue, releve: Releve, cadre: pd.DataFrame, selection: Selection, cellules: Cellules
) -> LigneObligation:
    """Une obligation sur un champ, à la dernière vague de son thème."""
    sienne = replace(selection, vague_id=releve.vague_id)
    return LigneObligation(
        releve=releve,
        etats=build_etats(releve.seuil.titre, releve, cadre, sienne, cellules),
        vague=next((v.titre for v in catalogue.vagues if v.id == releve.vague_id), releve.vague_id),
    )


def build_provenance_obligations(
    gate: Gate, champ: str, selection: Selection, releves: Sequence[Releve], detail: str = ""
) -> Provenance:
    """La provenance des tableaux de la page ; `detail` : l'obligation et la répartition d'un seul tableau."""
    morceaux = ("obligations", detail, selection.territoire_id, selection.type)
    version = gate.get_version()
    return build_provenance(
        version,
        "Obligations numériques : qui est concerné, qui l’a remplie",
        "_".join(filter(None, morceaux)),
        filtres=champ,
        source=f"Référentiel (concernées) ; {SOURCE} (déclarées) ; données de l’État (constatées)",
        definitions=tuple(_define(releve) for releve in releves),
        precautions=(
            INCONNUE_N_EST_PAS_NON,
            f"Part déclarée : enquête volontaire, {HORS_BIAIS}. Quand le seuil légal coupe entre les "
            "tailles, elle est recomposée des tailles publiées, et sa note ne dépasse pas B.",
            "Relisez l’article en vigueur avant tout acte.",
            explain_notes(simulee=version.simulee),
        ),
    )


def _define(releve: Releve) -> Definition:
    """L'obligation, et parmi qui se lit la part qui la déclare remplie."""
    seuil, preuve = releve.seuil, releve.preuve
    return Definition(
        seuil.titre,
        seuil.obligation,
        base=preuve.base if preuve else "",
        source=seuil.reference,
        precautions=seuil.precautions,
    )
