"""Ce que le registre refuse, dit au lecteur."""

from __future__ import annotations


class RegistreError(Exception):
    """Le registre refuse ; le message est une phrase pour le lecteur."""
