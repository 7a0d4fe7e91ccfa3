"""Ce que le registre refuse, dit au lecteur."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError


class RegistreError(Exception):
    """Le registre refuse ; le message est une phrase pour le lecteur."""


# Tout ce que peut lever un registre qui ne répond pas, ou mal.
PANNES = (RegistreError, SQLAlchemyError, OSError)


@contextmanager
def open_transaction(moteur: Engine, phrase: str) -> Iterator[Connection]:
    """Une transaction ; un registre qui ne répond plus devient `RegistreError(phrase)`."""
    try:
        with moteur.begin() as connexion:
            yield connexion
    except SQLAlchemyError as erreur:
        raise RegistreError(phrase) from erreur
