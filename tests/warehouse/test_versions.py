"""Les versions : écrites à part, mises en service d'un geste, gardées, reprises."""

from __future__ import annotations

import resource
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Self

import pandas as pd
import pytest
from sqlalchemy import inspect

from barometre.warehouse.compatibilite import is_lisible
from barometre.warehouse.engine import EntrepotError
from barometre.warehouse.entrepot import ConstructionEnCours, Entrepot
from barometre.warehouse.etat import replace_tables
from barometre.warehouse.repository import Repository, read_rows
from barometre.warehouse.schema import contraste
from barometre.warehouse.versions import (
    PREPAREES_GARDEES,
    VERSIONS_GARDEES,
    activate_version,
    build_version_id,
    fill_chantier,
    get_instant_neuf,
    list_versions,
    open_chantier,
    open_entrepot,
    publish_preparee,
    remove_preparee,
    write_version,
)
from tests import mini
from tests.conftest import load_mini

Construire = Callable[[Entrepot], str]


def test_sans_version_une_phrase(entrepot: Entrepot) -> None:
    with pytest.raises(EntrepotError, match="construire"):
        Repository(entrepot).get_version()


def test_le_lecteur_suit_la_version_en_service(entrepot: Entrepot, construire_mini: Construire) -> None:
    premiere = construire_mini(entrepot)
    lecteur = Repository(entrepot)
    fixe = lecteur.at(premiere)
    assert lecteur.get_version().version_id == premiere
    seconde = construire_mini(entrepot)
    assert lecteur.get_version().version_id == seconde  # sans redémarrer
    assert fixe.get_version().version_id == premiere
    assert len(lecteur.list_collectivites(cadre=False)) == 62


def test_une_erreur_laisse_la_version_en_service(entrepot: Entrepot, construire_mini: Construire) -> None:
    en_service = construire_mini(entrepot)
    with pytest.raises(RuntimeError, match="panne"), open_chantier(entrepot):
        raise RuntimeError("panne")
    assert entrepot.get_active() == en_service
    assert entrepot.list_ids() == [en_service]
    assert entrepot.remove_debris() == 0  # la construction ratée a déjà tout effacé


def test_une_copie_entamee_par_un_disque_plein_s_efface(
    tmp_path: Path, construire_mini: Construire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deux mégaoctets de la version en service restaient à côté d'elle, sur le disque déjà plein."""
    entrepot = open_entrepot(str(tmp_path))
    en_service = construire_mini(entrepot)

    def fill_disque(_source: Path, destination: Path) -> None:
        destination.write_bytes(b"entamee")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("barometre.warehouse.lieu_fichiers.shutil.copyfile", fill_disque)
    avant = sorted(tmp_path.iterdir())
    with pytest.raises(OSError, match="No space left"), fill_chantier(entrepot, en_service):
        pass
    assert sorted(tmp_path.iterdir()) == avant


@pytest.mark.parametrize("adresse", ["postgresq://u:secret@h/b", "mysql://u:secret@h/b", "http://h/b"])
def test_une_adresse_mal_ecrite_n_est_pas_un_dossier(adresse: str) -> None:
    """« Aucun entrepôt n'est encore construit » : « construire » en aurait fait un dossier « postgresq: »."""
    with pytest.raises(EntrepotError, match="attendu un dossier, ou « postgresql://… »") as refus:
        open_entrepot(adresse)
    assert "secret" not in str(refus.value)


def test_un_dossier_que_l_on_ne_peut_pas_ecrire_se_dit(tmp_path: Path, construire_mini: Construire) -> None:
    """Un fichier à sa place : la même erreur du système qu'un dossier en lecture seule, même pour root."""
    (tmp_path / "fichier").write_text("", encoding="utf-8")
    with pytest.raises(EntrepotError, match="ne peut pas recevoir l'entrepôt"):
        construire_mini(open_entrepot(str(tmp_path / "fichier" / "entrepot")))


def test_un_disque_plein_a_la_fermeture_ne_met_rien_en_service(
    tmp_path: Path, construire_mini: Construire
) -> None:
    """DuckDB range ses lignes dans son fichier en se fermant : ce qu'il n'a pas pu écrire serait perdu."""
    entrepot = open_entrepot(str(tmp_path))
    en_service = construire_mini(entrepot)
    permis, plafond = resource.getrlimit(resource.RLIMIT_FSIZE)

    def remplir() -> None:
        with open_chantier(entrepot) as (version_id, moteur):
            load_mini(moteur, version_id)
            # De quoi écrire le pointeur, non les lignes.
            resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, plafond))

    try:
        with pytest.raises(EntrepotError, match="disque"):
            remplir()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (permis, plafond))
    assert (entrepot.get_active(), entrepot.list_ids()) == (en_service, [en_service])
    assert not list(tmp_path.glob("chantier-*"))


