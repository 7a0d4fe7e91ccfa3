"""Un jeton signé n'est cru qu'après vérification : algorithme, clé, émetteur, destinataire, dates, nonce.

OpenID Connect Core 1.0, 3.1.3.7 (id_token) et 5.3.2 (userinfo signé) ; RFC 8725 (algorithmes fixés par nous).
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from barometre.access.oidc.erreurs import ConnexionRefusee, FournisseurIndisponible
from barometre.access.oidc.fournisseur import Fournisseur

# Ceux que ProConnect propose ; « none » et HS256 (signé avec la clé publique) n'y sont pas.
ALGORITHMES = ["RS256", "ES256"]
# L'écart toléré entre l'horloge du fournisseur et la nôtre, en secondes.
ECART = 60
# Un jeton plus ancien que cela n'est pas celui de cette connexion.
AGE_MAX = 600
TAILLE_MAX = 16_384


class Verificateur:
    """Vérifie les jetons d'un fournisseur pour un client."""

    def __init__(
        self, fournisseur: Fournisseur, client_id: str, horloge: Callable[[], float] = time.time
    ) -> None:
        self._fournisseur, self._client_id, self._horloge = fournisseur, client_id, horloge

    def read_id_token(self, jeton: str, nonce: str) -> dict[str, Any]:
        """Les affirmations de l'id_token, toutes vérifiées ; ConnexionRefusee sinon."""
        lues = self._read(jeton, "id_token")
        self._check_dates(lues, "id_token")
        if not hmac.compare_digest(str(lues.get("nonce", "")).encode(), nonce.encode()):
            raise ConnexionRefusee("id_token : nonce d'une autre connexion")
        return lues

    def read_userinfo(self, jeton: str, sujet: str) -> dict[str, Any]:
        """Les affirmations du userinfo signé ; il parle de la même personne que l'id_token."""
        lues = self._read(jeton, "userinfo")
        if lues["sub"] != sujet:
            raise ConnexionRefusee("userinfo : une autre personne que l'id_token")
        if "exp" in lues or "iat" in lues:
            self._check_dates({"exp": self._horloge() + 1, "iat": self._horloge(), **lues}, "userinfo")
        return lues

    def _read(self, jeton: str, nom: str) -> dict[str, Any]:
        cles = self._find_cles(jeton, nom)
        try:
            lues = dict(jwt.decode(jeton, cles, algorithms=ALGORITHMES).claims)
        except (JoseError, ValueError, TypeError, KeyError) as erreur:
            raise ConnexionRefusee(f"{nom} : {type(erreur).__name__}") from erreur
        if lues.get("iss") != self._fournisseur.emetteur:
            raise ConnexionRefusee(f"{nom} : autre émetteur")
        self._check_aud(lues, nom)
        if not isinstance(lues.get("sub"), str) or not lues["sub"]:
            raise ConnexionRefusee(f"{nom} : sans sujet")
        return lues

    def _find_cles(self, jeton: str, nom: str) -> KeySet:
        """Les clés du fournisseur où est celle que nomme le jeton ; sans nom, on n'en essaie aucune."""
        if not isinstance(jeton, str) or len(jeton) > TAILLE_MAX:
            raise ConnexionRefusee(f"{nom} : absent ou trop long")
        try:
            en_tete = jws.extract_compact(jeton.encode()).headers()
        except (JoseError, ValueError, TypeError) as erreur:
            raise ConnexionRefusee(f"{nom} : illisible") from erreur
        kid = en_tete.get("kid")
        if not isinstance(kid, str) or en_tete.get("alg") not in ALGORITHMES:
            raise ConnexionRefusee(f"{nom} : algorithme ou clé non admis")
        try:
            cles = self._fournisseur.read_cles(kid)
        except FournisseurIndisponible as erreur:
            raise ConnexionRefusee(f"{nom} : clés illisibles", str(erreur)) from erreur
        if kid not in {cle.kid for cle in cles.keys}:
            raise ConnexionRefusee(f"{nom} : clé inconnue")
        return cles

    def _check_aud(self, lues: dict[str, Any], nom: str) -> None:
        destinataires = lues.get("aud")
        seuls = [destinataires] if isinstance(destinataires, str) else destinataires
        if seuls != [self._client_id] or lues.get("azp", self._client_id) != self._client_id:
            raise ConnexionRefusee(f"{nom} : destiné à un autre service")

    def _check_dates(self, lues: dict[str, Any], nom: str) -> None:
        instant = self._horloge()
        dates = [lues.get("exp"), lues.get("iat"), lues.get("nbf", 0)]
        if not all(isinstance(d, int | float) and not isinstance(d, bool) for d in dates):
            raise ConnexionRefusee(f"{nom} : sans dates")
        exp, iat, nbf = (float(d) for d in dates if d is not None)
        if instant >= exp + ECART:
            raise ConnexionRefusee(f"{nom} : expiré")
        if max(iat, nbf) > instant + ECART or iat < instant - AGE_MAX:
            raise ConnexionRefusee(f"{nom} : émis trop tôt ou trop tard")
