"""Récupérer des sources : une version neuve ou rien, mêmes fichiers sans effet, trois faits de couverture."""

from __future__ import annotations

import gzip
import json
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from barometre.domain.secret import BRUIT_MAXIMAL
from barometre.pipeline.construire import construire
from barometre.pipeline.import_lot import importer
from barometre.pipeline.recolte import Bilan
from barometre.pipeline.sources import Recuperation, SourceInconnue, list_demandees, recuperer
from barometre.sources.catalogue import load_sources_exterieures
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.repository import Repository, open_repository

pytestmark = pytest.mark.usefixtures("petits_fichiers", "petite_france")
FS = "id_fs,insee_com,format_fs\n1,33063,Fixe\n2,01004,Fixe\n3,99999,Fixe\n"
TYPOLOGIES = """code,niveau_densite,niveau_ruralite,niveau_centralite,niveau_montagne
33063,Grands centres urbains,Hors champ : DOM ou commune urbaine,Centre majeur d'équipements et de services,
01004,Bourgs ruraux,Les ruralités résidentielles mixtes,Communes non centre,
"""
OPERATEURS = [
    {"id": "u1", "nom": "Opérateur d'essai", "siret": "", "departements": ["2A"]},
    {"id": "u2", "nom": "Gironde Numérique", "siret": "20001004900076", "departements": ["33"]},
]
MESUREES, NON_MESUREES = ("oui_oui", "mesure_seule"), ("declare_seul", "non_non")


@pytest.fixture
def lieu(petit_socle: Path, tmp_path: Path) -> str:
    """Une copie du référentiel construit, pour un test qui écrit."""
    return str(shutil.copytree(petit_socle, tmp_path / "entrepot"))


@pytest.fixture
def miroir(tmp_path: Path) -> Path:
    """Un miroir de quatre petites sources."""
    sources = load_sources_exterieures()
    racine = tmp_path / "miroir"
    archive = racine / sources["adherents_operateurs_anct"].miroir
    archive.parent.mkdir(parents=True)
    organisation = {
        "type": "commune", "siret": "21330063500017", "siren": "213300635", "insee_geo": "33063",
        "email_official": "accueil@bordeaux.fr", "website_url": "https://bordeaux.fr", "rcpnt": ["a"],
        "operators": [{"id": "u2", "is_adherent": True}, {"id": "u1", "is_adherent": False}],
    }  # fmt: skip
    with zipfile.ZipFile(archive, "w") as fichier:
        fichier.writestr("organizations.json", json.dumps([organisation]))
    _write(racine / sources["france_services"].miroir, FS)
    _write(racine / sources["typologies_anct"].miroir, TYPOLOGIES)
    _write(racine / sources["operateurs_anct"].miroir, json.dumps(OPERATEURS))
    return racine


def _write(chemin: Path, texte: str) -> None:
    chemin.parent.mkdir(parents=True, exist_ok=True)
    octets = texte.encode()
    chemin.write_bytes(gzip.compress(octets) if chemin.suffix == ".gz" else octets)


def _bilans(faite: Recuperation) -> dict[str, Bilan]:
    return {b.source.id: b for b in faite.bilans}


def _valeur(depot: Repository, indicateur_id: str, territoire_id: str) -> float:
    lignes = depot.list_valeurs(indicateur_id).set_index("collectivite_id")
    return float(lignes.loc[territoire_id, "valeur"])


def _count_couvertes(depot: Repository) -> int:
    """Les communes des deux départements dont le petit fichier parle : lui seul n'y dit rien de la France."""
    return int(depot.list_collectivites(type="commune")["departement"].isin(["33", "01"]).sum())


