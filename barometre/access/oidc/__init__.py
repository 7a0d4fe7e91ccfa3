"""OpenID Connect comme ProConnect le pratique : départ, retour, jetons vérifiés, déconnexion."""

from barometre.access.oidc.client import Client, Retour
from barometre.access.oidc.erreurs import ConnexionRefusee, FournisseurIndisponible

__all__ = ["Client", "ConnexionRefusee", "FournisseurIndisponible", "Retour"]
