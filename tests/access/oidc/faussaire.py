"""Un fournisseur d'identité en mémoire, dont le test choisit chaque mensonge."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

EMETTEUR = "https://pro.test/api/v2"
CLIENT = "barometre"
SUJET = "sujet-1"
SIRET = "21330063500017"


# Une clé RSA coûte un dixième de seconde : la même pour tous les tests.
CLE = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})


class Faussaire:
    """Répond à la découverte, aux clés, à l'échange et au userinfo ; `jetons` et `infos` sont à falsifier."""

    def __init__(self) -> None:
        self.cle = CLE
        self.publiees = [self.cle]
        self.annonce: dict[str, Any] = {
            "issuer": EMETTEUR,
            "authorization_endpoint": f"{EMETTEUR}/authorize",
            "token_endpoint": f"{EMETTEUR}/token",
            "userinfo_endpoint": f"{EMETTEUR}/userinfo",
            "jwks_uri": f"{EMETTEUR}/jwks",
            "end_session_endpoint": f"{EMETTEUR}/session/end",
            "authorization_response_iss_parameter_supported": True,
        }
        self.nonce = ""
        self.falsifie: dict[str, Any] = {}
        self.falsifie_infos: dict[str, Any] = {}
        self.signe: Callable[[dict[str, Any], str], str] = lambda affirmations, _: self.sign(affirmations)
        self.type_infos = "application/jwt"
        self.statut_jeton = 200
        self.panne = False
        self.demandes: list[dict[str, list[str]]] = []
        self.lectures_cles = 0

    def sign(self, affirmations: dict[str, Any], cle: RSAKey | OctKey | None = None, **en_tete: str) -> str:
        en_tete = {"alg": "RS256", "kid": "k1"} | en_tete
        utiles = {c: v for c, v in affirmations.items() if v is not None}
        return jwt.encode(en_tete, utiles, cle or self.cle, algorithms=["RS256", "RS512", "HS256", "none"])

    def build_id_token(self) -> str:
        instant = int(time.time())
        justes = {"iss": EMETTEUR, "aud": CLIENT, "sub": SUJET, "iat": instant, "exp": instant + 60,
                  "nonce": self.nonce, "acr": "eidas1"}  # fmt: skip
        return self.signe(justes | self.falsifie, "id_token")

    def build_infos(self) -> str:
        justes = {"iss": EMETTEUR, "aud": CLIENT, "sub": SUJET, "email": "agent@mairie.fr", "siret": SIRET,
                  "idp_id": "idp-1", "iat": int(time.time()), "exp": int(time.time()) + 60}  # fmt: skip
        return self.signe(justes | self.falsifie_infos, "userinfo")

    def __call__(self, requete: httpx.Request) -> httpx.Response:
        if self.panne:
            raise httpx.ConnectError("éteint")
        fin = requete.url.path.rsplit("/", 1)[-1]
        if fin == "openid-configuration":
            return httpx.Response(200, json=self.annonce)
        if fin == "jwks":
            self.lectures_cles += 1
            return httpx.Response(200, json={"keys": [c.as_dict(private=False) for c in self.publiees]})
        if fin == "token":
            self.demandes.append(parse_qs(requete.content.decode()))
            if self.statut_jeton != 200:
                return httpx.Response(self.statut_jeton, json={"error": "invalid_grant"})
            jetons = {"access_token": "at", "token_type": "Bearer", "id_token": self.build_id_token()}
            return httpx.Response(200, json=jetons)
        return httpx.Response(200, text=self.build_infos(), headers={"content-type": self.type_infos})
