"""Recalculer : mêmes réponses, mêmes chiffres ; ce qui a changé se voit, se dit, et se refait."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import MetaData, Table, update

from barometre.catalogue import load_catalogue
from barometre.pipeline.calcul import build_contexte
from barometre.pipeline.chiffres import select_mesures
from barometre.pipeline.construire import construire
from barometre.pipeline.croisements import read_cadre, read_mesures
from barometre.pipeline.empreintes import compute_empreintes, get_code_version, hash_sources
from barometre.pipeline.import_lot import importer
from barometre.pipeline.recalculer import list_differences, read_socle_garde, recalculer
from barometre.pipeline.rejeu import check_vagues
from barometre.pipeline.verify import verifier
from barometre.warehouse.dialects import insert_frame
from barometre.warehouse.engine import EntrepotError
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.repository import open_repository, read_rows
from barometre.warehouse.reprise import read_recues
from barometre.warehouse.schema import lot_import, metadata, version
from barometre.warehouse.versions import fill_chantier, open_entrepot

VAGUE, QUESTIONNAIRE = "2023-v1", "communication"


def _read_tables(adresse: str) -> dict[str, pd.DataFrame]:
    depot = open_repository(adresse)
    try:
        noms = [nom for nom in metadata.tables if nom != "version"]
        return {nom: read_rows(depot.get_engine(), nom) for nom in noms}
    finally:
        depot.close()


def _age(adresse: str, **empreintes: str) -> None:
    """Fait comme si la version avait été calculée d'un autre catalogue ou d'un autre programme."""
    entrepot = open_entrepot(adresse)
    active = str(entrepot.get_active())
    with (
        entrepot.lock(),
        fill_chantier(entrepot, copie_de=active) as (version_id, moteur),
        moteur.begin() as c,
    ):
        c.execute(update(version).values(version_id=version_id, **empreintes))


@pytest.fixture(scope="module")
def charge(petit_socle: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Le référentiel d'une France réduite, et deux vagues d'un questionnaire."""
    dossier = tmp_path_factory.mktemp("recalcul")
    adresse = str(shutil.copytree(petit_socle, dossier / "entrepot"))
    communes = open_repository(adresse).list_collectivites(type="commune", departement=["33", "69"])
    codes = communes["code"].tolist()[:120]
    for vague, jour, oui in (("2023-v1", "2023-12-01", 60), ("2026-v4", "2026-03-02", 80)):
        lignes = [
            f"{i},{jour} 10:00:00,{c},{'A1' if i < oui else 'A4'}" for i, c in enumerate([*codes, "99999"])
        ]
        fichier = dossier / f"{vague}.csv"
        fichier.write_text("\n".join(["id,submitdate,INSEE,Q01", *lignes]) + "\n", encoding="utf-8")
        importer(fichier, QUESTIONNAIRE, vague, adresse=adresse, confirme=True)
    return adresse


@pytest.fixture
def adresse(charge: str, tmp_path: Path) -> str:
    return str(shutil.copytree(charge, tmp_path / "entrepot"))


def test_a_jour_il_n_y_a_rien_a_refaire(adresse: str) -> None:
    avant = open_entrepot(adresse).get_active()
    assert recalculer(adresse=adresse).construction is None
    assert open_entrepot(adresse).get_active() == avant
    assert all(c.ok for c in verifier(adresse)[1])


def test_refait_sans_rien_changer_tout_est_identique(adresse: str) -> None:
    """Réponses, refus, lots, clés et chiffres : le bruit du secret ne se retire pas une seconde fois."""
    avant = _read_tables(adresse)
    fait = recalculer(adresse=adresse, forcer=True, processus=1)
    assert fait.construction is not None
    apres = _read_tables(adresse)
    assert len(avant["agregat"]) > 0
    assert avant["quarantaine"]["lot_id"].isin(avant["lot_import"]["lot_id"]).sum() == 2
    for nom, frame in avant.items():
        cles = [c.name for c in metadata.tables[nom].primary_key]
        lus = [f.sort_values(cles, ignore_index=True) for f in (frame, apres[nom])]
        pd.testing.assert_frame_equal(*lus, rtol=0, atol=1e-9, obj=nom)


def test_les_donnees_de_l_etat_se_rapprochent_comme_a_leur_chargement(adresse: str) -> None:
    """Un recalcul perdait toute mesure montée des communes : associations, avant et après, accords."""
    entrepot, catalogue, mesure = open_entrepot(adresse), load_catalogue(), "france_services_presence"
    active = str(entrepot.get_active())
    with entrepot.lock(), fill_chantier(entrepot, copie_de=active) as (version_id, moteur):
        cadre = read_cadre(moteur)
        communes = cadre.index[cadre["type"].eq("commune")][:40]
        lignes = pd.DataFrame({"collectivite_id": [*communes, "departement-33"]}).assign(
            indicateur_id=mesure,
            periode="2026",
            valeur=[*(float(i % 2) for i in range(len(communes))), 0.5],
            etat="repondu",
            source_id=catalogue.get_indicateur(mesure).source_id,
            n_communes=[None] * len(communes) + [len(communes)],
        )
        with moteur.begin() as connexion:
            insert_frame(connexion, metadata.tables["fait_valeur"], lignes)
    socle = read_socle_garde(entrepot, version_id, catalogue)
    refaites = select_mesures(socle, build_contexte(socle.get("dim_collectivite"), catalogue))
    moteur = entrepot.build_engine(version_id)
    chargees = read_mesures(moteur, read_cadre(moteur), catalogue)
    moteur.dispose()
    assert mesure in chargees.table
    pd.testing.assert_frame_equal(
        refaites.table, chargees.table, check_index_type=False, check_column_type=False
    )
    assert refaites.periodes == chargees.periodes


