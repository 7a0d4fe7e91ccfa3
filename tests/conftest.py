"""Les entrepôts d'essai : un dossier DuckDB et un vrai serveur PostgreSQL, mêmes tests sur les deux."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from functools import cache, partial
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from barometre.pipeline.construire import construire
from barometre.sources.catalogue import Attendu
from barometre.warehouse import schema as s
from barometre.warehouse.dialects import insert_frame
from barometre.warehouse.engine import build_postgresql_engine
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.repository import Repository
from barometre.warehouse.versions import open_chantier, open_entrepot, write_version
from tests import mini
from tests.partage import Partage, open_partage
from tests.petite_france import use_petite_france, write_petite_france
from tests.serveur import INTROUVABLE, find_programmes, init_grappe, run_postgresql

# Les pièces dont les fichiers sont les plus longs partent les premières : aucune n'est seule à la fin. Par
# ordre alphabétique, le dernier fichier de warehouse (17 s) l'était.
LONGUES = (
    "browser", "pipeline", "pages", "secret", "cli", "rapports", "administration", "warehouse", "views",
    "access", "stats", "ui",
)  # fmt: skip
# Dix gigaoctets : pipeline, qui écrit le plus, en tient 0,6 à la fois.
MEMOIRE, ASSEZ = Path("/dev/shm"), 10 * 1024**3
MOTEURS = ["duckdb", pytest.param("postgresql", marks=pytest.mark.postgresql)]


def pytest_configure() -> None:
    """Les dossiers provisoires en mémoire : DuckDB et PostgreSQL attendaient le disque à chaque transaction.

    `TMPDIR` dit où, si la machine ou qui essaie l'a choisi ; les processus d'essai en héritent.
    """
    if "TMPDIR" not in os.environ and MEMOIRE.is_dir() and shutil.disk_usage(MEMOIRE).free > ASSEZ:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMOIRE)


# Ceux de Python, 700, relisaient sans fin ce qu'une page compose, presque tout vivant.
SEUILS = (10_000, 10, 10)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Ce que la collecte charge vit jusqu'au bout : le ramasse-miettes ne le relit ni pendant, ni après.

    Il relisait trente bibliothèques et six mille essais à chaque page d'AppTest, qui l'appelle en finissant.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        settle_memoire()


def settle_memoire() -> None:
    """Fige ce qui est chargé."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SEUILS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    rang = {piece: place for place, piece in enumerate(LONGUES)}
    items.sort(key=lambda essai: rang.get(essai.nodeid.split("/")[1], len(rang)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Un fichier va entier à un processus ; tout le navigateur au même, qui démarre seul ses serveurs."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling  # noqa: PLC0415 : sans xdist, rien à répartir

    class Repartition(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            fichier = str(super()._split_scope(nodeid))
            return "navigateur" if fichier.startswith("tests/browser/") else fichier

    return Repartition(config, log)


@pytest.fixture(scope="session", autouse=True)
def sans_copies_de_la_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Une construction partagée entre tests ne lit pas non plus les copies de la machine."""
    with pytest.MonkeyPatch.context() as environnement:
        environnement.setenv("BAROMETRE_COPIES", str(tmp_path_factory.mktemp("copies")))
        yield


@pytest.fixture(scope="session", autouse=True)
def pages_sans_detour() -> Iterator[None]:
    """Chaque AppTest relisait les métadonnées de 150 paquets, les trois quarts de son temps ; puis regardait
    mille fois par seconde s'il avait fini, en prenant l'interpréteur à la page qu'il attendait."""
    if "streamlit.testing.v1" not in sys.modules:  # cette séance n'ouvre aucune page
        yield
        return
    lecture = "streamlit.components.v2.manifest_scanner.scan_component_manifests"
    attente = "streamlit.testing.v1.local_script_runner.require_widgets_deltas"
    guetter = resolve_name(attente)

    def attendre(page: Any, secondes: float = 3) -> None:
        page._script_thread.join(secondes)
        if not page.script_stopped():
            guetter(page, 0)  # dit que le temps est passé, et arrête la page

    with pytest.MonkeyPatch.context() as streamlit:
        streamlit.setattr(lecture, cache(resolve_name(lecture)))
        streamlit.setattr(attente, attendre)
        yield


@pytest.fixture(scope="session", autouse=True)
def registres_copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Un registre SQLite neuf est la copie d'un premier : ses migrations ne se rejouent pas chaque fois."""
    registre = sys.modules.get("barometre.access.registre")
    if registre is None:  # cette séance n'en ouvre aucun
        yield
        return
    migrer, modele = registre._migrate, tmp_path_factory.mktemp("registre") / "modele.db"

    def copier(moteur: Engine) -> None:
        fichier = Path(moteur.url.database or ":memory:")
        if moteur.dialect.name == "sqlite" and fichier.name != ":memory:" and not fichier.exists():
            if not modele.exists():
                premier = create_engine(f"sqlite:///{modele}")
                migrer(premier)
                premier.dispose()
            shutil.copyfile(modele, fichier)
        migrer(moteur)

    with pytest.MonkeyPatch.context() as registres:
        registres.setattr(registre, "_migrate", copier)
        yield


@pytest.fixture(autouse=True)
def sans_copies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Aucun test ne lit ni n'écrit les copies de sources de la machine, ni son miroir."""
    monkeypatch.setenv("BAROMETRE_COPIES", str(tmp_path / "copies"))
    monkeypatch.delenv("BAROMETRE_MIROIR", raising=False)


@pytest.fixture(scope="session")
def partage(tmp_path_factory: pytest.TempPathFactory) -> Partage:
    """Ce que les processus de la séance ont construit une fois pour tous."""
    return open_partage(tmp_path_factory)


@pytest.fixture(scope="session")
def socle_complet(partage: Partage) -> Path:
    """Le vrai référentiel, sans réponses : à copier avant d'y écrire."""
    return partage.get("socle-complet", lambda lieu: construire(demo=False, adresse=str(lieu)))


@pytest.fixture(scope="module")
def petite_france(partage: Partage) -> Iterator[Path]:
    """Le temps d'un fichier d'essais, construire et recalculer partent d'une France réduite."""
    dossier = partage.get("petite-france", write_petite_france)
    with use_petite_france(dossier):
        yield dossier


@pytest.fixture(scope="module")
def petit_socle(partage: Partage, petite_france: Path) -> Path:
    """Le référentiel de la France réduite, sans réponses : à copier avant d'y écrire."""
    return partage.get("petit-socle", lambda lieu: construire(demo=False, adresse=str(lieu)))


@pytest.fixture
def petits_fichiers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Des sources de trois lignes : leur fiche, faite pour la France, n'est pas appliquée."""
    monkeypatch.setattr("barometre.sources.catalogue._build_attendu", lambda _: Attendu())
    monkeypatch.setattr("barometre.sources.catalogue.load_reperes", lambda _: {})


@pytest.fixture(scope="session")
def serveur_postgresql(partage: Partage) -> Iterator[str]:
    """L'adresse d'un serveur provisoire ; sauté s'il manque, sauf en intégration continue."""
    programmes = find_programmes()
    if programmes is None:
        if os.environ.get("CI") == "true":
            pytest.fail(INTROUVABLE.replace("sont sautés", "sont obligatoires ici"))
        pytest.skip(INTROUVABLE)
    grappe = partage.get("grappe", partial(init_grappe, programmes))
    with run_postgresql(programmes, grappe) as adresse:
        yield adresse


@pytest.fixture
def base_postgresql(serveur_postgresql: str, request: pytest.FixtureRequest) -> str:
    """Une base neuve sur le serveur provisoire."""
    return create_base(serveur_postgresql, request.node.nodeid)


@pytest.fixture(scope="session")
def registre_modele(serveur_postgresql: str) -> str:
    """Le nom d'une base où le registre est migré : la copier coûte moins que rejouer ses migrations."""
    from barometre.access.registre import open_registre  # noqa: PLC0415 : peu de séances en ouvrent un

    adresse = create_base(serveur_postgresql, "registre modèle")
    open_registre(adresse).close()
    return adresse.rsplit("/", 1)[1]


@pytest.fixture
def registre_postgresql(serveur_postgresql: str, registre_modele: str, request: pytest.FixtureRequest) -> str:
    """L'adresse d'un registre neuf, déjà migré, sur le serveur provisoire."""
    return create_base(serveur_postgresql, request.node.nodeid, registre_modele)


def create_base(serveur: str, titre: str, modele: str = "template1") -> str:
    """L'adresse d'une base neuve, copie de `modele`, dont le nom vient de `titre`."""
    nom = f"essai_{abs(hash(titre)):x}"
    moteur = build_postgresql_engine(serveur).execution_options(isolation_level="AUTOCOMMIT")
    with moteur.connect() as connexion:
        connexion.execute(text(f'DROP DATABASE IF EXISTS "{nom}" WITH (FORCE)'))
        connexion.execute(text(f'CREATE DATABASE "{nom}" TEMPLATE "{modele}"'))
    moteur.dispose()
    return serveur.rsplit("/", 1)[0] + "/" + nom


@pytest.fixture(params=MOTEURS)
def entrepot(request: pytest.FixtureRequest, tmp_path: Path) -> Entrepot:
    """Un entrepôt vide, sur chaque moteur."""
    if request.param == "duckdb":
        return open_entrepot(str(tmp_path / "entrepot"))
    return open_entrepot(request.getfixturevalue("base_postgresql"))


@pytest.fixture(scope="module", params=MOTEURS)
def entrepot_lu(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Entrepot:
    """Un entrepôt vide sur chaque moteur, que les essais d'un fichier remplissent une fois, puis lisent."""
    if request.param == "duckdb":
        return open_entrepot(str(tmp_path_factory.mktemp("lu") / "entrepot"))
    return open_entrepot(create_base(request.getfixturevalue("serveur_postgresql"), request.node.nodeid))


@pytest.fixture
def construire_mini() -> Callable[[Entrepot], str]:
    """Construit une petite version dans un entrepôt et rend son identifiant."""

    def construire(lieu: Entrepot) -> str:
        with open_chantier(lieu) as (version_id, moteur):
            load_mini(moteur, version_id)
        return version_id

    return construire


def load_mini(moteur: Engine, version_id: str) -> None:
    """Le petit référentiel, sans réponses."""
    write_version(moteur, version_id, simulee=True, code_version="0", empreintes=mini.EMPREINTES)
    with moteur.begin() as connexion:
        insert_frame(connexion, s.dim_collectivite, mini.build_collectivites())
        insert_frame(connexion, s.code_ancien, mini.build_codes_anciens())
        insert_frame(connexion, s.dim_opsn, mini.build_opsn())
        insert_frame(connexion, s.lien_opsn, mini.build_liens_opsn())


@pytest.fixture(scope="module")
def repository(entrepot_lu: Entrepot) -> Iterator[Repository]:
    """Un dépôt sur une petite version, sur chaque moteur."""
    with open_chantier(entrepot_lu) as (version_id, moteur):
        load_mini(moteur, version_id)
    depot = Repository(entrepot_lu)
    yield depot
    depot.close()
