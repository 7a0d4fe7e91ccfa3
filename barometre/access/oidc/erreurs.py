"""Ce qui arrête une connexion, dit au lecteur ; le détail va au journal technique, sans aucun jeton."""

from __future__ import annotations

RECOMMENCER = (
    "La connexion n'a pas pu être vérifiée : rien n'a été ouvert. Recommencez depuis « Se connecter »."
)


class ConnexionRefusee(Exception):
    """Le retour du fournisseur ne se vérifie pas ; `cause` est pour l'opérateur, sans jeton ni identité."""

    def __init__(self, cause: str, phrase: str = RECOMMENCER) -> None:
        super().__init__(phrase)
        self.cause = cause


class FournisseurIndisponible(Exception):
    """Le fournisseur d'identité ne répond pas, ou pas ce qu'il annonce."""

    def __init__(self, cause: str) -> None:
        super().__init__(
            "ProConnect ne répond pas pour le moment. Les pages publiques restent ouvertes ; "
            "réessayez de vous connecter dans quelques minutes."
        )
        self.cause = cause
