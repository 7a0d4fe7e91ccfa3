"""`sources recuperer` : la version en service, copiée, où les sources demandées remplacent leur apport."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from barometre.catalogue import Catalogue, load_catalogue
from barometre.domain.formats import format_compte
from barometre.pipeline.achevement import check_or_refuse, finish_version
from barometre.pipeline.calcul import CALCULEES, build_contexte, compute_questionnaire, split_vagues
from barometre.pipeline.cles import Tirages, list_tardives, read_cles
from barometre.pipeline.croisements import refresh_croisements
from barometre.pipeline.dimensions import build_indicateurs
from barometre.pipeline.donnees import Donnees
from barometre.pipeline.empreintes import compute_empreintes
from barometre.pipeline.etat import list_montees
from barometre.pipeline.parallele import start_parallel
from barometre.pipeline.recolte import Bilan, Recolte, Socle, build_source, harvest
from barometre.pipeline.suivi import Etapes, Suivi
from barometre.sources.catalogue import SourceExterieure, load_sources_exterieures
from barometre.sources.fetch import Lieu, open_lieu
from barometre.warehouse.engine import Engine
from barometre.warehouse.etat import delete_calculs, replace_source, replace_tables
from barometre.warehouse.montee import apply_montees
from barometre.warehouse.repository import Repository, read_rows
from barometre.warehouse.versions import fill_chantier, open_entrepot

ETAPES_FIXES = 4  # écriture, montée, croisements, vérification


class SourceInconnue(Exception):
    """Un identifiant demandé n'est pas celui d'une source."""


@dataclass(frozen=True, slots=True)
class Recuperation:
    """Ce qu'une récupération a fait ; `version_id` est celle en service, changée ou non."""

    version_id: str
    bilans: list[Bilan]
    construite: bool


def list_demandees(
    ids: Sequence[str] | None = None, sources: dict[str, SourceExterieure] | None = None
) -> list[SourceExterieure]:
    """Les sources demandées et celles dont elles dépendent, dans l'ordre du catalogue ; None : toutes."""
    connues = sources if sources is not None else load_sources_exterieures()
    inconnues = [i for i in ids or () if i not in connues]
    if inconnues:
        noms = ", ".join(f"« {i} »" for i in inconnues)
        raise SourceInconnue(f"Source inconnue : {noms}. « sources lister » donne leurs identifiants.")
    voulues = set(connues if ids is None else ids)
    for source_id in list(voulues):
        voulues |= set(connues[source_id].depend_de)
    return [source for source in connues.values() if source.id in voulues]


def recuperer(
    ids: Sequence[str] | None = None,
    miroir: Path | str | None = None,
    *,
    contours: Iterable[Bilan] = (),
    confirmer: bool = False,
    progress: Suivi | None = None,
    adresse: str | None = None,
    catalogue: Catalogue | None = None,
    sources: dict[str, SourceExterieure] | None = None,
) -> Recuperation:
    """Récupère des sources et met en service une version qui les contient ; tout ou rien.

    Les mêmes fichiers ne changent rien. `contours` : les bilans des contours, que la commande charge.
    `confirmer` : un fichier qui s'écarte de la bonne copie est accepté, et c'est dit. `sources` : celles du
    catalogue, déjà lues.
    """
    catalogue = catalogue or load_catalogue()
    demandees = [s for s in list_demandees(ids, sources) if s.usage != "contours"]
    etapes = Etapes(len(demandees) + ETAPES_FIXES, progress)
    entrepot = open_entrepot(adresse)
    with entrepot.lock():
        depot = Repository(entrepot)
        active = depot.version_id
        recolte = _harvest_all(demandees, open_lieu(miroir), read_socle(depot), etapes, confirmer=confirmer)
        recolte.bilans += contours
        if _is_loaded(depot, recolte.bilans, catalogue):
            depot.close()
            return Recuperation(active, recolte.bilans, False)
        empreintes = depot.get_version().empreintes
        recalcul = _recompute(depot, recolte, catalogue)
        if recalcul is not None:
            empreintes = compute_empreintes(catalogue)
        with fill_chantier(entrepot, copie_de=active) as (version_id, moteur):
            _fill(moteur, recolte, recalcul, catalogue=catalogue, etapes=etapes)
            finish_version(moteur, version_id, empreintes, *_describe(moteur, recolte))
            etapes.step("Vérification")
            check_or_refuse(moteur)
    return Recuperation(version_id, recolte.bilans, True)


def _harvest_all(
    demandees: list[SourceExterieure], lieu: Lieu, socle: Socle, etapes: Etapes, *, confirmer: bool
) -> Recolte:
    recolte = Recolte(socle)
    for source in demandees:
        etapes.step(source.titre)
        harvest(source, lieu, recolte, confirmer=confirmer)
    return recolte


def read_socle(depot: Repository) -> Socle:
    """Le référentiel de la version en service."""
    return Socle(
        depot.list_collectivites(cadre=False),
        depot.list_codes_anciens(),
        depot.list_opsn(),
        depot.list_liens_opsn(),
    )


