"""Ce que le registre refuse, dit au lecteur."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError


class RegistreError(Exception):
    """Le registre refuse ; le message est une phrase pour le lecteur."""


# Tout ce que peut lever un registre qui ne répond pas, ou mal.
PANNES = (RegistreError, SQLAlchemyError, OSError)
