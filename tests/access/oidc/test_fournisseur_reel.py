"""Le trajet entier devant un vrai fournisseur, réglé comme ProConnect (npm `oidc-provider`)."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from barometre.access.lecteur import read_lecteur
from barometre.access.oidc import Client
from barometre.access.oidc.fournisseur import Fournisseur
from barometre.access.registre import Registre, open_registre
from barometre.ui.serving.connexion import COOKIE, Connexion
from tests.access.oidc.terrain import ADRESSE, REGLAGES

RACINE = Path(__file__).resolve().parents[3]
MODULE = RACINE / "node_modules" / "oidc-provider" / "lib" / "index.js"
ABSENT = "oidc-provider n'est pas installé : « make paquets », puis recommencez."


@pytest.fixture(scope="module")
def emetteur() -> Iterator[str]:
    node = shutil.which("node")
    if node is None or not MODULE.exists():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(ABSENT)
    commande = [node, str(Path(__file__).with_name("fournisseur.mjs")), str(MODULE), ADRESSE]
    with subprocess.Popen(commande, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as serveur:
        assert serveur.stdout is not None
        yield serveur.stdout.readline().strip()
        serveur.terminate()


@pytest.fixture
def registre(tmp_path: Path) -> Iterator[Registre]:
    ouvert = open_registre(f"sqlite:///{tmp_path}/registre.db")
    yield ouvert
    ouvert.close()


@pytest.fixture
def navigateur(emetteur: str, registre: Registre) -> TestClient:
    client = Client(replace(REGLAGES, emetteur=emetteur), Fournisseur(emetteur))
    connexion = Connexion(client, lambda: registre, lambda chemin: chemin == "/fiche")
    application = Starlette(routes=connexion.build_routes())
    return TestClient(application, base_url=ADRESSE, follow_redirects=False)


def _pass_fournisseur(chez_lui: httpx.Client, depart: str) -> str:
    """Suit les renvois chez le fournisseur ; rend l'adresse de retour chez nous."""
    adresse = depart
    for _ in range(6):
        reponse = chez_lui.get(adresse)
        assert reponse.is_redirect, reponse.text
        adresse = str(reponse.url.join(reponse.headers["location"]))
        if adresse.startswith(ADRESSE):
            return adresse
    pytest.fail("Le fournisseur ne nous a pas rendu la main.")


def _connect(navigateur: TestClient, chez_lui: httpx.Client, **parametres: str) -> httpx.Response:
    depart = navigateur.get("/connexion", params=parametres).headers["location"]
    return navigateur.get(_pass_fournisseur(chez_lui, depart))


def test_connexion_puis_deconnexion(navigateur: TestClient, registre: Registre, emetteur: str) -> None:
    with httpx.Client() as chez_lui:
        retour = _connect(navigateur, chez_lui, retour="/fiche?collectivite=commune-33063")
        assert retour.headers["location"] == "/fiche?collectivite=commune-33063"
        lecteur = read_lecteur(lambda: registre, navigateur.cookies[COOKIE])
        assert lecteur.courriel == "agent@mairie.fr"
        demande = registre.comptes.list_demandes().iloc[0]
        assert (demande["siret"], demande["fournisseur"]) == ("21330063500017", "idp-1")
        sortie = navigateur.get("/deconnexion").headers["location"]
        _check_sortie(chez_lui, sortie)


def _check_sortie(chez_lui: httpx.Client, sortie: str) -> None:
    """Le fournisseur reconnaît l'id_token et accepte notre adresse de retour, sinon il répond 400."""
    reponse = chez_lui.get(sortie)
    assert reponse.status_code == 200, reponse.text
    recus = parse_qs(urlsplit(sortie).query)
    assert recus["post_logout_redirect_uri"] == [f"{ADRESSE}/deconnexion/retour"]
    assert len(recus["state"][0]) >= 32


def test_deux_facteurs_exiges_et_rendus(navigateur: TestClient, registre: Registre) -> None:
    with httpx.Client() as chez_lui:
        assert _connect(navigateur, chez_lui, renforcer="1").status_code == 303
    faits = registre.list_journal()
    assert faits.loc[faits["action"] == "connexion", "detail"].tolist() == ["eidas2"]


def test_un_code_ne_s_echange_qu_une_fois(navigateur: TestClient, registre: Registre) -> None:
    with httpx.Client() as chez_lui:
        depart = navigateur.get("/connexion").headers["location"]
        retour = _pass_fournisseur(chez_lui, depart)
        assert navigateur.get(retour).status_code == 303
        vole = parse_qs(urlsplit(retour).query)["code"][0]
        autre = parse_qs(urlsplit(navigateur.get("/connexion").headers["location"]).query)["state"][0]
        emetteur = parse_qs(urlsplit(retour).query)["iss"][0]
        rejoue = navigateur.get("/connexion/retour", params={"state": autre, "code": vole, "iss": emetteur})
    assert rejoue.status_code == 400


def test_un_code_d_une_autre_connexion_ne_passe_pas_pkce(navigateur: TestClient) -> None:
    with httpx.Client() as chez_lui:
        un = navigateur.get("/connexion").headers["location"]
        deux = parse_qs(urlsplit(navigateur.get("/connexion").headers["location"]).query)["state"][0]
        retour = parse_qs(urlsplit(_pass_fournisseur(chez_lui, un)).query)
    echange = {"state": deux, "code": retour["code"][0], "iss": retour["iss"][0]}
    assert navigateur.get("/connexion/retour", params=echange).status_code == 400
    assert COOKIE not in navigateur.cookies
