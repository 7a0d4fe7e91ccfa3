"""Le trajet entier devant un vrai fournisseur, réglé comme ProConnect (npm `oidc-provider`)."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from barometre.access.lecteur import Lecteur, read_lecteur
from barometre.access.oidc import Client
from barometre.access.oidc.fournisseur import Fournisseur
from barometre.access.registre import Registre, open_registre
from barometre.domain.portee import PUBLIC, Portee
from barometre.ui.serving.connexion import COOKIE, Connexion
from tests.access.oidc.terrain import ADRESSE, REGLAGES

RACINE = Path(__file__).resolve().parents[3]
MODULE = RACINE / "node_modules" / "oidc-provider" / "lib" / "index.js"
AGENT = {"siret": "21330063500017", "idp_id": "idp-1"}
# L'établissement que le fournisseur d'identité met à la place d'un SIRET invalide : le sien.
SON_PROPRE_SIRET = "13002526500013"
MAIRE = Portee("collectivite", collectivite_id="commune-33063")
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


@pytest.fixture
def changer(emetteur: str) -> Iterator[Callable[..., None]]:
    """`changer(siret=…)` : ce que le fournisseur dit de l'agent à sa prochaine connexion."""

    def _changer(**identite: str) -> None:
        httpx.get(f"{emetteur}/identite", params=identite).raise_for_status()

    yield _changer
    _changer(**AGENT)


def _log_in(navigateur: TestClient, registre: Registre) -> Lecteur:
    """Une connexion chez le fournisseur, puis ce que liraient les pages."""
    with httpx.Client() as chez_lui:
        assert _connect(navigateur, chez_lui).status_code == 303
    return read_lecteur(lambda: registre, navigateur.cookies[COOKIE])


def _list_attentes(registre: Registre) -> list[str]:
    return registre.comptes.list_demandes()["siret"].tolist()


@pytest.mark.parametrize("nouveau", [SON_PROPRE_SIRET, ""], ids=["remplacé par le sien", "non transmis"])
def test_un_siret_invalide_fait_taire_le_droit_sans_en_donner_un_autre(
    navigateur: TestClient, registre: Registre, changer: Callable[..., None], nouveau: str
) -> None:
    compte = _log_in(navigateur, registre).compte
    registre.accorder(compte, MAIRE, siret=AGENT["siret"])
    # Un collègue du fournisseur a un droit sous ce SIRET-là : il n'est à personne d'autre.
    registre.accorder("c-collegue", Portee("programme", nominatif=True), siret=nouveau)
    changer(siret=nouveau)
    ailleurs = _log_in(navigateur, registre)
    assert (ailleurs.compte, ailleurs.portee, ailleurs.droits) == (compte, PUBLIC, {})
    assert _list_attentes(registre) == [AGENT["siret"], nouveau]
    changer(**AGENT)
    assert _log_in(navigateur, registre).portee == MAIRE


def test_qui_change_d_organisation_perd_son_droit_dans_toutes_ses_sessions(
    navigateur: TestClient, registre: Registre, changer: Callable[..., None]
) -> None:
    avant = _log_in(navigateur, registre)
    registre.accorder(avant.compte, MAIRE, siret=AGENT["siret"])
    ancien = navigateur.cookies[COOKIE]
    assert read_lecteur(lambda: registre, ancien).portee == MAIRE
    changer(siret="21590350100017")
    navigateur.cookies.clear()  # un second poste : la première session reste ouverte
    assert _log_in(navigateur, registre).portee == PUBLIC
    assert read_lecteur(lambda: registre, ancien).portee == PUBLIC
    assert _list_attentes(registre) == [AGENT["siret"], "21590350100017"]


def test_un_droit_donne_a_une_connexion_sans_siret_se_tait_quand_un_siret_arrive(
    navigateur: TestClient, registre: Registre, changer: Callable[..., None]
) -> None:
    changer(siret="")
    avant = _log_in(navigateur, registre)
    registre.accorder_demande(1, MAIRE, par="op", motif="élu")
    assert read_lecteur(lambda: registre, navigateur.cookies[COOKIE]).portee == MAIRE
    changer(**AGENT)
    apres = _log_in(navigateur, registre)
    assert (apres.compte, apres.portee, apres.droits) == (avant.compte, PUBLIC, {})
    assert _list_attentes(registre) == [AGENT["siret"]]
    changer(siret="")
    assert _log_in(navigateur, registre).portee == MAIRE


def test_le_meme_sujet_chez_un_autre_fournisseur_est_une_autre_personne(
    navigateur: TestClient, registre: Registre, changer: Callable[..., None]
) -> None:
    avant = _log_in(navigateur, registre)
    registre.accorder(avant.compte, MAIRE)
    changer(idp_id="idp-2")
    apres = _log_in(navigateur, registre)
    assert apres.compte not in ("", avant.compte)
    assert apres.portee == PUBLIC
