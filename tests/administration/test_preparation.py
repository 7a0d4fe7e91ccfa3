"""Deux opérateurs préparent le même fichier au même instant : une seule version, et l'autre lit laquelle."""

from __future__ import annotations

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from barometre.access.registre import Registre, RegistreError, open_registre
from barometre.administration.imports import Depot, find_depot_prepare, prepare_version
from barometre.administration.operateur import Operateur
from barometre.administration.versions import forget_preparee, publish
from barometre.ingest.errors import ImportRefuse
from barometre.pipeline.sauvegarde import restaurer, sauvegarder
from barometre.warehouse.entrepot import ConstructionEnCours
from barometre.warehouse.versions import activate_version, open_entrepot
from tests.administration.test_imports import _write
from tests.conftest import MOTEURS
from tests.pipeline.test_construire import QUESTIONNAIRE, VAGUE, codes, entrepot_neuf

__all__ = ["codes", "entrepot_neuf"]


@pytest.fixture(params=["sqlite", *MOTEURS[1:]])
def adresse(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Un registre neuf, sur chaque moteur."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/r.db"
    return str(request.getfixturevalue("base_postgresql"))


@pytest.fixture
def registre(adresse: str, petit_socle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registre:
    """Le registre, et un entrepôt sans réponse, dans la même base ou dans un dossier."""
    lieu = str(tmp_path / "entrepot") if adresse.startswith("sqlite") else adresse
    monkeypatch.setenv("BAROMETRE_ENTREPOT", lieu)
    if lieu == adresse:
        sauvegarder(tmp_path / "copie", {}, adresse=str(petit_socle))
        restaurer(tmp_path / "copie", lambda _: None)
    else:
        shutil.copytree(petit_socle, lieu)
    return open_registre(adresse)


@pytest.fixture
def operateur(entrepot_neuf: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Operateur:
    """Un opérateur sur un entrepôt sans réponse, en fichiers."""
    monkeypatch.setenv("BAROMETRE_ENTREPOT", entrepot_neuf)
    return Operateur("c-o", open_registre(f"sqlite:///{tmp_path}/o.db"))


def _build_depot(codes: list[str]) -> Depot:
    return Depot([_write(codes)], QUESTIONNAIRE, VAGUE, confirme=True)


def test_deux_a_la_fois_une_seule_version(registre: Registre, codes: list[str]) -> None:
    depart = Barrier(2)

    def prepare(nom: str) -> str:
        """Clique, et clique encore tant que l'autre tient l'entrepôt ; rend la phrase d'un refus."""
        depart.wait()
        while True:
            try:
                prepare_version(Operateur(nom, registre), _build_depot(codes))
            except ConstructionEnCours:
                time.sleep(0.05)
            except ImportRefuse as refus:
                return str(refus)
            else:
                return ""

    with ThreadPoolExecutor(2) as fils:
        phrases = sorted(fils.map(prepare, ("c-une", "c-autre")))
    (preparee,) = open_entrepot().list_preparees()
    assert phrases[0] == ""
    assert preparee in phrases[1]


def test_abandonnee_publiee_ou_effacee_elle_n_empeche_plus_rien(
    operateur: Operateur, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("barometre.warehouse.versions.PREPAREES_GARDEES", 1)
    base = str(open_entrepot().get_active())
    abandonnee = prepare_version(operateur, _build_depot(codes))
    with pytest.raises(ImportRefuse, match=abandonnee.version_id):
        prepare_version(operateur, _build_depot(codes))
    forget_preparee(operateur, abandonnee.version_id)
    publish(operateur, prepare_version(operateur, _build_depot(codes)).version_id)
    activate_version(open_entrepot(), base)
    publiee = prepare_version(operateur, _build_depot(codes))
    prepare_version(operateur, _build_depot(codes[:10]))  # la précédente s'efface : une seule est gardée
    assert find_depot_prepare(operateur, publiee.lot_id, complement=False) == ""
    refaite = prepare_version(operateur, _build_depot(codes))
    assert find_depot_prepare(operateur, publiee.lot_id, complement=False) == refaite.version_id


def test_le_registre_en_panne_ne_laisse_aucune_version(
    operateur: Operateur, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elle se lirait sans que personne sache d'où elle part : elle ne naît pas."""

    def fail(*_: object, **__: object) -> None:
        raise RegistreError("en panne")

    monkeypatch.setattr(operateur.registre.publications, "add", fail)
    with pytest.raises(RegistreError, match="en panne"):
        prepare_version(operateur, _build_depot(codes[:20]))
    assert open_entrepot().list_preparees() == []
    assert open_entrepot().get_reserve().list_cles() == []


def test_le_registre_n_a_qu_une_version_par_cle(adresse: str) -> None:
    """Même sans le verrou de l'entrepôt : une des deux écritures est refusée."""
    registre, depart = open_registre(adresse), Barrier(2)

    def add(version_id: str) -> str:
        depart.wait()
        try:
            registre.publications.add(version_id, "v0", "Import de v.csv", par="c", cle="v0 Import lot")
        except RegistreError as refus:
            return str(refus)
        return version_id

    with ThreadPoolExecutor(2) as fils:
        ecrites = list(fils.map(add, ("v1", "v2")))
    assert registre.publications.find("v0 Import lot") in ecrites
    assert sum("vient d'être préparé" in e for e in ecrites) == 1
    registre.publications.forget_cles(["v1", "v2"])
    assert registre.publications.find("v0 Import lot")
    registre.publications.forget_cles([])
    assert registre.publications.find("v0 Import lot") == ""