def test_ce_qui_a_change_se_dit_et_se_refait(adresse: str) -> None:
    """D'autres statistiques, et un indicateur de plus, jamais calculé : dits, nommés, puis refaits."""
    _age(adresse, stats_empreinte="ancienne")
    catalogue = load_catalogue()
    neuf = replace(catalogue.get_indicateur("site_internet"), id="site_neuf")
    plus = replace(catalogue, indicateurs={**catalogue.indicateurs, "site_neuf": neuf}, empreinte="autre")
    controle = verifier(adresse, plus)[1][-1]
    assert not controle.ok
    assert "le catalogue, les statistiques" in controle.detail
    assert "jamais calculés : site_neuf" in controle.detail
    assert "recalculer" in controle.detail
    fait = recalculer(adresse=adresse, catalogue=plus, processus=1)
    assert fait.differences == ("le catalogue", "les statistiques")
    depot = open_repository(adresse)
    assert (
        len(depot.list_agregats("site_neuf", VAGUE)) == len(depot.list_agregats("site_internet", VAGUE)) > 0
    )
    assert verifier(adresse, plus)[1][-1].ok


def test_un_import_ne_rajeunit_pas_ce_qu_il_n_a_pas_recalcule(adresse: str, tmp_path: Path) -> None:
    _age(adresse, pipeline_empreinte="ancienne")
    communes = open_repository(adresse).list_collectivites(type="commune", departement=["33"])
    lignes = [f"{i},2026-03-02 10:00:00,{c},Y" for i, c in enumerate(communes["code"].tolist()[:40])]
    fichier = tmp_path / "inclusion.csv"
    fichier.write_text("\n".join(["id,submitdate,INSEE,Q01", *lignes]) + "\n", encoding="utf-8")
    importer(fichier, "inclusion", "2026-v4", adresse=adresse, confirme=True)
    assert list_differences(
        open_entrepot(adresse), str(open_entrepot(adresse).get_active()), load_catalogue()
    ) == ["la chaîne de calcul"]


def test_une_vague_retiree_du_catalogue_ne_perd_pas_ses_reponses() -> None:
    participations = pd.DataFrame({"vague_id": ["1999-v0"], "questionnaire_id": [QUESTIONNAIRE]})
    with pytest.raises(EntrepotError, match=r"1999-v0.*gardées"):
        check_vagues(participations, load_catalogue())


def test_sans_version_en_service_la_commande_dit_quoi_faire(tmp_path: Path) -> None:
    with pytest.raises(EntrepotError, match="construire"):
        recalculer(adresse=str(tmp_path / "vide"))


@pytest.mark.usefixtures("petite_france")
def test_des_colonnes_dans_un_autre_ordre_ne_decalent_rien(entrepot: Entrepot) -> None:
    """Un schéma plus ancien : mêmes colonnes, autre ordre, une de plus ; relu et recopié par leur nom."""
    catalogue = load_catalogue()
    construire(demo=False, adresse=entrepot.adresse, catalogue=catalogue)
    lot = {"lot_id": "x", "fichier": "v.csv", "empreinte": "e", "format": "csv", "vague_id": VAGUE,
           "questionnaire_id": QUESTIONNAIRE, "importe_le": pd.Timestamp("2026-11-22"), "simule": False,
           "lus": 7, "charges": 0, "doublons": 3, "quarantaine": 0, "ignores": 4}  # fmt: skip
    with entrepot.lock(), fill_chantier(entrepot, copie_de=entrepot.get_active()) as (ancienne, moteur):
        lot_import.drop(moteur)
        colonnes = [c._copy() for c in reversed(list(lot_import.columns))]
        ailleurs = Table("lot_import", MetaData(), *colonnes)
        ailleurs.create(moteur)
        with moteur.begin() as connexion:
            insert_frame(connexion, ailleurs, pd.DataFrame([lot]))
            connexion.execute(update(version).values(version_id=ancienne))
    moteur = entrepot.build_engine(ancienne)
    assert read_recues(moteur)["lot_import"].iloc[0][list(lot)].to_dict() == lot
    moteur.dispose()
    with entrepot.lock(), fill_chantier(entrepot, copie_de=ancienne) as (_, moteur):
        assert read_rows(moteur, "lot_import").iloc[0][list(lot)].to_dict() == lot
    assert recalculer(adresse=entrepot.adresse, forcer=True, processus=1).construction is not None
    assert open_repository(entrepot.adresse).list_lots().iloc[0]["ignores"] == 4


def test_les_empreintes_suivent_le_code_et_non_ses_fins_de_ligne(tmp_path: Path) -> None:
    for nom, octets in (("un", b"a = 1\n"), ("deux", b"a = 1\r\n"), ("trois", b"a = 2\n")):
        (tmp_path / nom).mkdir()
        (tmp_path / nom / "x.py").write_bytes(octets)
    assert (
        hash_sources(tmp_path / "un") == hash_sources(tmp_path / "deux") != hash_sources(tmp_path / "trois")
    )
    empreintes = compute_empreintes(load_catalogue())
    assert len({empreintes.stats_empreinte, empreintes.pipeline_empreinte, empreintes.domain_empreinte}) == 3
    assert get_code_version().startswith("0.1.0+")
