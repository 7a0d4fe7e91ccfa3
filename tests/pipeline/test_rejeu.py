"""Rien de reçu ne se perd : reconstruire rejoue chaque fichier gardé, corrections et compléments compris."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import update

from barometre.catalogue import load_catalogue
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.garde import read_garde
from barometre.ingest.garde_actions import is_actions
from barometre.pipeline.construire import construire
from barometre.pipeline.import_lot import importer, importer_garde
from barometre.pipeline.importer_actions import importer_actions
from barometre.pipeline.rejeu import list_reserve
from barometre.warehouse.engine import EntrepotError
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.repository import open_repository, read_rows
from barometre.warehouse.schema import lot_import, metadata, version
from barometre.warehouse.versions import activate_version, fill_chantier, open_entrepot
from tests.partage import Partage

VAGUES = {"2023-v1": "2023-12-01", "2024-v2": "2024-06-03", "2026-v4": "2026-03-02"}
QUESTIONNAIRES = {"2023-v1": "communication", "2024-v2": "donnee", "2026-v4": "communication"}


def read_tables(adresse: str) -> dict[str, pd.DataFrame]:
    """Toutes les tables de la version en service, sauf celle qui la nomme, triées par leur clé."""
    depot = open_repository(adresse)
    try:
        return {
            nom: read_rows(depot.get_engine(), nom).sort_values(
                [c.name for c in table.primary_key], ignore_index=True
            )
            for nom, table in metadata.tables.items()
            if nom != "version"
        }
    finally:
        depot.close()


def check_memes_tables(avant: dict[str, pd.DataFrame], apres: dict[str, pd.DataFrame]) -> None:
    for nom, frame in avant.items():
        pd.testing.assert_frame_equal(frame, apres[nom], rtol=0, atol=1e-9, obj=nom)


def write_vague(chemin: Path, codes: list[str], jour: str, oui: int, extra: str = "") -> Path:
    """Un export avec des colonnes personnelles ; `extra` : une ligne de plus, telle quelle."""
    entetes = "id,submitdate,INSEE,email,Nom du répondant,Remarque libre,Q01,Q02"
    lignes = [
        f"{i},{jour} 10:00:00,{code},m{i}@mairie.fr,Claude Martin,jamais lue,{'A1' if i < oui else 'A4'},"
        for i, code in enumerate(codes)
    ]
    chemin.write_text("\n".join([entetes, *lignes, *([extra] if extra else [])]) + "\n", encoding="utf-8")
    return chemin


def load_trois_vagues(adresse: str, dossier: Path) -> None:
    """Trois vagues ; la première corrigée, la dernière complétée."""
    depot = open_repository(adresse)
    codes = depot.list_collectivites(type="commune", departement=["33", "69"])["code"].tolist()[:120]
    depot.close()
    rejet = "999,2023-12-01 10:00:00,99999,x@y.fr,Claude Martin,rien,A1,"
    for vague, jour in VAGUES.items():
        # « donnee » n'a pas d'option A4 : tous y répondent A1.
        oui, refusee = 100 if vague == "2024-v2" else 60, rejet.replace("2023-12-01", jour)
        fichier = write_vague(dossier / f"{vague}.csv", codes[:100], jour, oui, refusee)
        importer(fichier, QUESTIONNAIRES[vague], vague, adresse=adresse, par="camille", confirme=True)
    corrige = write_vague(dossier / "corrige.csv", codes[:105], "2023-12-05", 70, rejet)
    importer(corrige, "communication", "2023-v1", adresse=adresse)
    plus = write_vague(dossier / "plus.csv", codes[95:115], "2026-03-09", 5)
    importer(plus, "communication", "2026-v4", adresse=adresse, complement=True)
    liste = dossier / "liste.csv"
    liste.write_text("INSEE;Projet;Montant\n33063;Portail;1000\n99999;Perdu;5\n", encoding="utf-8")
    importer_actions(liste, "itn7", adresse=adresse)


@pytest.fixture(scope="module")
def charge(partage: Partage, petit_socle: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Le référentiel d'une France réduite et trois vagues importées."""
    dossier = tmp_path_factory.mktemp("rejeu")

    def load(lieu: Path) -> None:
        load_trois_vagues(str(shutil.copytree(petit_socle, lieu)), dossier)

    return partage.copy("trois-vagues", load, dossier / "entrepot")


@pytest.fixture
def adresse(charge: str, tmp_path: Path) -> str:
    return str(shutil.copytree(charge, tmp_path / "entrepot"))


def list_gardes(adresse: str) -> list[str]:
    reserve = open_entrepot(adresse).get_reserve()
    gardes = [reserve.read(cle) for cle in reserve.list_cles()]
    return [octets.decode() for octets in gardes if not is_actions(octets)]


def test_reconstruire_redonne_toutes_les_tables(adresse: str) -> None:
    avant = read_tables(adresse)
    faite = construire(adresse=adresse, processus=1)
    assert [(lot.relu, lot.avant, lot.apres) for lot in faite.lots] == [
        (True, 100, 100), (True, 95, 95), (True, 105, 105), (True, 20, 20)
    ]  # fmt: skip
    apres = read_tables(adresse)
    assert len(avant["agregat"]) > 0
    assert avant["quarantaine"]["lot_id"].isin(avant["lot_import"]["lot_id"]).sum() == 3
    assert not apres["participation"]["simulee"].any()
    check_memes_tables(avant, apres)


