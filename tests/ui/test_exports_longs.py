"""Un export long : suivi, arrêté pour de bon, retrouvé à son lien, refusé si sa version ne se lit plus."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from barometre.access.jetons import build_jeton
from barometre.assemblage import depot, memoire
from barometre.ui.serving import exports_longs, travaux
from barometre.ui.serving.exports_longs import PARTI, PERIME, get_adresse
from barometre.ui.serving.travaux import (
    EN_PANNE,
    GARDE,
    PAR_VISITE,
    PROCESSUS,
    TROP,
    TROP_GROS,
    TROP_LONG,
    Atelier,
    Commande,
    Etat,
    ExportRefuse,
    Travail,
)
from tests.fakes import build_entrepot_factice

# La commande, sans son entrepôt : elle dit qu'elle écrit, puis fait ce que nomme la requête.
FAUSSE = """
import pathlib, sys, time
quoi, sortie = sys.argv[1], pathlib.Path(sys.argv[-1])
print('{"etape": "ecriture", "lignes": 41}', flush=True)
if quoi == "attendre": time.sleep(600)
if quoi == "refuser": print("erreur : Une phrase.", file=sys.stderr); sys.exit(1)
if quoi == "tomber": sys.exit(7)
(sortie / "vue.csv").write_text("a;b", encoding="utf-8")
"""
FAUSSE_COMMANDE = (sys.executable, "-S", "-c", FAUSSE)


class Horloge:
    """Une heure que l'essai avance."""

    def __init__(self) -> None:
        self.heure = 0.0

    def __call__(self) -> float:
        return self.heure


@pytest.fixture
def ouvrir() -> Iterator[Callable[..., Atelier]]:
    ateliers: list[Atelier] = []

    def faire(**reglages: object) -> Atelier:
        ateliers.append(Atelier(FAUSSE_COMMANDE, **reglages))  # type: ignore[arg-type]
        return ateliers[-1]

    yield faire
    for atelier in ateliers:
        atelier.close()


def demander(quoi: str, visite: str = "alice", version: str = "v") -> Commande:
    return Commande(visite, version, quoi, "csv")


def attendre(travail: Travail, *etats: Etat) -> Travail:
    for _ in range(600):
        if travail.etat in etats:
            return travail
        time.sleep(0.05)
    raise AssertionError(f"Toujours {travail.etat}, {etats} attendus.")


def test_un_export_dit_ses_lignes_puis_donne_son_fichier(ouvrir: Callable[..., Atelier]) -> None:
    atelier = ouvrir()
    travail = attendre(atelier.start(demander("faire")), Etat.PRET)
    assert travail.lignes == 41
    assert travail.fichier is not None
    assert travail.fichier.read_text() == "a;b"
    assert atelier.start(demander("faire")) is travail  # le même lien retrouve le même travail


def test_arreter_tue_le_processus_et_efface_son_dossier(ouvrir: Callable[..., Atelier]) -> None:
    atelier = ouvrir()
    travail = attendre(atelier.start(demander("attendre")), Etat.ECRITURE)
    atelier.drop(travail.commande)
    assert travail.etat == Etat.ARRETE
    assert travail.processus is not None
    assert travail.processus.wait(timeout=20) != 0
    assert not travail.dossier.exists()
    time.sleep(0.1)  # le fil qui l'attendait ne le ranime pas
    assert travail.etat == Etat.ARRETE


def test_deux_lecteurs_ne_se_genent_pas_et_la_file_est_bornee(ouvrir: Callable[..., Atelier]) -> None:
    atelier = ouvrir()
    alice, bob = (atelier.start(demander("attendre", qui)) for qui in ("alice", "bob"))
    attendre(alice, Etat.ECRITURE)
    attendre(bob, Etat.ECRITURE)
    suivant = atelier.start(demander("faire", "carole"))
    assert (suivant.etat, atelier.count_devant(suivant)) == (Etat.ATTENTE, PROCESSUS)
    atelier.drop(alice.commande)
    assert bob.etat == Etat.ECRITURE
    attendre(suivant, Etat.PRET)  # la place d'Alice a servi
    for rang in range(PAR_VISITE - 1):
        atelier.start(replace(bob.commande, format_=f"f{rang}"))
    with pytest.raises(ExportRefuse, match=TROP[:20]):
        atelier.start(replace(bob.commande, format_="de trop"))


def test_un_travail_arrete_dans_la_file_ne_part_jamais(ouvrir: Callable[..., Atelier]) -> None:
    atelier = ouvrir()
    for qui in ("alice", "bob"):
        attendre(atelier.start(demander("attendre", qui)), Etat.ECRITURE)
    travail = atelier.start(demander("faire", "carole"))
    atelier.drop(travail.commande)
    atelier.drop(demander("attendre", "alice"))
    suivant = attendre(atelier.start(demander("faire", "denis")), Etat.PRET)
    assert (travail.etat, travail.processus, suivant.lignes) == (Etat.ARRETE, None, 41)


@pytest.mark.parametrize(
    ("quoi", "reglages", "phrase"),
    [
        ("refuser", {}, "Une phrase."),
        ("tomber", {}, EN_PANNE),
        ("faire", {"octets": 2}, TROP_GROS),
        ("attendre", {"limite": 0.5}, TROP_LONG),
    ],
    ids=["refus", "panne", "taille", "durée"],
)
def test_chaque_echec_a_sa_phrase_et_ne_laisse_rien(
    ouvrir: Callable[..., Atelier], quoi: str, reglages: dict[str, float], phrase: str
) -> None:
    travail = attendre(ouvrir(**reglages).start(demander(quoi)), Etat.ECHEC)
    assert travail.phrase == phrase
    assert not travail.dossier.exists()