def test_revenir_a_une_version(entrepot: Entrepot, construire_mini: Construire) -> None:
    premiere, seconde = construire_mini(entrepot), construire_mini(entrepot)
    activate_version(entrepot, premiere)
    assert Repository(entrepot).get_version().version_id == premiere
    versions = list_versions(entrepot).set_index("version")
    assert versions.loc[premiere, "active"]
    assert not versions.loc[seconde, "active"]
    with pytest.raises(EntrepotError, match="Aucune version"):
        activate_version(entrepot, "20200101T000000Z-000000")


def test_on_garde_les_dernieres_et_toujours_l_active(
    entrepot: Entrepot, construire_mini: Construire, monkeypatch: pytest.MonkeyPatch
) -> None:
    identifiants = iter([f"20260101T00000{i}Z-00000{i}" for i in range(9)])
    monkeypatch.setattr("barometre.warehouse.versions.build_version_id", lambda _: next(identifiants))
    for _ in range(VERSIONS_GARDEES + 2):
        construire_mini(entrepot)
    gardees = entrepot.list_ids()
    assert len(gardees) == VERSIONS_GARDEES
    assert entrepot.get_active() == gardees[-1]


def test_deux_constructions_ne_se_croisent_pas(entrepot: Entrepot, construire_mini: Construire) -> None:
    autre = open_entrepot(entrepot.adresse)
    with entrepot.lock(), pytest.raises(ConstructionEnCours, match="déjà en cours"):
        construire_mini(autre)
    construire_mini(autre)  # le verrou est rendu


def test_la_version_en_service_ne_s_ecrit_pas(entrepot: Entrepot, construire_mini: Construire) -> None:
    moteur = entrepot.build_engine(construire_mini(entrepot))
    with pytest.raises(Exception, match="read-only"), moteur.begin() as connexion:
        connexion.exec_driver_sql("DELETE FROM version" if moteur.dialect.name == "duckdb" else
                                  "CREATE TABLE public.intrus (a integer)")  # fmt: skip
    moteur.dispose()


def test_les_tables_sont_toutes_la(entrepot: Entrepot, construire_mini: Construire) -> None:
    depot = Repository(entrepot)
    construire_mini(entrepot)
    assert depot.list_qualite().empty
    if entrepot.adresse.startswith("postgresql"):
        schemas = inspect(depot.get_engine()).get_schema_names()
        assert not [s for s in schemas if "chantier" in s]


def test_une_version_d_un_programme_plus_ancien_est_dite(
    entrepot: Entrepot, construire_mini: Construire
) -> None:
    with open_chantier(entrepot) as (ancienne, moteur):
        write_version(moteur, ancienne, simulee=True, code_version="0", empreintes=mini.EMPREINTES)
        contraste.drop(moteur)
    recente = construire_mini(entrepot)
    with pytest.raises(EntrepotError, match=r"plus ancienne du programme.*contraste.*recalculer"):
        activate_version(entrepot, ancienne)
    assert entrepot.get_active() == recente
    with pytest.raises(EntrepotError, match="plus ancienne"):
        Repository(entrepot).at(ancienne).get_version()
    assert is_lisible(entrepot, recente)


def test_pointeur_abime(tmp_path: Path, construire_mini: Construire) -> None:
    lieu = open_entrepot(str(tmp_path))
    construire_mini(lieu)
    (tmp_path / "ACTIF").write_text("../../etc/passwd\n", encoding="utf-8")
    assert lieu.get_active() is None


