"""Une sauvegarde se restaure sur une machine vide, d'un moteur à l'autre ; abîmée, elle ne change rien."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from barometre.pipeline.construire import construire
from barometre.pipeline.sauvegarde import CONDENSES, MANIFESTE, restaurer, sauvegarder
from barometre.warehouse.engine import EntrepotError
from barometre.warehouse.repository import open_repository
from barometre.warehouse.reprise import RECUES
from barometre.warehouse.versions import open_entrepot
from tests.pipeline.test_rejeu import charge, check_memes_tables, read_tables

__all__ = ["charge"]

ANNEXES = {"registre.json": b"{}"}


def ignore(annexes: Mapping[str, bytes]) -> None:
    """Des annexes que l'on ne restaure pas."""


@pytest.fixture(scope="module")
def sauvegarde(charge: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trois vagues et une liste de bénéficiaires, sauvegardées."""
    dossier = tmp_path_factory.mktemp("copies") / "lundi"
    faite = sauvegarder(dossier, ANNEXES, adresse=charge)
    assert (faite.lots, faite.simulee, faite.tables["participation"]) == (6, False, 320)
    return dossier


@pytest.fixture
def copie(sauvegarde: Path, tmp_path: Path) -> Path:
    import shutil  # noqa: PLC0415

    return shutil.copytree(sauvegarde, tmp_path / "copie")


def test_restauree_ailleurs_tout_y_est(charge: str, sauvegarde: Path, tmp_path: Path) -> None:
    neuf, recues = str(tmp_path / "entrepot"), {}
    restaurer(sauvegarde, recues.update, adresse=neuf)
    assert recues == ANNEXES
    avant = read_tables(charge)
    check_memes_tables(avant, read_tables(neuf))
    version, ancienne = (open_repository(a).get_version() for a in (neuf, charge))
    assert version.empreintes == ancienne.empreintes
    assert ancienne.version_id in version.commentaire
    assert open_entrepot(neuf).get_reserve().list_cles() == open_entrepot(charge).get_reserve().list_cles()
    # Les fichiers reçus suivent : on reconstruit sur la nouvelle machine, et rien n'a bougé.
    construire(adresse=neuf, processus=1)
    check_memes_tables(avant, read_tables(neuf))


@pytest.mark.postgresql
def test_d_un_fichier_duckdb_a_postgresql(charge: str, sauvegarde: Path, base_postgresql: str) -> None:
    restaurer(sauvegarde, ignore, adresse=base_postgresql)
    avant = read_tables(charge)
    check_memes_tables(avant, read_tables(base_postgresql))
    construire(adresse=base_postgresql, processus=1)
    apres = read_tables(base_postgresql)
    check_memes_tables({nom: avant[nom] for nom in RECUES}, apres)


def _truncate(fichier: Path) -> None:
    fichier.write_bytes(fichier.read_bytes()[:-1])


def _drop_line(dossier: Path, mot: str) -> None:
    lignes = (dossier / CONDENSES).read_text().splitlines(keepends=True)
    (dossier / CONDENSES).write_text("".join(ligne for ligne in lignes if mot not in ligne))


DEGATS: dict[str, tuple[Callable[[Path], None], str]] = {
    "table_abimee": (lambda d: _truncate(d / "entrepot/fait_reponse.parquet"), "fait_reponse.*est abîmé"),
    "table_effacee": (lambda d: (d / "entrepot/agregat.parquet").unlink(), "il y manque « entrepot/agregat"),
    "lot_efface": (lambda d: next((d / "lots").iterdir()).unlink(), "il y manque « lots/"),
    "lot_oublie": (lambda d: _drop_line(d, "lots/"), "fichiers reçus"),
    "table_oubliee": (lambda d: _drop_line(d, "poids"), "ne cite pas « entrepot/poids"),
    "manifeste_abime": (lambda d: _truncate(d / MANIFESTE), "manifeste.json » est abîmé"),
    "condenses_coupes": (lambda d: _truncate_lines(d / CONDENSES), "SHA256SUMS » est abîmé"),
    "condenses_absents": (lambda d: (d / CONDENSES).unlink(), "n'est pas une sauvegarde"),
}


def _truncate_lines(fichier: Path) -> None:
    fichier.write_text(fichier.read_text()[:100])


@pytest.mark.parametrize("degat", sorted(DEGATS))
def test_une_sauvegarde_abimee_est_refusee(copie: Path, tmp_path: Path, degat: str) -> None:
    casser, phrase = DEGATS[degat]
    casser(copie)
    neuf = tmp_path / "entrepot"
    with pytest.raises(EntrepotError, match=phrase):
        restaurer(copie, ignore, adresse=str(neuf))
    assert not neuf.exists()


def test_des_annexes_refusees_ne_mettent_rien_en_service(sauvegarde: Path, tmp_path: Path) -> None:
    def refuse(annexes: Mapping[str, bytes]) -> None:
        raise EntrepotError("registre plein")

    neuf = open_entrepot(str(tmp_path / "entrepot"))
    with pytest.raises(EntrepotError, match="registre plein"):
        restaurer(sauvegarde, refuse, adresse=neuf.adresse)
    assert neuf.get_active() is None
    assert neuf.list_ids() == []


def test_une_sauvegarde_n_en_recouvre_pas_une_autre(charge: str, sauvegarde: Path) -> None:
    with pytest.raises(EntrepotError, match="existe déjà"):
        sauvegarder(sauvegarde, ANNEXES, adresse=charge)


def test_interrompue_elle_ne_laisse_rien(charge: str, tmp_path: Path) -> None:
    def interrupt(etape: str, rang: int, nombre: int) -> None:
        if rang == nombre:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sauvegarder(tmp_path / "copies" / "mardi", ANNEXES, adresse=charge, progress=interrupt)
    assert list((tmp_path / "copies").iterdir()) == []


def test_ses_condenses_se_controlent_sans_le_programme(sauvegarde: Path) -> None:
    fait = subprocess.run(["sha256sum", "--quiet", "-c", CONDENSES], cwd=sauvegarde, check=False)
    assert fait.returncode == 0
    assert sauvegarde.stat().st_mode & 0o077 == 0
