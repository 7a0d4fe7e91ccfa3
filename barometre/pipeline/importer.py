"""Importer un fichier : la version en service, copiée, où un lot est ajouté ou remplacé."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from barometre.catalogue import Catalogue, load_catalogue
from barometre.domain.version import Empreintes
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.garde import read_garde
from barometre.ingest.identity import Referentiel
from barometre.ingest.importer import prepare_all
from barometre.ingest.lot import Lot
from barometre.ingest.rejeu import reread
from barometre.pipeline.achevement import check_or_refuse, finish_version
from barometre.pipeline.calcul import (
    Calculee,
    Contexte,
    Vaguee,
    build_contexte,
    compute_vague,
    join_vagues,
    resume_vague,
    split_vagues,
)
from barometre.pipeline.changes import COMPAREES
from barometre.pipeline.cles import Cles, build_cle, index_cles, read_cles
from barometre.pipeline.croisements import compute_croisements, read_mesures, refresh_croisements
from barometre.pipeline.donnees import Donnees
from barometre.pipeline.empreintes import compute_empreintes
from barometre.pipeline.lots import add_lot, get_instant, keep_lot, mark_lot
from barometre.pipeline.remplacement import check_confirme, compare_lot
from barometre.pipeline.suivi import Etapes, Suivi
from barometre.warehouse.deletions import delete_calculs_of, delete_lot, delete_reponses_of
from barometre.warehouse.engine import Engine
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.repository import Repository, read_rows
from barometre.warehouse.versions import fill_chantier, open_entrepot

ETAPES = 4


def importer(
    fichier: Path | str | Sequence[Path | str],
    questionnaire_id: str,
    vague_id: str,
    *,
    format: str = "auto",
    essai: bool = False,
    confirme: bool = False,
    complement: bool = False,
    correspondance: str | Path | dict[str, Any] | None = None,
    par: str = "",
    progress: Suivi | None = None,
    adresse: str | None = None,
    catalogue: Catalogue | None = None,
) -> Lot:
    """Lit un export, le charge dans une version neuve et la met en service ; rend le sort de ses lignes.

    Le même fichier ne change rien. Un autre fichier du même questionnaire et de la même vague remplace le
    précédent ; il faut `confirme` si beaucoup de réponses disparaissent. `complement` : les collectivités
    que le fichier ne cite pas gardent leur réponse. `essai` : tout est lu et compté, rien n'est écrit.
    `par` : qui importe ; gardé avec le fichier.
    """
    catalogue = catalogue or load_catalogue()
    fichiers = [fichier] if isinstance(fichier, str | Path) else fichier

    def read_fichiers(referentiel: Referentiel, connus: list[str]) -> Lot:
        return prepare_all(
            fichiers, questionnaire_id, vague_id, format, referentiel, catalogue, correspondance,
            lots_connus=connus,
        )  # fmt: skip

    options = _Options(essai, confirme, complement, par)
    return _import(read_fichiers, options, catalogue, Etapes(ETAPES, progress), adresse)


def importer_garde(
    cle: str,
    *,
    essai: bool = False,
    confirme: bool = False,
    complement: bool = False,
    par: str = "",
    progress: Suivi | None = None,
    adresse: str | None = None,
    catalogue: Catalogue | None = None,
) -> Lot:
    """Comme `importer`, d'un fichier que la réserve garde : son bruit est celui qu'il avait."""
    catalogue = catalogue or load_catalogue()
    garde = read_garde(open_entrepot(adresse).get_reserve().read(cle))

    def read_reserve(referentiel: Referentiel, connus: list[str]) -> Lot:
        lot = reread(garde, referentiel, catalogue)
        return replace(lot, deja_charge=lot.lot_id in connus)

    options = _Options(essai, confirme, complement, par, garde.cle)
    return _import(read_reserve, options, catalogue, Etapes(ETAPES, progress), adresse)


@dataclass(frozen=True, slots=True)
class _Options:
    """Ce que demande qui importe. `cle` : la clé secrète à reprendre si la version n'en a pas."""

    essai: bool
    confirme: bool
    complement: bool
    par: str
    cle: str = ""


def _import(
    read_lot: Callable[[Referentiel, list[str]], Lot],
    options: _Options,
    catalogue: Catalogue,
    etapes: Etapes,
    adresse: str | None,
) -> Lot:
    entrepot = open_entrepot(adresse)
    # Un essai ne fait que lire : il marche sur un disque protégé, et à côté d'une construction.
    with nullcontext() if options.essai else entrepot.lock():
        depot = Repository(entrepot)
        etapes.step("Lecture du fichier")
        collectivites = depot.list_collectivites(cadre=False)
        referentiel = Referentiel(collectivites, depot.list_codes_anciens())
        lot = read_lot(referentiel, depot.list_lots()["lot_id"].tolist())
        check_nature(depot, lot)
        lot = mark_lot(lot, simule=False)
        questionnaire = catalogue.questionnaires[lot.questionnaire_id]
        lot = compare_lot(depot.get_engine(), lot, questionnaire, complement=options.complement)
        active, empreintes = depot.version_id, depot.get_version().empreintes
        complet = empreintes != compute_empreintes(catalogue)
        depot.close()
        if not (options.essai or lot.deja_charge):
            if not options.confirme:
                check_confirme(lot)
            contexte = build_contexte(collectivites, catalogue)
            _load(entrepot, active, _Import(lot, contexte, empreintes, complet, options), etapes)
    return lot


