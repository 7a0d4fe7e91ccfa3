"""Recalculer : tous les chiffres, refaits des réponses gardées, dans une version neuve."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from barometre.catalogue import DONNEES, Catalogue, load_catalogue
from barometre.pipeline.calcul import Contexte, Vaguee, build_contexte, compute_questionnaire, split_vagues
from barometre.pipeline.cles import Cles, index_cles
from barometre.pipeline.construire import Construction, select_mesures, write_version_neuve
from barometre.pipeline.croisements import compute_croisements
from barometre.pipeline.dimensions import add_dimensions
from barometre.pipeline.donnees import Donnees
from barometre.pipeline.empreintes import compute_empreintes
from barometre.pipeline.mesures import Mesures
from barometre.pipeline.parallele import start_parallel
from barometre.pipeline.referentiel import compute_strates
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


def check_vagues(participations: pd.DataFrame, catalogue: Catalogue) -> None:
    """Refuse de perdre des réponses dont le catalogue ne connaît plus la vague ou le questionnaire."""
    connues = {(v.id, q) for v in catalogue.vagues for q in v.questionnaires}
    presentes = participations[["vague_id", "questionnaire_id"]].drop_duplicates()
    perdues = [paire for paire in presentes.itertuples(index=False, name=None) if paire not in connues]
    if perdues:
        noms = " ; ".join(
            f"« {questionnaire} » à la vague « {vague} »" for vague, questionnaire in perdues[:5]
        )
        raise EntrepotError(
            f"Le catalogue ne connaît plus : {noms}. Remettez-les dans vagues.yml : leurs "
            "réponses sont gardées."
        )


@contextmanager
def start_calculs(
    socle: Donnees, catalogue: Catalogue, processus: int
) -> Iterator[Iterator[tuple[str, Donnees]]]:
    """Tout ce qui se calcule des réponses du socle, questionnaire par questionnaire."""
    contexte = build_contexte(socle.get("dim_collectivite"), catalogue)
    cles = index_cles(socle.get("cle_secrete"))
    ordre = [v.id for v in catalogue.vagues]
    groupes = split_vagues(socle.get("participation"), socle.get("fait_reponse"), ordre, cles)
    travail = partial(_compute, contexte, select_mesures(socle, contexte), cles)
    titres = [f"Calcul : {catalogue.get_theme(g[0].questionnaire_id).titre}" for g in groupes]
    with start_parallel(travail, groupes, processus) as resultats:
        yield zip(titres, resultats, strict=True)


def _compute(contexte: Contexte, mesures: Mesures, cles: Cles, vagues: Sequence[Vaguee]) -> Donnees:
    donnees = compute_questionnaire(contexte, vagues)
    donnees.extend(compute_croisements(mesures, vagues[0].questionnaire_id, donnees, cles))
    return donnees
