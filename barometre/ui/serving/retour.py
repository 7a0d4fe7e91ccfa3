"""La page où revenir après la connexion : l'une des nôtres, ou l'accueil."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

TAILLE_MAX = 1_000


def read_page(demande: str, is_page: Callable[[str], bool]) -> str:
    """`demande` si c'est une page du baromètre (chemin et paramètres) ; sinon « / ».

    Un renvoi vers un autre site passerait pour le nôtre : ni hôte, ni barre double ou inverse, ni contrôle.
    """
    if not demande.startswith("/") or len(demande) > TAILLE_MAX or not demande.isprintable():
        return "/"
    if demande.startswith("//") or "\\" in demande or " " in demande:
        return "/"
    parties = urlsplit(demande)
    if parties.scheme or parties.netloc or not is_page(parties.path):
        return "/"
    return f"{parties.path}?{parties.query}" if parties.query else parties.path