def test_une_source_entre_avec_sa_montee(lieu: str, miroir: Path) -> None:
    avant = open_repository(lieu).version_id
    faite = recuperer(["france_services"], miroir, adresse=lieu)
    assert faite.construite
    assert faite.version_id != avant
    depot = open_repository(lieu)
    assert _valeur(depot, "france_services_nombre", "commune-33063") == 1
    assert _valeur(depot, "france_services_presence", "france") == pytest.approx(2 / _count_couvertes(depot))
    assert _valeur(depot, "france_services_population", "departement-33") > 0.1  # Bordeaux seule
    source = depot.list_sources().set_index("source_id").loc["france_services"]
    assert (source["etat"], source["lus"], source["charges"], source["rejetes"]) == ("chargee", 3, 2, 1)
    refus = depot.list_quarantaine("france_services")
    assert refus[["ligne", "colonne", "valeur"]].to_numpy().tolist() == [[4, "insee_com", "99999"]]


def test_les_memes_fichiers_ne_changent_rien(lieu: str, miroir: Path) -> None:
    premiere = recuperer(["france_services"], miroir, adresse=lieu)
    seconde = recuperer(["france_services"], miroir, adresse=lieu)
    assert (seconde.construite, seconde.version_id) == (False, premiere.version_id)


def test_un_fichier_corrige_remplace_le_precedent(lieu: str, miroir: Path) -> None:
    recuperer(["france_services"], miroir, adresse=lieu)
    _write(miroir / load_sources_exterieures()["france_services"].miroir, FS.replace("2,01004", "2,33063"))
    recuperer(["france_services"], miroir, adresse=lieu)
    depot = open_repository(lieu)
    assert _valeur(depot, "france_services_nombre", "commune-33063") == 2
    # plus aucune ligne dans l'Ain : on n'y sait rien, ce n'est pas un zéro
    connues = set(depot.list_valeurs("france_services_nombre")["collectivite_id"])
    assert "commune-01004" not in connues
    assert _valeur(depot, "france_services_nombre", "commune-33381") == 0
    assert len(depot.list_quarantaine("france_services")) == 1  # les refus ne s'ajoutent pas


def test_un_fichier_change_de_forme_garde_la_copie(lieu: str, miroir: Path) -> None:
    recuperer(["france_services"], miroir, adresse=lieu)
    _write(miroir / load_sources_exterieures()["france_services"].miroir, "code;nom\n33063;Bordeaux\n")
    bilan = _bilans(recuperer(["france_services"], miroir, adresse=lieu))["france_services"]
    assert bilan.etat == "gardee"
    assert "a changé de forme" in bilan.phrase
    assert "est gardée" in bilan.phrase
    assert _valeur(open_repository(lieu), "france_services_nombre", "commune-33063") == 1


def test_une_source_absente_est_dite_absente(lieu: str, miroir: Path) -> None:
    bilan = _bilans(recuperer(["arcep_ftth"], miroir, adresse=lieu))["arcep_ftth"]
    assert (bilan.etat, bilan.rapport) == ("absente", None)
    assert "Le dossier miroir n'a pas le fichier" in bilan.phrase
    source = open_repository(lieu).list_sources().set_index("source_id").loc["arcep_ftth"]
    assert source["etat"] == "absente"
    assert pd.isna(source["lus"])


