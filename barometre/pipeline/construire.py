"""La construction : du référentiel aux chiffres, dans une version neuve, vérifiée puis mise en service."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from barometre.catalogue import DONNEES, Catalogue, load_catalogue
from barometre.ingest.identity import Referentiel
from barometre.pipeline import referentiel as ref
from barometre.pipeline.achevement import check_or_refuse, finish_version
from barometre.pipeline.calcul import build_contexte
from barometre.pipeline.chiffres import select_mesures, start_calculs
from barometre.pipeline.demonstration import compute_demonstration, open_demonstration
from barometre.pipeline.dimensions import add_dimensions
from barometre.pipeline.donnees import Donnees
from barometre.pipeline.empreintes import compute_empreintes
from barometre.pipeline.etat import add_copies, list_montees
from barometre.pipeline.importer_actions import reread_actions
from barometre.pipeline.parallele import start_parallel
from barometre.pipeline.rejeu import Rejoue, reread_lots
from barometre.pipeline.suivi import Etapes, Suivi
from barometre.warehouse.controles import Controle
from barometre.warehouse.engine import set_all_cores
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.montee import apply_montees
from barometre.warehouse.versions import fill_chantier, open_entrepot

ETAPES_FIXES = 3  # référentiel, fichiers reçus, vérification


@dataclass(frozen=True, slots=True)
class Construction:
    """Ce qu'une construction a produit."""

    version_id: str
    controles: list[Controle]
    lignes: dict[str, int]
    # Les fichiers reçus qui ont été rejoués.
    lots: tuple[Rejoue, ...] = ()


def construire(
    depuis: Path | str | None = None,
    *,
    demo: bool = True,
    progress: Suivi | None = None,
    adresse: str | None = None,
    catalogue: Catalogue | None = None,
    processus: int | None = None,
) -> Construction:
    """Construit une version de l'entrepôt et la met en service.

    Les vraies réponses de la version en service sont rejouées des fichiers gardés, avec le catalogue et le
    référentiel du jour ; la démonstration ne s'y mêle pas. `depuis` : le dossier des fichiers embarqués
    (`data/`). `demo` : avec les réponses simulées. `processus` : questionnaires calculés à la fois ; un
    seul dans un serveur, qui a des fils.
    """
    catalogue = catalogue or load_catalogue()
    entrepot = open_entrepot(adresse)
    etapes = Etapes(len(catalogue.questionnaires) + ETAPES_FIXES, progress)
    with entrepot.lock():
        etapes.step("Lecture du référentiel")
        socle = load_socle(Path(depuis or DONNEES), catalogue)
        add_copies(socle)
        etapes.step("Fichiers reçus")
        lots = reread_lots(entrepot, socle, catalogue)
        reread_actions(entrepot, socle)
        if not (demo or lots):
            return write_version_neuve(entrepot, socle, (), catalogue, etapes)
        start = start_calculs if lots else start_demonstration
        with start(socle, catalogue, processus or os.cpu_count() or 1) as calculs:
            return replace(write_version_neuve(entrepot, socle, calculs, catalogue, etapes), lots=lots)


@contextmanager
def start_demonstration(
    socle: Donnees, catalogue: Catalogue, processus: int
) -> Iterator[Iterator[tuple[str, Donnees]]]:
    """Les réponses simulées, importées comme de vrais fichiers, et tout ce qui s'en calcule."""
    collectivites, anciens = socle.get("dim_collectivite"), socle.get("code_ancien")
    contexte = build_contexte(collectivites, catalogue)
    with open_demonstration(catalogue, collectivites, anciens) as groupes:
        # Les processus reçoivent les exports à leur naissance : il ne leur est dit que lequel écrire.
        referentiel = Referentiel(collectivites, anciens)
        mesures = select_mesures(socle, contexte)
        travail = partial(compute_demonstration, contexte, mesures, referentiel, groupes)
        titres = [f"Calcul : {catalogue.get_theme(g[0].questionnaire_id).titre}" for g in groupes]
        with start_parallel(travail, range(len(groupes)), processus) as resultats:
            yield zip(titres, resultats, strict=True)


def load_socle(dossier: Path, catalogue: Catalogue) -> Donnees:
    """Le référentiel et le catalogue, sans réponses."""
    donnees = Donnees()
    opsn, liens = ref.load_opsn(dossier)
    donnees.add("dim_opsn", opsn)
    donnees.add("lien_opsn", liens)
    donnees.add("dim_collectivite", ref.load_collectivites(dossier, catalogue, liens))
    donnees.add("code_ancien", ref.load_codes_anciens(dossier))
    add_dimensions(donnees, catalogue, dossier)
    return donnees


def write_version_neuve(
    entrepot: Entrepot,
    socle: Donnees,
    parties: Iterable[tuple[str, Donnees]],
    catalogue: Catalogue,
    etapes: Etapes,
    *,
    commentaire: str = "",
) -> Construction:
    """Écrit le socle, puis chaque partie dès qu'elle est prête ; vérifie et met en service. Verrou tenu."""
    simulee = socle.is_simulee()
    with fill_chantier(entrepot) as (version_id, moteur):
        socle.write(moteur)
        # Avant les réponses, et pendant que d'autres processus les calculent : il y a deux fois moins à lire.
        apply_montees(moteur, list_montees(catalogue))
        lignes = Counter(socle.count())
        for titre, donnees in parties:
            etapes.step(titre)
            donnees.write(moteur)
            lignes.update(donnees.count())
            simulee |= donnees.is_simulee()
        etapes.step("Vérification")
        finish_version(moteur, version_id, compute_empreintes(catalogue), simulee, commentaire)
        set_all_cores(moteur)
        controles = check_or_refuse(moteur)
    return Construction(version_id, controles, dict(lignes))
