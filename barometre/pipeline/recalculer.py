"""Recalculer : tous les chiffres, refaits des réponses gardées, dans une version neuve."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from barometre.catalogue import DONNEES, Catalogue, load_catalogue
from barometre.pipeline.chiffres import start_calculs
from barometre.pipeline.construire import Construction, write_version_neuve
from barometre.pipeline.dimensions import add_dimensions
from barometre.pipeline.donnees import Donnees
from barometre.pipeline.empreintes import compute_empreintes
from barometre.pipeline.referentiel import compute_strates
from barometre.pipeline.rejeu import check_vagues
from barometre.pipeline.suivi import Etapes, Suivi
from barometre.warehouse.compatibilite import list_tables_absentes
from barometre.warehouse.engine import EntrepotError
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.repository import Repository
from barometre.warehouse.reprise import read_recues, read_referentiel
from barometre.warehouse.versions import open_entrepot

ETAPES_FIXES = 2  # lecture, vérification


@dataclass(frozen=True, slots=True)
class Recalcul:
    """Ce qu'un recalcul a fait ; sans `construction`, la version en service était à jour."""

    version_id: str
    construction: Construction | None
    # Ce qui avait changé, en mots ; vide quand rien n'a changé.
    differences: tuple[str, ...] = ()


def recalculer(
    *,
    forcer: bool = False,
    progress: Suivi | None = None,
    adresse: str | None = None,
    catalogue: Catalogue | None = None,
    processus: int | None = None,
) -> Recalcul:
    """Refait tous les chiffres de la version en service et met la nouvelle en service, d'un seul geste.

    Les réponses, les lots, les refus, les clés secrètes et les données de l'État sont repris tels quels : une
    version à jour, recalculée par `forcer`, redonne les mêmes chiffres. `processus` : voir `construire`.
    """
    catalogue = catalogue or load_catalogue()
    entrepot = open_entrepot(adresse)
    with entrepot.lock():
        active = entrepot.get_active()
        if active is None:
            raise EntrepotError("Aucune version n'est en service : « python -m barometre construire ».")
        differences = list_differences(entrepot, active, catalogue)
        if not (differences or forcer):
            return Recalcul(active, None)
        etapes = Etapes(len(catalogue.questionnaires) + ETAPES_FIXES, progress)
        etapes.step("Lecture des réponses gardées")
        socle = read_socle_garde(entrepot, active, catalogue)
        with start_calculs(socle, catalogue, processus or os.cpu_count() or 1) as calculs:
            faite = write_version_neuve(
                entrepot, socle, calculs, catalogue, etapes, commentaire=f"Recalcul de la version {active}"
            )
    return Recalcul(faite.version_id, faite, tuple(differences))


def list_differences(entrepot: Entrepot, version_id: str, catalogue: Catalogue) -> list[str]:
    """Ce qui a changé depuis que la version a été calculée, en mots ; vide : elle est à jour."""
    moteur = entrepot.build_engine(version_id)
    try:
        absentes = list_tables_absentes(moteur)
    finally:
        moteur.dispose()
    if absentes:
        return ["le schéma de l'entrepôt"]
    depot = Repository(entrepot).at(version_id)
    try:
        return depot.get_version().empreintes.list_differences(compute_empreintes(catalogue))
    finally:
        depot.close()


def read_socle_garde(entrepot: Entrepot, version_id: str, catalogue: Catalogue) -> Donnees:
    """Tout ce qui ne se calcule pas : collectivités et données de l'État de la version, catalogue du jour."""
    moteur = entrepot.build_engine(version_id)
    try:
        tables = read_referentiel(moteur) | read_recues(moteur)
    finally:
        moteur.dispose()
    check_vagues(tables["participation"], catalogue)
    socle = Donnees()
    add_dimensions(socle, catalogue, Path(DONNEES))
    collectivites = tables["dim_collectivite"]
    tables["dim_collectivite"] = collectivites.assign(strate=compute_strates(collectivites, catalogue))
    sources = socle.get("dim_source")
    gardees = tables["dim_source"]
    neuves = sources[~sources["source_id"].isin(gardees["source_id"])]
    tables["dim_source"] = pd.concat([gardees, neuves]) if len(neuves) else gardees
    for nom, frame in tables.items():
        socle.replace(nom, frame)
    return socle
