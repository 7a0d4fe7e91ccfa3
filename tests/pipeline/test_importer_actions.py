"""La liste d'un fonds suit le sort d'un questionnaire : remplacée, gardée, rejouée, sauvegardée."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from barometre.catalogue import CatalogueError
from barometre.ingest.errors import ImportRefuse
from barometre.pipeline import importer_actions as module
from barometre.pipeline.construire import construire
from barometre.pipeline.importer_actions import importer_actions, importer_actions_gardees
from barometre.pipeline.recalculer import recalculer
from barometre.pipeline.rejeu import list_reserve
from barometre.warehouse.repository import open_repository, read_rows
from barometre.warehouse.versions import list_versions, open_entrepot

CODES = ("33063", "69123", "97411", "2A004", "75056")


def write_liste(chemin: Path, codes: tuple[str, ...] = CODES, montant: int = 1000) -> Path:
    lignes = [f"{code};Portail {i};{montant};1" for i, code in enumerate(codes)]
    chemin.write_text(
        "\n".join(["Code INSEE;Projet;Montant;Axe", *lignes, "99999;Perdu;5;1"]) + "\n", "utf-8"
    )
    return chemin


def read_actions_of(adresse: str) -> pd.DataFrame:
    depot = open_repository(adresse)
    try:
        return read_rows(depot.get_engine(), "action_fonds")
    finally:
        depot.close()


@pytest.fixture(scope="module")
def socle(petit_socle: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Le référentiel d'une France réduite, sans réponses, et une liste de cinq projets."""
    dossier = tmp_path_factory.mktemp("fonds")
    adresse = str(shutil.copytree(petit_socle, dossier / "entrepot"))
    importer_actions(write_liste(dossier / "liste.csv"), "itn7", par="camille", adresse=adresse)
    return adresse


@pytest.fixture
def adresse(socle: str, tmp_path: Path) -> str:
    return str(shutil.copytree(socle, tmp_path / "entrepot"))


def test_la_liste_entre_en_service_et_le_meme_fichier_ne_change_rien(adresse: str, tmp_path: Path) -> None:
    assert read_actions_of(adresse)["montant"].sum() == 5000
    versions = len(list_versions(open_entrepot(adresse)))
    relue = importer_actions(write_liste(tmp_path / "autre_nom.csv"), "itn7", adresse=adresse)
    assert relue.deja_charge
    assert len(list_versions(open_entrepot(adresse))) == versions


def test_un_fichier_plus_court_demande_un_accord_puis_remplace(adresse: str, tmp_path: Path) -> None:
    courte = write_liste(tmp_path / "courte.csv", CODES[:2])
    with pytest.raises(ImportRefuse, match=r"passeraient de 5 à 2.*5\u202f000 € à 2\u202f000 €.*--confirmer"):
        importer_actions(courte, "itn7", adresse=adresse)
    assert importer_actions(courte, "itn7", adresse=adresse, essai=True).a_confirmer
    assert len(read_actions_of(adresse)) == 5
    importer_actions(courte, "itn7", adresse=adresse, confirme=True)
    assert len(read_actions_of(adresse)) == 2
    # La première liste reste dans la réserve, et se recharge.
    premiere = next(f for f in list_reserve(open_entrepot(adresse)) if not f.en_service)
    assert (premiere.questionnaire_id, premiere.par) == ("fonds itn7", "camille")
    importer_actions_gardees(premiere.cle, adresse=adresse)
    assert len(read_actions_of(adresse)) == 5


def test_une_ancienne_liste_remise_en_service_se_dit(adresse: str, tmp_path: Path) -> None:
    """A, puis B au même montant, puis A : rien ne baisse, et pourtant on recule."""
    importer_actions(write_liste(tmp_path / "b.csv", (*CODES[:4], "33281")), "itn7", adresse=adresse)
    ancienne = write_liste(tmp_path / "renommee.csv")
    with pytest.raises(ImportRefuse, match=r"déjà été reçu le .* remplacé depuis par « b.csv ».*--confirmer"):
        importer_actions(ancienne, "itn7", adresse=adresse)
    assert len(importer_actions(ancienne, "itn7", essai=True, adresse=adresse).a_confirmer) == 1
    importer_actions(ancienne, "itn7", confirme=True, adresse=adresse)
    assert "commune-75056" in set(read_actions_of(adresse)["collectivite_id"])


def test_reconstruire_et_recalculer_gardent_la_liste(adresse: str) -> None:
    avant = read_actions_of(adresse)
    construire(demo=False, adresse=adresse, processus=1)
    pd.testing.assert_frame_equal(avant, read_actions_of(adresse))
    recalculer(forcer=True, adresse=adresse, processus=1)
    pd.testing.assert_frame_equal(avant, read_actions_of(adresse))


def test_rien_de_charge_ou_un_fonds_inconnu_se_disent(adresse: str, tmp_path: Path) -> None:
    with pytest.raises(ImportRefuse, match="aucune ligne"):
        importer_actions(write_liste(tmp_path / "vide.csv", ()), "itn7", adresse=adresse)
    with pytest.raises(CatalogueError, match="fonds connus : itn7"):
        importer_actions(tmp_path / "vide.csv", "lune", adresse=adresse)


def test_une_somme_plus_grande_que_le_fonds_demande_un_accord(adresse: str, tmp_path: Path) -> None:
    """Des centimes pris pour des euros, ou une ligne de total chargée avec le reste."""
    enorme = write_liste(tmp_path / "centimes.csv", montant=20_000_000)
    with pytest.raises(
        ImportRefuse, match=r"100\u202f000\u202f000 €\) dépasse .*90\u202f000\u202f000 €.*--confirmer"
    ):
        importer_actions(enorme, "itn7", adresse=adresse)
    assert read_actions_of(adresse)["montant"].sum() == 5000


def test_une_panne_pendant_l_ecriture_laisse_la_liste_en_service(
    adresse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rien d'écrit à moitié : ni version de plus, ni liste changée ; le même fichier entre ensuite."""
    versions = len(list_versions(open_entrepot(adresse)))
    autre = write_liste(tmp_path / "autre.csv", montant=2000)
    with monkeypatch.context() as panne:
        panne.setattr(module, "refresh_avant_apres", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            importer_actions(autre, "itn7", adresse=adresse)
    assert len(list_versions(open_entrepot(adresse))) == versions
    assert read_actions_of(adresse)["montant"].sum() == 5000
    assert not importer_actions(autre, "itn7", adresse=adresse).a_confirmer
    assert read_actions_of(adresse)["montant"].sum() == 10_000
