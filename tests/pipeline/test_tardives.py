"""Une vague publiée ne change pas d'une réponse : les tardives attendent, comptées, gardées, rejouées."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from barometre.domain.secret import LOT_TARDIF
from barometre.ingest.lot import write_equation
from barometre.pipeline.construire import construire
from barometre.pipeline.import_lot import importer
from barometre.pipeline.recalculer import recalculer
from barometre.pipeline.sauvegarde import restaurer, sauvegarder
from barometre.pipeline.verify import verifier
from barometre.warehouse.repository import open_repository
from tests.partage import Partage
from tests.pipeline.test_construire import QUESTIONNAIRE, VAGUE, codes
from tests.pipeline.test_rejeu import check_memes_tables, read_tables
from tests.pipeline.test_remplacement import charge, count, write_reponses

__all__ = ["charge", "codes"]


def _read_lots(adresse: str) -> dict[str, tuple[int, int]]:
    lots = open_repository(adresse).list_lots()
    return {
        str(f): (int(c), int(r))
        for f, c, r in zip(lots["fichier"], lots["charges"], lots["retenues"].fillna(0), strict=True)
    }


def test_trop_peu_de_tardives_attendent_puis_se_chargent_ensemble(
    charge: str, codes: list[str], tmp_path: Path
) -> None:
    """Quatre, retenues ; six de plus font dix : les chiffres changent alors, et d'un coup."""
    avant = read_tables(charge)["agregat"]
    quatre = write_reponses(tmp_path / "quatre.csv", codes[100:104])
    lot = importer(quatre, QUESTIONNAIRE, VAGUE, complement=True, adresse=charge)
    assert (lot.lus, lot.charges, lot.retenues, count(charge)) == (4, 0, 4, 100)
    equation = "4 lignes lues = 0 chargée + 0 doublon + 0 en quarantaine + 0 ignorée + 4 retenues"
    assert write_equation(lot.count_lignes()).replace("\xa0", " ") == equation
    assert "4\xa0réponses" in lot.avertissements[-1]
    assert "retenue" in open_repository(charge).get_version().commentaire
    apres = read_tables(charge)
    check_memes_tables({"agregat": avant}, apres)
    assert [c.nom for c in verifier(charge)[1] if not c.ok] == []

    construire(demo=False, adresse=charge, processus=1)
    assert _read_lots(charge) == {"un.csv": (100, 0), "quatre.csv": (0, 4)}

    six = write_reponses(tmp_path / "six.csv", codes[104 : 100 + LOT_TARDIF])
    lot = importer(six, QUESTIONNAIRE, VAGUE, complement=True, adresse=charge)
    assert (lot.lus, lot.charges, lot.retenues, count(charge)) == (
        LOT_TARDIF,
        LOT_TARDIF,
        0,
        100 + LOT_TARDIF,
    )
    assert _read_lots(charge) == {"un.csv": (100, 0), "quatre.csv, six.csv": (LOT_TARDIF, 0)}


@pytest.fixture
def completee(partage: Partage, charge: str, codes: list[str], tmp_path: Path) -> str:
    """Cent réponses, puis dix tardives, importées une fois par séance."""
    dix = write_reponses(tmp_path / "dix.csv", codes[100 : 100 + LOT_TARDIF])

    def load(lieu: Path) -> None:
        shutil.copytree(charge, lieu)
        importer(dix, QUESTIONNAIRE, VAGUE, complement=True, adresse=str(lieu))

    return partage.copy("dix-tardives", load, tmp_path / "completee")


def test_reconstruire_et_recalculer_gardent_le_bruit_des_tardives(completee: str) -> None:
    avant = read_tables(completee)
    assert len(avant["agregat"]) > 10
    construire(demo=False, adresse=completee, processus=1)
    check_memes_tables(avant, read_tables(completee))
    recalculer(forcer=True, adresse=completee, processus=1)
    check_memes_tables(avant, read_tables(completee))


@pytest.mark.postgresql
def test_une_sauvegarde_le_porte_sur_postgresql(completee: str, base_postgresql: str, tmp_path: Path) -> None:
    avant = read_tables(completee)
    sauvegarder(tmp_path / "copie", {}, adresse=completee)
    restaurer(tmp_path / "copie", lambda _: None, adresse=base_postgresql)
    recalculer(forcer=True, adresse=base_postgresql, processus=1)
    check_memes_tables(avant, read_tables(base_postgresql))


def test_qui_confirme_charge_les_retenues_et_un_essai_les_annonce(
    charge: str, codes: list[str], tmp_path: Path
) -> None:
    fichier = write_reponses(tmp_path / "deux.csv", codes[100:102])
    essai = importer(fichier, QUESTIONNAIRE, VAGUE, complement=True, essai=True, adresse=charge)
    assert (essai.retenues, count(charge)) == (2, 100)
    importer(fichier, QUESTIONNAIRE, VAGUE, complement=True, adresse=charge)
    assert importer(fichier, QUESTIONNAIRE, VAGUE, complement=True, adresse=charge).deja_charge
    lot = importer(fichier, QUESTIONNAIRE, VAGUE, complement=True, confirme=True, adresse=charge)
    assert (lot.charges, lot.retenues, count(charge)) == (2, 0, 102)
    assert _read_lots(charge) == {"un.csv": (100, 0), "deux.csv": (2, 0)}


def test_les_redites_d_un_complement_ne_comptent_pas(charge: str, codes: list[str], tmp_path: Path) -> None:
    """Un export entier donné comme complément n'apporte que ses trois nouvelles : elles attendent."""
    fichier = write_reponses(tmp_path / "tout.csv", codes[:103])
    lot = importer(fichier, QUESTIONNAIRE, VAGUE, complement=True, adresse=charge)
    assert (lot.lus, lot.charges, lot.doublons, lot.retenues) == (103, 0, 100, 3)


def test_un_remplacement_qui_ne_change_presque_rien_avertit(
    charge: str, codes: list[str], tmp_path: Path
) -> None:
    """Le même export, une réponse de plus : c'est une tardive seule, par un autre chemin."""
    fichier = write_reponses(tmp_path / "tout.csv", codes[:101])
    lot = importer(fichier, QUESTIONNAIRE, VAGUE, essai=True, adresse=charge)
    assert "ne change que 1\xa0réponse" in lot.avertissements[-1]
    assert lot.a_confirmer == ()
