"""La construction : du référentiel aux chiffres, dans une version neuve, vérifiée puis mise en service."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from pathlib import Path

from barometre.catalogue import DONNEES, Catalogue, load_catalogue
from barometre.ingest.identity import Referentiel
from barometre.pipeline import referentiel as ref
from barometre.pipeline.calcul import build_contexte
from barometre.pipeline.dimensions import add_dimensions
from barometre.pipeline.donnees import Donnees
from barometre.pipeline.lots import compute_fichiers, open_demonstration
from barometre.pipeline.parallele import map_parallel
from barometre.pipeline.suivi import Etapes, Suivi
from barometre.pipeline.verify import check_version
from barometre.warehouse.controles import Controle
from barometre.warehouse.engine import Engine
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.versions import fill_chantier, open_entrepot, write_version

ETAPES_FIXES = 4  # référentiel, démonstration, écriture, vérification


class ConstructionRefusee(Exception):
    """La version construite ne passe pas ses contrôles ; celle en service reste."""

    def __init__(self, controles: list[Controle]) -> None:
        self.controles = controles
        rates = " ; ".join(f"{c.nom} : {c.detail}" for c in controles if not c.ok)
        super().__init__(f"La version construite n'est pas mise en service. {rates}")


@dataclass(frozen=True, slots=True)
class Construction:
    """Ce qu'une construction a produit."""

    version_id: str
    controles: list[Controle]
    lignes: dict[str, int]


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

    `depuis` : le dossier des fichiers embarqués (`data/`). `demo` : avec les réponses simulées.
    `processus` : questionnaires calculés à la fois ; un seul dans un serveur, qui a des fils.
    """
    entrepot = open_entrepot(adresse)
    with entrepot.lock():
        etapes = Etapes(ETAPES_FIXES + len((catalogue or load_catalogue()).questionnaires), progress)
        donnees = build_donnees(
            Path(depuis or DONNEES), catalogue or load_catalogue(), etapes, demo=demo,
            processus=processus or os.cpu_count() or 1,
        )  # fmt: skip
        return write_donnees(entrepot, donnees, catalogue or load_catalogue(), etapes)


def build_donnees(
    dossier: Path, catalogue: Catalogue, etapes: Etapes, *, demo: bool, processus: int = 1
) -> Donnees:
    """Toutes les tables, en mémoire."""
    etapes.step("Lecture du référentiel")
    donnees = load_socle(dossier, catalogue)
    if demo:
        add_demonstration(donnees, catalogue, etapes, processus)
    return donnees


def add_demonstration(donnees: Donnees, catalogue: Catalogue, etapes: Etapes, processus: int) -> None:
    """Ajoute les réponses simulées, importées comme de vrais fichiers, et tout ce qui s'en calcule."""
    etapes.step("Réponses de démonstration")
    collectivites, anciens = donnees.get("dim_collectivite"), donnees.get("code_ancien")
    travail = partial(
        compute_fichiers, build_contexte(collectivites, catalogue), Referentiel(collectivites, anciens)
    )
    with open_demonstration(catalogue, collectivites, anciens) as groupes:
        for groupe, calculees in zip(groupes, map_parallel(travail, groupes, processus), strict=True):
            etapes.step(f"Calcul : {catalogue.get_theme(groupe[0].questionnaire_id).titre}")
            donnees.extend(calculees)


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


def write_donnees(
    entrepot: Entrepot, donnees: Donnees, catalogue: Catalogue, etapes: Etapes, commentaire: str = ""
) -> Construction:
    """Écrit, vérifie, met en service ; verrou déjà tenu."""
    with fill_chantier(entrepot) as (version_id, moteur):
        etapes.step("Écriture de l'entrepôt")
        donnees.write(moteur)
        finish_version(moteur, version_id, catalogue, donnees.is_simulee(), commentaire)
        etapes.step("Vérification")
        controles = check_or_refuse(moteur)
    return Construction(version_id, controles, {t: len(donnees.get(t)) for t in donnees.tables()})


def finish_version(
    moteur: Engine, version_id: str, catalogue: Catalogue, simulee: bool, commentaire: str
) -> None:
    """Écrit ce qu'est la version."""
    write_version(
        moteur,
        version_id,
        simulee=simulee,
        code_version=_code_version(),
        catalogue_empreinte=catalogue.empreinte,
        commentaire=commentaire or ("Démonstration : réponses simulées" if simulee else ""),
    )


def check_or_refuse(moteur: Engine) -> list[Controle]:
    """Les contrôles d'une version, ou `ConstructionRefusee`."""
    controles = check_version(moteur)
    if not all(c.ok for c in controles):
        raise ConstructionRefusee(controles)
    return controles


def _code_version() -> str:
    try:
        return version_of("barometre-collectivites-numerique")
    except PackageNotFoundError:
        return "0.1.0"