@pytest.mark.postgresql
@pytest.mark.usefixtures("petite_france")
def test_postgresql_rejoue_aussi_ses_fichiers(base_postgresql: str, tmp_path: Path) -> None:
    entrepot = open_entrepot(base_postgresql)
    construire(demo=False, adresse=entrepot.adresse)
    load_trois_vagues(entrepot.adresse, tmp_path)
    avant = read_tables(entrepot.adresse)
    construire(demo=False, adresse=entrepot.adresse, processus=1)
    check_memes_tables(avant, read_tables(entrepot.adresse))
    assert len(entrepot.get_reserve().list_cles()) == 6


def test_un_fichier_garde_n_a_rien_de_personnel(charge: str) -> None:
    gardes = list_gardes(charge)
    assert len(gardes) == 5  # la première vague, remplacée depuis, reste gardée
    for texte in gardes:
        assert "Claude Martin" not in texte
        assert "@" not in texte
        assert "jamais lue" not in texte
    garde = read_garde(gardes[0].encode())
    assert len(garde.cle) == 64
    assert {read_garde(t.encode()).par for t in gardes} == {"camille", ""}
    assert '"ecartees":["id","Remarque libre"]' in gardes[0]


def test_un_code_de_question_change_et_une_vague_de_plus_ne_perdent_rien(adresse: str) -> None:
    """La question garde son identifiant : sa colonne se retrouve ; les autres vagues ne bougent pas."""
    catalogue = load_catalogue()
    communication = catalogue.questionnaires["communication"]
    premiere, *autres = communication.questions
    change = replace(communication, questions=(replace(premiere, code="SITE9"), *autres))
    vague = replace(
        catalogue.vagues[-1],
        id="2027-v9",
        questionnaires=("communication",),
        ouverture=date(2027, 9, 1),
        fermeture=None,
    )
    neuf = replace(
        catalogue,
        questionnaires={**catalogue.questionnaires, "communication": change},
        vagues=(*catalogue.vagues, vague),
    )
    avant = read_tables(adresse)
    faite = construire(adresse=adresse, catalogue=neuf, processus=1)
    assert [lot.apres for lot in faite.lots] == [lot.avant for lot in faite.lots]
    apres = read_tables(adresse)
    for nom in ("fait_reponse", "participation", "lot_import"):
        pd.testing.assert_frame_equal(avant[nom], apres[nom])


@pytest.mark.parametrize(
    ("casser", "erreur", "phrase"),
    [
        ("vague", ImportRefuse, r"2024-v2\.csv.*ne se relit plus.*n'existe pas.*n'a pas changé"),
        ("effacer", EntrepotError, "n'a plus le fichier reçu"),
        ("abimer", EntrepotError, "est abîmé"),
    ],
)
def test_ce_qui_ne_se_relit_plus_n_est_pas_perdu(
    adresse: str, casser: str, erreur: type[Exception], phrase: str
) -> None:
    """Rien n'est construit, la version en service reste, et la phrase nomme ce qui manque."""
    catalogue, active = load_catalogue(), open_entrepot(adresse).get_active()
    if casser == "vague":
        catalogue = replace(catalogue, vagues=tuple(v for v in catalogue.vagues if v.id != "2024-v2"))
    for garde in sorted((Path(adresse) / "lots").iterdir()):
        if casser == "effacer":
            garde.unlink()
        elif casser == "abimer":
            garde.write_bytes(garde.read_bytes()[:-20])
    with pytest.raises(erreur, match=phrase):
        construire(adresse=adresse, catalogue=catalogue, processus=1)
    assert open_entrepot(adresse).get_active() == active


def test_un_lot_d_avant_la_reserve_est_repris_tel_quel(adresse: str) -> None:
    entrepot = open_entrepot(adresse)
    with (
        entrepot.lock(),
        fill_chantier(entrepot, copie_de=entrepot.get_active()) as (version_id, moteur),
        moteur.begin() as connexion,
    ):
        connexion.execute(update(lot_import).values(empreinte_gardee=None))
        connexion.execute(update(version).values(version_id=version_id))
    avant = read_tables(adresse)
    faite = construire(adresse=adresse, processus=1)
    assert {lot.relu for lot in faite.lots} == {False}
    check_memes_tables(avant, read_tables(adresse))


@pytest.mark.usefixtures("petite_france")
def test_la_demonstration_n_a_pas_de_fichier_garde(
    tmp_path: Path, construire_mini: Callable[[Entrepot], str]
) -> None:
    entrepot = open_entrepot(str(tmp_path / "entrepot"))
    construire_mini(entrepot)
    assert construire(demo=False, adresse=entrepot.adresse).lots == ()
    assert entrepot.get_reserve().list_cles() == []


def test_un_fichier_ecarte_se_recharge_de_la_reserve(adresse: str) -> None:
    """La version d'avant la correction est revenue en service : le fichier corrigé est encore là."""
    avant, entrepot = read_tables(adresse), open_entrepot(adresse)
    corrigee, premiere = str(entrepot.get_active()), entrepot.list_ids()[0]
    activate_version(entrepot, premiere)
    sans = {f.fichiers for f in list_reserve(entrepot) if not f.en_service}
    assert "plus.csv" in sans
    (corrige,) = [f.cle for f in list_reserve(entrepot) if f.fichiers == "corrige.csv"]
    lot = importer_garde(corrige, adresse=adresse, par="camille", confirme=True)
    assert (lot.charges, lot.questionnaire_id, lot.vague_id) == (105, "communication", "2023-v1")
    apres = read_tables(adresse)
    # La clé secrète revient avec le fichier : les mêmes réponses gardent le même bruit.
    for nom in ("participation", "cle_secrete", "agregat"):
        lignes = [t[nom][t[nom]["vague_id"].eq("2023-v1")].reset_index(drop=True) for t in (avant, apres)]
        pd.testing.assert_frame_equal(*lignes, rtol=0, atol=1e-9)
    assert entrepot.get_active() != corrigee
    assert importer_garde(corrige, adresse=adresse).deja_charge