def _is_loaded(depot: Repository, bilans: list[Bilan], catalogue: Catalogue) -> bool:
    """Vrai si la version en service contient déjà exactement ces fichiers, lus par le même programme."""
    connues = depot.list_sources().set_index("source_id")[["empreinte", "etat", "acceptes"]]
    connues["acceptes"] = connues["acceptes"].fillna("")
    if depot.get_version().empreintes != compute_empreintes(catalogue):
        return False
    return all(
        b.source.id in connues.index
        and connues.loc[b.source.id, "etat"] == _etat(b, connues)
        and (not b.empreinte or connues.loc[b.source.id, "empreinte"] == b.empreinte)
        # Le même fichier, confirmé depuis : ses zéros sont d'autres valeurs.
        and (b.etat == "absente" or connues.loc[b.source.id, "acceptes"] == " ".join(b.acceptes))
        for b in bilans
    )


def _etat(bilan: Bilan, connues: pd.DataFrame) -> str:
    """L'état à écrire : une source injoignable garde ce que la version en service a d'elle."""
    deja = bilan.source.id in connues.index and connues.loc[bilan.source.id, "etat"] in ("chargee", "gardee")
    return "gardee" if bilan.etat == "absente" and deja else bilan.etat


def _fill(
    moteur: Engine,
    recolte: Recolte,
    recalcul: Donnees | None,
    *,
    catalogue: Catalogue,
    etapes: Etapes,
) -> None:
    """Remplit le chantier, copie de la version en service."""
    etapes.step("Écriture de l'entrepôt")
    write_recolte(moteur, recolte, catalogue)
    if recalcul is not None:
        delete_calculs(moteur, CALCULEES)
        recalcul.write(moteur)
    etapes.step("Montée vers les territoires")
    apply_montees(moteur, list_montees(catalogue))
    etapes.step("Déclaré et mesuré")
    refresh_croisements(moteur, catalogue)


def _describe(moteur: Engine, recolte: Recolte) -> tuple[bool, str]:
    """Si des réponses sont simulées, et ce que la version a de neuf."""
    chargees = sum(1 for b in recolte.bilans if b.etat != "absente")
    simulee = bool(read_rows(moteur, "participation")["simulee"].any())
    return simulee, f"Données de l'État : {format_compte(chargees, 'source')}"


def write_recolte(moteur: Engine, recolte: Recolte, catalogue: Catalogue) -> None:
    """Écrit le socle enrichi et l'apport de chaque source, à la place du précédent."""
    replace_tables(moteur, recolte.list_changed() | {"dim_indicateur": build_indicateurs(catalogue)})
    connues = read_rows(moteur, "dim_source").set_index("source_id")
    for bilan in recolte.bilans:
        replace_source(moteur, bilan.source.id, _build_tables(recolte, bilan, connues))


def _build_tables(recolte: Recolte, bilan: Bilan, connues: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Une source absente dont la version en service a les valeurs les garde, avec leur date."""
    source_id = bilan.source.id
    if bilan.etat == "absente" and _etat(bilan, connues) == "gardee":
        ligne = connues.loc[[source_id]].reset_index().assign(etat="gardee")
        return {"dim_source": ligne}
    tables = {"dim_source": build_source(bilan)}
    if source_id in recolte.valeurs:
        tables["fait_valeur"] = recolte.valeurs[source_id]
        tables["quarantaine"] = recolte.quarantaines[source_id]
    return tables


def _has_moved(avant: pd.DataFrame, apres: pd.DataFrame) -> bool:
    """Vrai si la couverture, qui est une marge de calage, a changé quelque part."""
    couvertures = [f.set_index("collectivite_id")["couverture"] for f in (avant, apres)]
    return not couvertures[0].sort_index().equals(couvertures[1].sort_index())


def _recompute(depot: Repository, recolte: Recolte, catalogue: Catalogue) -> Donnees | None:
    """Les poids et les chiffres de tous les questionnaires, si la couverture a bougé ; ferme le dépôt.

    Tout est lu puis fermé avant le calcul : les processus qu'il emploie naissent sans connexion.
    """
    collectivites = recolte.socle.collectivites
    if not _has_moved(recolte.depart.collectivites, collectivites):
        depot.close()
        return None
    participations = depot.list_participations()
    faits = read_rows(depot.get_engine(), "fait_reponse")
    tirages = Tirages(read_cles(depot.get_engine()), list_tardives(participations, depot.list_lots()))
    depot.close()
    ordre = [v.id for v in catalogue.vagues]
    groupes = split_vagues(participations, faits, ordre, tirages)
    travail = partial(compute_questionnaire, build_contexte(collectivites, catalogue))
    donnees = Donnees()
    with start_parallel(travail, groupes, os.cpu_count() or 1) as calculees:
        for tables in calculees:
            donnees.extend(tables)
    return donnees
