"""Importer un fichier : la version en service, copiée, où un lot est ajouté ou remplacé."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from barometre.catalogue import Catalogue, load_catalogue
from barometre.ingest.identity import Referentiel
from barometre.ingest.importer import prepare
from barometre.ingest.lot import Lot
from barometre.pipeline.achevement import check_or_refuse, finish_version
from barometre.pipeline.calcul import Contexte, build_contexte, compute_questionnaire, split_vagues
from barometre.pipeline.croisements import compute_croisements, read_mesures, refresh_croisements
from barometre.pipeline.donnees import Donnees
from barometre.pipeline.lots import add_lot
from barometre.pipeline.suivi import Etapes, Suivi
from barometre.warehouse.deletions import delete_lot
from barometre.warehouse.engine import Engine
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.repository import Repository, read_rows
from barometre.warehouse.versions import fill_chantier, open_entrepot

ETAPES = 4


def importer(
    fichier: Path | str,
    questionnaire_id: str,
    vague_id: str,
    *,
    format: str = "auto",
    essai: bool = False,
    correspondance: str | Path | dict[str, Any] | None = None,
    progress: Suivi | None = None,
    adresse: str | None = None,
    catalogue: Catalogue | None = None,
) -> Lot:
    """Lit un export, le charge dans une version neuve et la met en service ; rend le sort de ses lignes.

    Le même fichier ne change rien. Un autre fichier du même questionnaire et de la même vague remplace le
    précédent. `essai` : tout est lu et compté, rien n'est écrit.
    """
    catalogue = catalogue or load_catalogue()
    etapes = Etapes(ETAPES, progress)
    entrepot = open_entrepot(adresse)
    with entrepot.lock():
        depot = Repository(entrepot)
        etapes.step("Lecture du fichier")
        collectivites = depot.list_collectivites(cadre=False)
        lot = prepare(
            fichier, questionnaire_id, vague_id, format,
            Referentiel(collectivites, depot.list_codes_anciens()),
            catalogue,
            correspondance,
            lots_connus=depot.list_lots()["lot_id"].tolist(),
        )  # fmt: skip
        active = depot.version_id
        depot.close()
        if not (essai or lot.deja_charge):
            _load(entrepot, active, lot, build_contexte(collectivites, catalogue), etapes)
    return lot


def _load(entrepot: Entrepot, active: str, lot: Lot, contexte: Contexte, etapes: Etapes) -> None:
    with fill_chantier(entrepot, copie_de=active) as (version_id, moteur):
        etapes.step("Calcul des chiffres")
        delete_lot(moteur, lot.vague_id, lot.questionnaire_id)
        donnees = Donnees()
        add_lot(donnees, lot)
        donnees.extend(_compute(moteur, lot, contexte))
        etapes.step("Écriture de l'entrepôt")
        donnees.write(moteur)
        _refresh_others(moteur, contexte.catalogue)
        simulee = bool(read_rows(moteur, "participation")["simulee"].any())
        finish_version(moteur, version_id, contexte.catalogue, simulee, f"Import de {lot.fichier}")
        etapes.step("Vérification")
        check_or_refuse(moteur)


def _compute(moteur: Engine, lot: Lot, contexte: Contexte) -> Donnees:
    """Les tables calculées du questionnaire, à toutes ses vagues : les évolutions en lisent deux."""
    filtre = {"questionnaire_id": lot.questionnaire_id}
    participations = pd.concat([read_rows(moteur, "participation", **filtre), lot.participation])
    faits = pd.concat([read_rows(moteur, "fait_reponse", **filtre), lot.fait_reponse])
    ordre = [v.id for v in contexte.catalogue.vagues]
    donnees = Donnees()
    for vagues in split_vagues(participations, faits, ordre):
        donnees.extend(compute_questionnaire(contexte, vagues))
    mesures = read_mesures(moteur, contexte.cadre, contexte.catalogue)
    donnees.extend(compute_croisements(mesures, lot.questionnaire_id, donnees))
    return donnees


def _refresh_others(moteur: Engine, catalogue: Catalogue) -> None:
    """Les autres questionnaires n'ont pas bougé, sauf si le catalogue n'est plus celui de la copie."""
    if read_rows(moteur, "version")["catalogue_empreinte"].ne(catalogue.empreinte).any():
        refresh_croisements(moteur, catalogue)
