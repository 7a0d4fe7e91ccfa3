"""Ce que le registre refuse, dit au lecteur."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from barometre.warehouse.lieu_postgresql import explain_refus


class RegistreError(Exception):
    """Le registre refuse ; le message est une phrase pour le lecteur."""


# Tout ce que peut lever un registre qui ne répond pas, ou mal.
PANNES = (RegistreError, SQLAlchemyError, OSError)


def explain_ouverture(adresse: str, erreur: Exception) -> str:
    """Pourquoi le registre ne s'ouvre pas, et quoi faire ; sans l'adresse, qui porte un mot de passe."""
    genre = adresse.partition("://")[0]
    if genre in {"postgresql", "postgres"} and isinstance(erreur, DBAPIError):
        return explain_refus(str(erreur), "du registre")
    if genre == "sqlite":
        return "Le registre des accès ne peut pas être ouvert : son dossier doit pouvoir être écrit."
    return (
        "L'adresse du registre des accès n'est pas valide : attendu « sqlite:///fichier » ou "
        "« postgresql://rôle:mot-de-passe@serveur:port/base » (BAROMETRE_REGISTRE)."
    )


@contextmanager
def open_transaction(moteur: Engine, phrase: str) -> Iterator[Connection]:
    """Une transaction ; un registre qui ne répond plus devient `RegistreError(phrase)`."""
    try:
        with moteur.begin() as connexion:
            yield connexion
    except SQLAlchemyError as erreur:
        raise RegistreError(phrase) from erreur