def test_un_fichier_s_efface_au_bout_d_une_heure(ouvrir: Callable[..., Atelier]) -> None:
    horloge = Horloge()
    atelier = ouvrir(horloge=horloge)
    travail = attendre(atelier.start(demander("faire")), Etat.PRET)
    horloge.heure = GARDE - 1
    assert atelier.get(travail.commande) is travail
    horloge.heure = GARDE + 1
    assert atelier.get(travail.commande) is None
    assert not travail.dossier.exists()


def test_les_octets_gardes_sont_bornes(
    ouvrir: Callable[..., Atelier], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(travaux, "OCTETS_GARDES", 4)  # un fichier en a trois
    horloge = Horloge()
    atelier = ouvrir(horloge=horloge)
    premier = attendre(atelier.start(demander("faire", "alice")), Etat.PRET)
    horloge.heure = 1
    second = attendre(atelier.start(demander("faire", "bob")), Etat.PRET)
    assert atelier.get(second.commande) is second
    assert atelier.get(premier.commande) is None


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as reglage:
        reglage.setenv("BAROMETRE_ENTREPOT", build_entrepot_factice(tmp_path_factory.mktemp("entrepot")))
        depot.forget()
        memoire.forget()
        yield depot.get_version_id()
    depot.forget()
    memoire.forget()


@pytest.fixture
def client(ouvrir: Callable[..., Atelier], monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setattr(exports_longs, "ATELIER", ouvrir())
    return TestClient(Starlette(routes=exports_longs.build_routes()))


def read_titre(page: str) -> str:
    trouve = re.search("<h1>(.*?)</h1>", page)
    assert trouve is not None
    return trouve[1]


def lire_jusqu_a(client: TestClient, adresse: str, titre: str) -> str:
    for _ in range(600):
        page = client.get(adresse).text
        if read_titre(page) == titre:
            return page
        assert 'http-equiv="refresh"' in page
        time.sleep(0.05)
    raise AssertionError(page)


def test_le_lien_rouvert_donne_le_fichier(client: TestClient, version: str) -> None:
    adresse = f"/{get_adresse(demander('faire', version=version))}"
    page = lire_jusqu_a(client, adresse, "Votre fichier est prêt")
    assert 'http-equiv="refresh"' not in page
    fichier = client.get(f"{adresse}/fichier")
    assert (fichier.status_code, fichier.content) == (200, b"a;b")
    assert "vue.csv" in fichier.headers["content-disposition"]
    assert "no-store" in fichier.headers["cache-control"]
    assert client.get(f"{adresse}/fichier").status_code == 200


def test_arreter_puis_relancer_par_la_page(client: TestClient, version: str) -> None:
    adresse = f"/{get_adresse(demander('attendre', version=version))}"
    page = client.get(adresse).text
    assert 'role="status"' in page
    assert client.get(f"{adresse}/fichier").status_code == 404
    assert client.get(f"{adresse}/arreter").status_code == 405  # jamais d'un lien suivi
    assert read_titre(client.post(f"{adresse}/arreter").text) == "L’export est arrêté"
    assert read_titre(client.get(adresse).text) == "L’export est arrêté"
    assert read_titre(client.post(f"{adresse}/relancer").text) == "Votre fichier se prépare"


def test_un_lien_d_ailleurs_ou_d_un_autre_usage_ne_commande_rien(client: TestClient, version: str) -> None:
    contenu = ["alice", version, "faire", "csv"]
    for jeton in ("invente", build_jeton("fichier", contenu)):
        reponse = client.get(f"/exports/{jeton}")
        assert (reponse.status_code, PERIME[:20] in reponse.text) == (403, True)


def test_une_version_que_le_public_ne_lit_plus_n_est_pas_remise(
    client: TestClient, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    commande = demander("faire", version=version)
    adresse = f"/{get_adresse(commande)}"
    lire_jusqu_a(client, adresse, "Votre fichier est prêt")
    travail = exports_longs.ATELIER.get(commande)
    assert travail is not None
    monkeypatch.setattr(depot, "is_gardee", lambda _: False)  # effacée pendant ce temps
    reponse = client.get(f"{adresse}/fichier")
    assert (reponse.status_code, "n&#x27;est plus gardée" in reponse.text) == (404, True)
    assert not travail.dossier.exists()


def test_un_fichier_efface_se_dit(client: TestClient, version: str) -> None:
    adresse = f"/{get_adresse(demander('faire', version=version))}"
    reponse = client.get(f"{adresse}/fichier")
    assert (reponse.status_code, PARTI[:24] in reponse.text) == (404, True)


def test_l_atelier_ferme_ne_laisse_rien(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(travaux.tempfile, "tempdir", str(tmp_path))
    atelier = Atelier(FAUSSE_COMMANDE)
    travail = attendre(atelier.start(demander("attendre")), Etat.ECRITURE)
    atelier.close()
    assert travail.processus is not None
    assert travail.processus.wait(timeout=20) != 0
    assert list(tmp_path.iterdir()) == []