def check_nature(depot: Repository, lot: Lot) -> None:
    """Refuse de mêler de vraies réponses et des réponses simulées dans une version."""
    if lot.simule:
        raise ImportRefuse(
            f"Le fichier « {lot.fichier} » dit que ses réponses sont simulées : seule la démonstration "
            "(« construire ») en charge."
        )
    if depot.get_version().simulee:
        raise ImportRefuse(
            "La version en service est la démonstration : de vraies réponses ne s'y mêlent pas. Lancez "
            "d'abord « construire --sans-demo », puis importez de nouveau."
        )


@dataclass(frozen=True, slots=True)
class _Import:
    """Un lot à charger ; `complet` : refaire aussi ce qui, de son questionnaire, ne dépend pas de lui.

    `empreintes` : celles de la version en service, que la nouvelle garde : les autres questionnaires ne sont
    pas recalculés, et la version dit ainsi qu'elle est périmée tant que `recalculer` n'a pas passé.
    """

    lot: Lot
    contexte: Contexte
    empreintes: Empreintes
    complet: bool
    options: _Options


def _load(entrepot: Entrepot, active: str, importe: _Import, etapes: Etapes) -> None:
    lot, catalogue = importe.lot, importe.contexte.catalogue
    with fill_chantier(entrepot, copie_de=active) as (version_id, moteur):
        etapes.step("Calcul des chiffres")
        if importe.options.complement:
            cites = lot.participation["collectivite_id"].tolist()
            delete_reponses_of(moteur, lot.vague_id, lot.questionnaire_id, cites)
        else:
            delete_lot(moteur, lot.vague_id, lot.questionnaire_id)
        donnees, instant = Donnees(), get_instant()
        cles = _complete_cles(moteur, lot, donnees, importe.options.cle)
        add_lot(donnees, _keep(entrepot, importe, cles, instant), instant)
        donnees.extend(_compute(moteur, importe, cles))
        etapes.step("Écriture de l'entrepôt")
        delete_calculs_of(moteur, lot.questionnaire_id, None if importe.complet else lot.vague_id)
        donnees.write(moteur)
        if importe.complet:
            refresh_croisements(moteur, catalogue)
        simulee = bool(read_rows(moteur, "participation")["simulee"].any())
        finish_version(moteur, version_id, importe.empreintes, simulee, f"Import de {lot.fichier}")
        etapes.step("Vérification")
        check_or_refuse(moteur)


def _keep(entrepot: Entrepot, importe: _Import, cles: Cles, instant: datetime) -> Lot:
    """Range le lot dans la réserve, avant la mise en service : une version n'en cite que de gardés."""
    lot, catalogue = importe.lot, importe.contexte.catalogue.empreinte
    cle = cles[lot.questionnaire_id, lot.vague_id]
    return keep_lot(
        entrepot.get_reserve(), lot, instant, cle=cle, par=importe.options.par, catalogue=catalogue
    )


def _compute(moteur: Engine, importe: _Import, cles: Cles) -> Donnees:
    """Les tables de la vague importée, et les évolutions du questionnaire, qui relisent ses autres vagues."""
    lot, contexte = importe.lot, importe.contexte
    filtre = {"questionnaire_id": lot.questionnaire_id}
    participations = pd.concat([read_rows(moteur, "participation", **filtre), lot.participation])
    faits = pd.concat([read_rows(moteur, "fait_reponse", **filtre), lot.fait_reponse])
    ordre = [v.id for v in contexte.catalogue.vagues]
    donnees = Donnees()
    for vagues in split_vagues(participations, faits, ordre, cles):
        donnees.extend(join_vagues([_compute_one(moteur, importe, vague) for vague in vagues]))
    mesures = read_mesures(moteur, contexte.cadre, contexte.catalogue)
    donnees.extend(compute_croisements(mesures, lot.questionnaire_id, donnees, cles))
    return donnees


def _complete_cles(moteur: Engine, lot: Lot, donnees: Donnees, reprise: str) -> Cles:
    """Les clés de la version, et celle du lot, tirée s'il est le premier de son questionnaire à sa vague.

    Un lot corrigé garde la clé du précédent : une réponse tardive ne change que les cellules qui la comptent.
    """
    cles = read_cles(moteur)
    if (lot.questionnaire_id, lot.vague_id) in cles:
        return cles
    neuve = build_cle(lot.vague_id, lot.questionnaire_id)
    if reprise:
        neuve = neuve.assign(cle=reprise)
    donnees.add("cle_secrete", neuve)
    return {**cles, **index_cles(neuve)}


def _compute_one(moteur: Engine, importe: _Import, vague: Vaguee) -> Calculee:
    """La vague du lot se calcule ; une autre n'en dépend pas, et garde ses chiffres."""
    contexte = importe.contexte
    if importe.complet or vague.vague_id == importe.lot.vague_id:
        return compute_vague(contexte, vague)
    ids = [i.id for i in contexte.catalogue.list_indicateurs(vague.questionnaire_id, origine="declare")]
    agregats = read_rows(moteur, "agregat", indicateur_id=ids, vague_id=vague.vague_id, niveau=COMPAREES)
    return resume_vague(contexte, vague, agregats)