def test_identifiants_uniques() -> None:
    assert len({build_version_id() for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("heure", "attendue"),
    [("12:00:00", "12:00:00"), ("11:59:59", "11:59:59"), ("09:00:00", "11:59:31")],
    ids=["à l'heure", "l'horloge avance", "l'horloge recule"],
)
def test_une_version_nait_apres_les_autres(heure: str, attendue: str) -> None:
    """Deux gardées, à 10 h et à 11 h 59 min 30 s."""
    gardees = ["20261128T100000Z-0000aa", "20261128T115930Z-0000bb"]
    instant = get_instant_neuf(gardees, datetime.fromisoformat(f"2026-11-28T{heure}+00:00"))
    assert f"{instant:%H:%M:%S}" == attendue
    assert get_instant_neuf([], instant) == instant


def test_une_horloge_reculee_n_efface_pas_ce_que_l_on_prepare(
    tmp_path: Path, construire_mini: Construire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Quatre préparées, la dernière par une machine dont l'horloge a reculé d'un an : elle reste."""
    entrepot = open_entrepot(str(tmp_path))
    construire_mini(entrepot)
    for _ in range(PREPAREES_GARDEES):
        _prepare(entrepot)
    instant = datetime.now(UTC) - timedelta(days=365)
    monkeypatch.setattr("barometre.warehouse.versions.datetime", _build_horloge(instant))
    assert _prepare(entrepot) == entrepot.list_preparees()[-1]


def _build_horloge(instant: datetime) -> type[datetime]:
    class Horloge(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(instant.timestamp(), tz)

    return Horloge


def _prepare(entrepot: Entrepot) -> str:
    with entrepot.lock(), fill_chantier(entrepot, preparee=True) as (version_id, moteur):
        load_mini(moteur, version_id)
    return version_id


def test_une_version_preparee_se_lit_sans_etre_en_service(
    entrepot: Entrepot, construire_mini: Construire
) -> None:
    base = construire_mini(entrepot)
    preparee = _prepare(entrepot)
    assert (entrepot.get_active(), entrepot.list_ids()) == (base, [base])
    assert entrepot.list_preparees() == [preparee]
    depot = Repository(entrepot, preparee)
    assert depot.get_version().version_id == preparee
    depot.close()
    publish_preparee(entrepot, preparee, base)
    # Nées dans la même seconde, deux versions n'ont pas d'ordre.
    assert (entrepot.get_active(), set(entrepot.list_ids())) == (preparee, {base, preparee})
    assert entrepot.list_preparees() == []


def test_qui_relisait_une_version_preparee_la_lit_encore_publiee(
    entrepot: Entrepot, construire_mini: Construire
) -> None:
    """La publication la renomme : le processus où le programme l'avait relue ne la lisait plus du tout."""
    base = construire_mini(entrepot)
    preparee = _prepare(entrepot)
    depot = Repository(entrepot, preparee)
    assert depot.read_version().version_id == preparee
    publish_preparee(entrepot, preparee, base)
    assert depot.read_version().version_id == preparee
    depot.get_engine().dispose()  # aucune connexion d'avant ne la tient ouverte
    assert depot.read_version().version_id == preparee
    depot.close()


def test_deux_preparees_de_la_meme_version_ne_se_perdent_pas(
    entrepot: Entrepot, construire_mini: Construire
) -> None:
    """Deux opérateurs à la fois : la seconde n'aurait pas les données de la première."""
    base = construire_mini(entrepot)
    premiere, seconde = _prepare(entrepot), _prepare(entrepot)
    publish_preparee(entrepot, premiere, base)
    with pytest.raises(EntrepotError, match="Une autre version"):
        publish_preparee(entrepot, seconde, base)
    assert entrepot.get_active() == premiere
    remove_preparee(entrepot, seconde)
    assert entrepot.list_preparees() == []
    with pytest.raises(EntrepotError, match="n'est préparée"):
        remove_preparee(entrepot, base)  # une version en service ne s'efface pas par là
    assert base in entrepot.list_ids()


def test_une_table_remplacee_garde_sa_cle(entrepot: Entrepot, construire_mini: Construire) -> None:
    """DuckDB refait la table au lieu d'en ôter chaque ligne : sa clé refuse toujours un doublon."""
    premiere = construire_mini(entrepot)
    with entrepot.lock(), fill_chantier(entrepot, copie_de=premiere) as (_, moteur):
        opsn = read_rows(moteur, "dim_opsn")
        replace_tables(moteur, {"dim_opsn": opsn.iloc[:1]})
        assert len(read_rows(moteur, "dim_opsn")) == 1
        with pytest.raises(Exception, match=r"(?i)duplicate|constraint"):
            replace_tables(moteur, {"dim_opsn": pd.concat([opsn, opsn])})
        # Tout ou rien : ce qui n'a pas pu être remplacé reste.
        assert len(read_rows(moteur, "dim_opsn")) == 1
