"""Une sauvegarde se restaure sur une machine vide, d'un moteur à l'autre ; abîmée, elle ne change rien."""

from __future__ import annotations

import gzip
import json
import subprocess
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from barometre.pipeline.construire import construire
from barometre.pipeline.sauvegarde import CONDENSES, MANIFESTE, restaurer, sauvegarder
from barometre.warehouse import reserve
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
    "lot_oublie": (lambda d: _drop_line(d, "lots/"), "ne cite pas « lots/"),
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


def _seal(dossier: Path) -> None:
    """Qui forge une archive refait ses condensés : ils disent qu'elle est entière, non d'où elle vient."""
    fichiers = sorted(f for f in dossier.rglob("*") if f.is_file() and f.name != CONDENSES)
    lignes = [
        f"{sha256(f.read_bytes()).hexdigest()}  {f.relative_to(dossier).as_posix()}\n" for f in fichiers
    ]
    (dossier / CONDENSES).write_text("".join(lignes))


def _edit(dossier: Path, **change: object) -> None:
    manifeste = json.loads((dossier / MANIFESTE).read_bytes())
    (dossier / MANIFESTE).write_text(json.dumps(manifeste | change))


def _add_lot(dossier: Path, contenu: bytes = b"{}") -> str:
    cle = sha256(contenu).hexdigest()
    (dossier / "lots" / f"{cle}.json.gz").write_bytes(gzip.compress(contenu))
    return cle


def _swell(dossier: Path) -> None:
    """Un octet répété : dix mille fois moins dans l'archive."""
    _add_lot(dossier, b"0" * 2_000_000)
    _edit(dossier, lots=7)


FORGEES: dict[str, tuple[Callable[[Path], object], str]] = {
    "manifeste_liste": (lambda d: (d / MANIFESTE).write_text("[]"), "manifeste.json » ne se lit pas"),
    "manifeste_coupe": (lambda d: (d / MANIFESTE).write_text("{"), "manifeste.json » ne se lit pas"),
    "manifeste_vide": (lambda d: (d / MANIFESTE).write_text("{}"), "manifeste.json » ne se lit pas"),
    "version_sans_nom": (lambda d: _edit(d, version={"simulee": False}), "manifeste.json » ne se lit pas"),
    "lots_en_texte": (lambda d: _edit(d, lots="six"), "manifeste.json » ne se lit pas"),
    "forme_future": (lambda d: _edit(d, forme=9), "plus récent"),
    "annexe_dehors": (lambda d: _edit(d, annexes=["../../etc/passwd"]), "ne cite pas"),
    "table_dehors": (lambda d: _edit(d, tables={"../../etc/passwd": 1}), "ne cite pas"),
    "table_qui_n_en_est_pas_une": (
        lambda d: (d / "entrepot/agregat.parquet").write_bytes(b"PAR1"), "agregat.parquet » ne se lit pas",
    ),
    "lot_d_un_autre_nom": (
        lambda d: next((d / "lots").iterdir()).rename(d / "lots" / f"{'0' * 64}.json.gz"), "est abîmé",
    ),
    "lot_bombe": (_swell, "est abîmé"),
}  # fmt: skip


@pytest.mark.parametrize("forge", sorted(FORGEES))
def test_une_sauvegarde_forgee_est_refusee_d_une_phrase(
    copie: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forge: str
) -> None:
    forger, phrase = FORGEES[forge]
    forger(copie)
    _seal(copie)
    monkeypatch.setattr(reserve, "OCTETS_MAX", 1_000_000)
    neuf = open_entrepot(str(tmp_path / "entrepot"))
    with pytest.raises(EntrepotError, match=phrase):
        restaurer(copie, ignore, adresse=neuf.adresse)
    assert (neuf.get_active(), neuf.list_ids()) == (None, [])


def test_un_fichier_glisse_dans_la_sauvegarde_ne_se_rejoue_pas(copie: Path, tmp_path: Path) -> None:
    """Aucun condensé ne le cite : il serait entré dans la réserve, et dans les chiffres à la construction."""
    cle = _add_lot(copie)
    neuf = open_entrepot(str(tmp_path / "entrepot"))
    with pytest.raises(EntrepotError, match=f"ne cite pas « lots/{cle}"):
        restaurer(copie, ignore, adresse=neuf.adresse)
    assert neuf.get_reserve().list_cles() == []


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
