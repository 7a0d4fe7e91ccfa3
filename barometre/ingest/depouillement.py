"""La porte d'entrée : un fichier, un questionnaire, une vague → un lot prêt à charger."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from barometre.domain.enquete import Questionnaire, Vague
from barometre.ingest.columns import build_recognizer
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.export import read_export
from barometre.ingest.identity import Referentiel
from barometre.ingest.layout import Choix
from barometre.ingest.lot import Lot
from barometre.ingest.mapping import Correspondance, read_correspondance
from barometre.ingest.merge import merge_lots
from barometre.ingest.tri import load_lot


class CatalogueEnquete(Protocol):
    """Ce que l'import attend du catalogue."""

    @property
    def vagues(self) -> Sequence[Vague]:
        """Les vagues déclarées."""

    @property
    def questionnaires(self) -> Mapping[str, Questionnaire]:
        """Les questionnaires déclarés, par identifiant."""


def prepare(  # noqa: PLR0917 — l'ordre est celui de la commande `importer`
    path: str | Path,
    questionnaire_id: str,
    vague_id: str,
    format: str,
    referentiel: Referentiel,
    catalogue: CatalogueEnquete,
    correspondance: str | Path | dict[str, Any] | None = None,
    lots_connus: Collection[str] = (),
) -> Lot:
    """Lit, contrôle et interprète un fichier, sans rien écrire ; lève `ImportRefuse` d'une phrase.

    `lots_connus` : les lots déjà dans l'entrepôt ; le même fichier, lu par la même correspondance, y donne
    `deja_charge`.
    """
    questionnaire, vague = find_enquete(catalogue, questionnaire_id, vague_id)
    declaree = read_correspondance(correspondance)
    choix = Choix(declaree.entete, declaree.feuille, declaree.long, declaree.cles)
    export = read_export(path, format, build_recognizer(questionnaire), choix)
    export = replace(export, empreinte=_hash_lecture(export.empreinte, declaree))
    lot = load_lot(export, questionnaire, vague, referentiel, declaree)
    return replace(lot, deja_charge=lot.lot_id in lots_connus)


def _hash_lecture(empreinte: str, declaree: Correspondance) -> str:
    """SHA-256 du fichier et de sa correspondance : corriger la correspondance seule change les réponses."""
    if declaree == Correspondance():
        return empreinte
    ecrite = json.dumps(asdict(declaree), sort_keys=True)
    return hashlib.sha256(f"{empreinte} {ecrite}".encode()).hexdigest()


def prepare_all(  # noqa: PLR0917 — l'ordre est celui de la commande `importer`
    paths: Sequence[str | Path],
    questionnaire_id: str,
    vague_id: str,
    format: str,
    referentiel: Referentiel,
    catalogue: CatalogueEnquete,
    correspondance: str | Path | dict[str, Any] | None = None,
    lots_connus: Collection[str] = (),
) -> Lot:
    """Un ou plusieurs fichiers d'un même questionnaire et d'une même vague : un seul lot."""
    lots = [
        prepare(p, questionnaire_id, vague_id, format, referentiel, catalogue, correspondance) for p in paths
    ]
    lot = merge_lots(lots)
    return replace(lot, deja_charge=lot.lot_id in lots_connus)


def find_enquete(
    catalogue: CatalogueEnquete, questionnaire_id: str, vague_id: str
) -> tuple[Questionnaire, Vague]:
    """Le questionnaire tel que la vague le pose ; `ImportRefuse` si le catalogue ne les connaît pas."""
    questionnaires = catalogue.questionnaires
    vagues = {v.id: v for v in catalogue.vagues}
    if questionnaire_id not in questionnaires:
        connus = ", ".join(questionnaires)
        raise ImportRefuse(
            f"Le questionnaire « {questionnaire_id} » n'existe pas ; questionnaires : {connus}."
        )
    if vague_id not in vagues:
        raise ImportRefuse(f"La vague « {vague_id} » n'existe pas ; vagues : {', '.join(vagues)}.")
    if questionnaire_id not in vagues[vague_id].questionnaires:
        ouverts = ", ".join(vagues[vague_id].questionnaires)
        raise ImportRefuse(
            f"La vague « {vague_id} » n'ouvre pas « {questionnaire_id} » ; elle ouvre : {ouverts}."
        )
    vague = replace(vagues[vague_id], suivante=_find_suivante(catalogue.vagues, vague_id, questionnaire_id))
    return questionnaires[questionnaire_id].keep_vague(vague_id, tuple(vagues)), vague


def _find_suivante(vagues: Sequence[Vague], vague_id: str, questionnaire_id: str) -> date | None:
    rang = next(i for i, v in enumerate(vagues) if v.id == vague_id)
    ouvertures = (v.ouverture for v in vagues[rang + 1 :] if questionnaire_id in v.questionnaires)
    return next((jour for jour in ouvertures if jour is not None), None)
