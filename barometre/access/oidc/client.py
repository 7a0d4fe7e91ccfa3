"""Le baromètre comme client de ProConnect : l'adresse où partir, ce que vaut un retour, où se déconnecter.

Authlib échange le code (PKCE) ; son `userinfo()` ne lit pas le JWT signé de ProConnect : joserfc le vérifie.
"""

from __future__ import annotations

import json
import secrets
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from authlib.deprecate import AuthlibDeprecationWarning
from authlib.integrations.base_client import OAuthError

from barometre.access.comptes import Identite
from barometre.access.connexions import Attente, Depart
from barometre.access.oidc.erreurs import ConnexionRefusee, FournisseurIndisponible
from barometre.access.oidc.fournisseur import ATTENTE, Fournisseur
from barometre.access.oidc.jetons import TAILLE_MAX, Verificateur
from barometre.access.oidc.niveaux import NIVEAU_FAIBLE, NIVEAUX_FORTS
from barometre.access.reglages import Reglages

with warnings.catch_warnings():
    # Authlib annonce qu'il lira un jour httpx2 : l'exploitant n'y peut rien, et le lisait à chaque démarrage.
    warnings.filterwarnings("ignore", "The httpx module is deprecated", AuthlibDeprecationWarning)
    from authlib.integrations.httpx_client import OAuth2Client

PORTEE = "openid email siret idp_id"
CHEMIN_RETOUR = "/connexion/retour"
CHEMIN_SORTIE = "/deconnexion/retour"
# Ce que le fournisseur dit en erreur (RFC 6749, 4.1.2.1) ; rien de ce qu'il écrit n'est recopié à l'écran.
ANNULEE = "Vous avez quitté la connexion avant la fin : vous lisez les pages publiques."
TROP_FAIBLE = (
    "Cette lecture demande une connexion à deux facteurs. Votre fournisseur d'identité ne l'a pas faite : "
    "activez-la chez lui, puis recommencez."
)


@dataclass(frozen=True, slots=True)
class Retour:
    """Une connexion vérifiée : qui, avec quelle force, et le jeton que demande la déconnexion."""

    identite: Identite
    niveau: str
    id_token: str


class Client:
    """Les échanges avec un fournisseur ; sans état : ce qui attend est au registre."""

    def __init__(
        self, reglages: Reglages, fournisseur: Fournisseur, verificateur: Verificateur | None = None
    ) -> None:
        self._reglages, self._fournisseur = reglages, fournisseur
        self._verificateur = verificateur or Verificateur(fournisseur, reglages.client)

    def build_depart(self, depart: Depart, *, renforcee: bool) -> str:
        """L'adresse de ProConnect où envoyer le navigateur."""
        annonce = self._fournisseur.read_annonce()
        options: dict[str, str] = {}
        if renforcee:
            exigence = {"id_token": {"acr": {"essential": True, "values": list(NIVEAUX_FORTS)}}}
            options = {"claims": json.dumps(exigence), "prompt": "login"}
        else:
            options = {"acr_values": NIVEAU_FAIBLE}
        with self._open() as client:
            adresse, _ = client.create_authorization_url(
                annonce["authorization_endpoint"], state=depart.etat, code_verifier=depart.verifieur,
                nonce=depart.nonce, **options,
            )  # fmt: skip
        return str(adresse)

    def read_retour(self, parametres: Mapping[str, str], attente: Attente) -> Retour:
        """Échange le code et vérifie tout ; lève ConnexionRefusee ou FournisseurIndisponible."""
        self._check_parametres(parametres)
        jetons = self._exchange(parametres["code"], attente.verifieur)
        id_token = jetons.get("id_token", "")
        lues = self._verificateur.read_id_token(id_token, attente.nonce)
        niveau = str(lues.get("acr", ""))
        if attente.renforcee and niveau not in NIVEAUX_FORTS:
            raise ConnexionRefusee("niveau insuffisant", TROP_FAIBLE)
        infos = self._verificateur.read_userinfo(self._fetch_userinfo(jetons), lues["sub"])
        return Retour(self._build_identite(infos), niveau, id_token)

    def build_sortie(self, id_token: str) -> str:
        """L'adresse de ProConnect qui ferme aussi sa session, puis revient à nous."""
        fin = self._fournisseur.read_annonce()["end_session_endpoint"]
        return f"{fin}?" + urlencode(
            {
                "id_token_hint": id_token,
                "post_logout_redirect_uri": self._reglages.adresse + CHEMIN_SORTIE,
                "state": secrets.token_urlsafe(32),
            }
        )

    def _check_parametres(self, parametres: Mapping[str, str]) -> None:
        annonce = self._fournisseur.read_annonce()
        annonce_iss = bool(annonce.get("authorization_response_iss_parameter_supported"))
        attendu = self._fournisseur.emetteur
        if parametres.get("iss", "" if annonce_iss else attendu) != attendu:
            raise ConnexionRefusee("retour d'un autre émetteur")
        if "error" in parametres:
            annulee = parametres["error"] == "access_denied"
            raise ConnexionRefusee("erreur du fournisseur", *([ANNULEE] if annulee else []))
        if not 0 < len(parametres.get("code", "")) <= TAILLE_MAX:
            raise ConnexionRefusee("retour sans code")

    def _exchange(self, code: str, verifieur: str) -> Mapping[str, Any]:
        adresse = self._fournisseur.read_annonce()["token_endpoint"]
        try:
            with self._open() as client:
                jetons: Mapping[str, Any] = client.fetch_token(
                    adresse, grant_type="authorization_code", code=code, code_verifier=verifieur
                )
        except OAuthError as erreur:
            raise ConnexionRefusee("code refusé par le fournisseur") from erreur
        except (httpx.HTTPError, ValueError) as erreur:
            raise FournisseurIndisponible(f"{type(erreur).__name__} à l'échange du code") from erreur
        return jetons

    def _fetch_userinfo(self, jetons: Mapping[str, Any]) -> str:
        """Le userinfo signé ; une réponse JSON, que rien ne signe, est refusée."""
        adresse = self._fournisseur.read_annonce()["userinfo_endpoint"]
        porteur = {"Authorization": f"Bearer {jetons.get('access_token', '')}"}
        try:
            with httpx.Client(transport=self._fournisseur.transport, timeout=ATTENTE) as client:
                reponse = client.get(adresse, headers=porteur).raise_for_status()
        except httpx.HTTPError as erreur:
            raise FournisseurIndisponible(f"{type(erreur).__name__} au userinfo") from erreur
        if not reponse.headers.get("content-type", "").startswith("application/jwt"):
            raise ConnexionRefusee("userinfo non signé")
        return reponse.text.strip()

    def _build_identite(self, infos: Mapping[str, Any]) -> Identite:
        siret = str(infos.get("siret", "")).replace(" ", "")
        return Identite(
            emetteur=self._fournisseur.emetteur,
            fournisseur=str(infos.get("idp_id", "")),
            sujet=str(infos["sub"]),
            courriel=str(infos.get("email", "")),
            siret=siret if len(siret) == 14 and siret.isdecimal() else "",
        )

    def _open(self) -> OAuth2Client:
        return OAuth2Client(
            client_id=self._reglages.client,
            client_secret=self._reglages.secret,
            token_endpoint_auth_method="client_secret_post",
            scope=PORTEE,
            redirect_uri=self._reglages.adresse + CHEMIN_RETOUR,
            code_challenge_method="S256",
            transport=self._fournisseur.transport,
            timeout=ATTENTE,
        )
