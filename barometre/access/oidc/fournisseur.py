"""Le fournisseur d'identité : ce qu'il annonce de lui-même (découverte) et ses clés, gardés une heure."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from barometre.access.oidc.erreurs import FournisseurIndisponible

DECOUVERTE = "/.well-known/openid-configuration"
ADRESSES = (
    "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint",
)  # fmt: skip
UNE_HEURE = 3600.0
# Un kid inconnu fait relire les clés (le fournisseur en a changé), pas plus d'une fois par minute.
UNE_MINUTE = 60.0
ATTENTE = 5.0
LOCALES = frozenset({"127.0.0.1", "localhost", "::1"})


def is_safe_address(adresse: str) -> bool:
    """Vrai en https ; en http, seulement pour un fournisseur d'essai sur cette machine."""
    parties = urlsplit(adresse)
    return parties.scheme == "https" or (parties.scheme == "http" and parties.hostname in LOCALES)


class Fournisseur:
    """Lit l'annonce et les clés d'un émetteur, et d'aucun autre."""

    def __init__(
        self,
        emetteur: str,
        transport: httpx.BaseTransport | None = None,
        horloge: Callable[[], float] = time.monotonic,
    ) -> None:
        self.emetteur, self.transport, self._horloge = emetteur, transport, horloge
        self._verrou = Lock()
        self._annonce: tuple[float, dict[str, Any]] | None = None
        self._cles: tuple[float, KeySet] | None = None

    def read_annonce(self) -> dict[str, Any]:
        """L'annonce de l'émetteur ; refusée si elle parle au nom d'un autre ou donne une adresse en clair."""
        with self._verrou:
            if self._annonce is None or self._horloge() - self._annonce[0] > UNE_HEURE:
                annonce = self.fetch(self.emetteur.rstrip("/") + DECOUVERTE)
                if annonce.get("issuer") != self.emetteur:
                    raise FournisseurIndisponible("l'annonce est celle d'un autre émetteur")
                if not all(is_safe_address(str(annonce.get(a, ""))) for a in ADRESSES):
                    raise FournisseurIndisponible("l'annonce n'a pas toutes ses adresses en https")
                self._annonce = (self._horloge(), annonce)
            return self._annonce[1]

    def read_cles(self, kid: str) -> KeySet:
        """Les clés publiques ; relues si `kid` n'y est pas, une fois par minute au plus."""
        annonce = self.read_annonce()
        with self._verrou:
            if self._cles is None or self._is_stale(*self._cles, kid):
                self._cles = (self._horloge(), self._fetch_cles(str(annonce["jwks_uri"])))
            return self._cles[1]

    def _is_stale(self, lues: float, cles: KeySet, kid: str) -> bool:
        age = self._horloge() - lues
        return age > UNE_HEURE or (age > UNE_MINUTE and kid not in {c.kid for c in cles.keys})

    def _fetch_cles(self, adresse: str) -> KeySet:
        lues = self.fetch(adresse)
        try:
            # Une clé secrète ou de chiffrement annoncée en public ne vérifie rien.
            signature = [c for c in lues["keys"] if c["kty"] in ("RSA", "EC") and c.get("use") != "enc"]
            return KeySet.import_key_set({"keys": signature})
        except (JoseError, KeyError, TypeError, ValueError) as erreur:
            raise FournisseurIndisponible("les clés ne se lisent pas") from erreur

    def fetch(self, adresse: str) -> dict[str, Any]:
        """Un objet JSON à cette adresse, sans suivre de renvoi."""
        try:
            with httpx.Client(transport=self.transport, timeout=ATTENTE) as client:
                reponse = client.get(adresse).raise_for_status()
            objet = reponse.json()
        except (httpx.HTTPError, ValueError) as erreur:
            raise FournisseurIndisponible(f"{type(erreur).__name__} à la lecture de l'annonce") from erreur
        if not isinstance(objet, dict):
            raise FournisseurIndisponible("l'annonce n'est pas un objet")
        return objet
