"""Un service ouvert devant un faussaire : le même montage pour toutes les attaques."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from barometre.access.lecteur import Lecteur, read_lecteur
from barometre.access.oidc import Client
from barometre.access.oidc.fournisseur import Fournisseur
from barometre.access.registre import Registre, open_registre
from barometre.access.reglages import Reglages
from barometre.ui.serving.connexion import COOKIE, Connexion
from barometre.ui.serving.headers import SecurityHeaders
from tests.access.oidc.faussaire import CLIENT, EMETTEUR, Faussaire

ADRESSE = "https://barometre.test"
REGLAGES = Reglages(
    production=True,
    adresse=ADRESSE,
    hotes=("barometre.test",),
    emetteur=EMETTEUR,
    client=CLIENT,
    secret="secret-remis-par-proconnect-0123456789",
)
PAGES = frozenset({"", "fiche", "inclusion"})


class Terrain:
    """Un registre, un faussaire, et des navigateurs."""

    def __init__(self, dossier: Path) -> None:
        self.registre: Registre = open_registre(f"sqlite:///{dossier}/registre.db")
        self.faussaire = Faussaire()
        self.fournisseur = Fournisseur(EMETTEUR, httpx.MockTransport(self.faussaire))
        client = Client(REGLAGES, self.fournisseur)
        self.connexion = Connexion(client, lambda: self.registre, lambda c: c.strip("/") in PAGES)
        self.navigateur = self.open_navigateur()

    def open_navigateur(self) -> TestClient:
        application = Starlette(
            routes=self.connexion.build_routes(), middleware=[Middleware(SecurityHeaders)]
        )
        return TestClient(application, base_url=ADRESSE, follow_redirects=False)

    def leave(self, navigateur: TestClient | None = None, **parametres: str) -> dict[str, str]:
        """Part chez le fournisseur ; rend ce qu'il a reçu. Le faussaire connaît le nonce."""
        reponse = (navigateur or self.navigateur).get("/connexion", params=parametres)
        assert reponse.status_code == 303, reponse.text
        recus = {c: v[0] for c, v in parse_qs(urlsplit(reponse.headers["location"]).query).items()}
        self.faussaire.nonce = recus["nonce"]
        return recus

    def come_back(self, etat: str, navigateur: TestClient | None = None, **parametres: str) -> httpx.Response:
        """Revient du fournisseur avec un code."""
        justes = {"state": etat, "code": "un-code", "iss": EMETTEUR} | parametres
        utiles = {c: v for c, v in justes.items() if v}
        return (navigateur or self.navigateur).get("/connexion/retour", params=utiles)

    def connect(self, navigateur: TestClient | None = None, **parametres: str) -> httpx.Response:
        """Le trajet entier."""
        return self.come_back(self.leave(navigateur, **parametres)["state"], navigateur)

    def get_lecteur(self, navigateur: TestClient | None = None, choisi: int = 0) -> Lecteur:
        """Le lecteur que les pages verraient."""
        jeton = (navigateur or self.navigateur).cookies.get(COOKIE, "")
        return read_lecteur(lambda: self.registre, jeton, choisi)


def name_case(cas: object) -> str:
    """Le nom d'un cas, sans l'heure : deux processus de tests doivent lui donner le même."""
    return "+".join(cas) if isinstance(cas, dict) else str(cas)


def check_refuse(terrain: Terrain, reponse: Any, navigateur: Any = None) -> None:
    """La connexion est refusée : ni cookie, ni session, et les en-têtes d'une page."""
    assert reponse.status_code == 400
    assert COOKIE not in (navigateur or terrain.navigateur).cookies
    assert "content-security-policy" in reponse.headers
    with terrain.registre._moteur.connect() as connexion:
        assert connexion.execute(text("SELECT count(*) FROM sessions")).scalar_one() == 0