def test_sans_copie_ni_fichier_la_version_garde_ses_valeurs(
    lieu: str, miroir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recuperer(["france_services"], miroir, adresse=lieu)
    monkeypatch.setenv("BAROMETRE_COPIES", str(tmp_path / "autres_copies"))
    (miroir / load_sources_exterieures()["france_services"].miroir).unlink()
    recuperer(["france_services"], miroir, adresse=lieu)
    depot = open_repository(lieu)
    assert _valeur(depot, "france_services_nombre", "commune-33063") == 1
    assert depot.list_sources().set_index("source_id").loc["france_services", "etat"] == "gardee"


def test_les_typologies_remplissent_le_referentiel(lieu: str, miroir: Path) -> None:
    recuperer(["typologies_anct"], miroir, adresse=lieu)
    communes = open_repository(lieu).list_collectivites(type="commune").set_index("collectivite_id")
    assert communes.loc["commune-33063", "densite"] == "Grands centres urbains"
    assert communes.loc["commune-01004", "centralite"] == "Communes non centre"
    assert pd.isna(communes.loc["commune-69123", "densite"])
    assert communes.loc["commune-33063", "siren"] == "213300635"  # le reste n'a pas bougé


def test_la_couverture_devient_trois_faits(lieu: str, miroir: Path) -> None:
    depot = open_repository(lieu)
    avant = depot.list_collectivites().set_index("collectivite_id")["couverture"]
    ajaccio = avant["commune-2A004"]
    faite = recuperer(["adherents_operateurs_anct"], miroir, adresse=lieu)
    assert set(_bilans(faite)) == {
        "operateurs_anct",
        "adherents_operateurs_anct",
    }  # la source dont elle dépend
    apres = depot.list_collectivites().set_index("collectivite_id")["couverture"]
    assert ajaccio == "inconnue"
    assert apres["commune-2A004"] == "perimetre"
    assert apres["commune-33063"] == "adherente"
    liens = depot.list_liens_opsn("commune-33063")
    assert liens[["opsn_id", "nature"]].to_numpy().tolist() == [["gironde-numerique", "adherente"]]
    perimetres = depot.list_liens_opsn("departement-33")
    assert set(perimetres["source_id"]) == {"opsn", "operateurs_anct"}  # deux sources, deux faits
    assert "anct-u1" in set(depot.list_opsn()["opsn_id"])


def test_les_poids_suivent_la_couverture(lieu: str, miroir: Path, tmp_path: Path) -> None:
    depot = open_repository(lieu)
    codes = depot.list_collectivites(type="commune", departement=["33", "2A"])["code"].tolist()
    _import(lieu, tmp_path, codes)
    recuperer(["operateurs_anct"], miroir, adresse=lieu)
    agregats = depot.list_agregats("site_internet", "2023-v1", territoire_id="france", type="", strate="")
    par_couverture = agregats.set_index("couverture")["n"]
    assert par_couverture["inconnue"] == 0  # la Corse-du-Sud est passée dans un périmètre
    assert par_couverture["perimetre"] == par_couverture[""] == len(codes)


def _import(lieu: str, tmp_path: Path, codes: list[str]) -> None:
    lignes = ["id,submitdate,INSEE,Q01"]
    lignes += [f"{i},2023-12-01 10:00:00,{c},{'A1' if i % 2 else 'A4'}" for i, c in enumerate(codes)]
    fichier = tmp_path / "export.csv"
    fichier.write_text("\n".join(lignes) + "\n", encoding="utf-8")
    importer(fichier, "communication", "2023-v1", confirme=True, adresse=lieu)


def test_declare_et_mesure(lieu: str, miroir: Path, tmp_path: Path) -> None:
    """40 communes de Gironde ont répondu, une sur deux oui ; l'État connaît un site à 20 d'entre elles."""
    depot = open_repository(lieu)
    communes = depot.list_collectivites(type="commune", departement="33").head(40)
    _import(lieu, tmp_path, communes["code"].tolist())
    objets = [
        {"type": "commune", "siren": s, "website_url": "https://x.fr" if i < 20 else None}
        for i, s in enumerate(communes["siren"])
    ]
    archive = miroir / load_sources_exterieures()["presence_numerique"].miroir
    with zipfile.ZipFile(archive, "w") as fichier:
        fichier.writestr("organizations.json", json.dumps(objets))
    recuperer(["presence_numerique"], miroir, adresse=lieu)
    accord = depot.list_accords("site_internet").set_index("type").loc["commune"]
    # oui déclaré aux rangs impairs : 10 parmi les 20 recensées, 10 parmi les 20 autres ; brouillé, aucun des
    # deux groupes ne passe sous le seuil
    recensees, autres = (accord[list(c)].sum() for c in (MESUREES, NON_MESUREES))
    assert (accord["n"], recensees, autres) == pytest.approx((40, 20, 20), abs=BRUIT_MAXIMAL)
    assert accord["n"] == recensees + autres
    assert abs(accord["oui_oui"] - 10) <= 2 * BRUIT_MAXIMAL
    assert abs(accord["declare_seul"] - 10) <= 2 * BRUIT_MAXIMAL
    assert accord["etat"] == "published"


def test_un_petit_groupe_n_est_pas_publie(lieu: str, miroir: Path, tmp_path: Path) -> None:
    depot = open_repository(lieu)
    communes = depot.list_collectivites(type="commune", departement="33").head(40)
    _import(lieu, tmp_path, communes["code"].tolist())
    archive = miroir / load_sources_exterieures()["presence_numerique"].miroir
    objets = [
        {"type": "commune", "siren": s, "website_url": "https://x.fr" if i < 31 else None}
        for i, s in enumerate(communes["siren"])
    ]
    with zipfile.ZipFile(archive, "w") as fichier:
        fichier.writestr("organizations.json", json.dumps(objets))
    recuperer(["presence_numerique"], miroir, adresse=lieu)
    # neuf communes sans site connu, toutes nommables : leur part ne se montre pas
    assert depot.list_accords("site_internet")["etat"].tolist() == ["primary"]


def test_un_fait_connu_de_tous_juge_les_poids(lieu: str, miroir: Path, tmp_path: Path) -> None:
    depot = open_repository(lieu)
    communes = depot.list_collectivites(type="commune", departement="33")["code"].tolist()
    _import(lieu, tmp_path, communes)
    toutes = depot.list_collectivites(type="commune")
    # Des espaces partout : la source parle alors de tout le pays, et ses absences sont des zéros.
    codes = [*communes[:40], *toutes.loc[toutes["departement"].ne("33"), "code"].iloc[::5]]
    lignes = [f"{rang},{code},Fixe" for rang, code in enumerate(codes)]
    source = load_sources_exterieures()["france_services"]
    _write(miroir / source.miroir, "\n".join(["id_fs,insee_com,format_fs", *lignes, ""]))
    recuperer(["france_services"], miroir, adresse=lieu)
    qualite = depot.list_qualite("2023-v1", "communication")
    ecart = qualite[qualite["cle"].eq("ecart_mesure") & qualite["objet"].eq("france_services_presence")]
    assert "des communes en réalité" in ecart["phrase"].iloc[0]
    assert ", intervalle de " in ecart["phrase"].iloc[0]
    assert "L’intervalle" in ecart["phrase"].iloc[0]  # un fait hors du calage : il juge les poids
    assert (
        ecart["valeur"].iloc[0] < 0
    )  # la Gironde seule a répondu : quarante espaces sur 534 communes, moins qu'ailleurs


def test_une_source_inconnue_est_nommee() -> None:
    with pytest.raises(SourceInconnue, match="« toto »"):
        list_demandees(["toto"])
    assert [s.id for s in list_demandees([])] == []
    assert len(list_demandees()) == len(load_sources_exterieures())


def test_une_panne_laisse_la_version_en_service(
    lieu: str, miroir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    avant = open_repository(lieu).version_id

    def panne(*_: object) -> None:
        raise RuntimeError("coupure")

    monkeypatch.setattr("barometre.pipeline.sources.apply_montees", panne)
    with pytest.raises(RuntimeError, match="coupure"):
        recuperer(["france_services"], miroir, adresse=lieu)
    depot = open_repository(lieu)
    assert depot.version_id == avant
    assert depot.list_valeurs("france_services_nombre").empty


def test_une_construction_reprend_les_copies(lieu: str, miroir: Path) -> None:
    recuperer(["france_services", "typologies_anct"], miroir, adresse=lieu)
    construire(demo=False, adresse=lieu)
    depot = open_repository(lieu)
    assert _valeur(depot, "france_services_presence", "france") == pytest.approx(2 / _count_couvertes(depot))
    etats = depot.list_sources().set_index("source_id")["etat"]
    assert etats["france_services"] == "chargee"
    assert etats["arcep_ftth"] == "absente"
    assert depot.get_collectivite("commune-33063") is not None


def test_sur_chaque_moteur(entrepot: Entrepot, miroir: Path) -> None:
    construire(demo=False, adresse=entrepot.adresse)
    recuperer(["france_services"], miroir, adresse=entrepot.adresse)
    depot = open_repository(entrepot.adresse)
    assert _valeur(depot, "france_services_presence", "france") == pytest.approx(2 / _count_couvertes(depot))
    assert len(depot.list_quarantaine("france_services")) == 1
    depot.close()
