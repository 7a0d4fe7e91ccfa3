"""Ce qui peut manquer à une source ; chaque message est une phrase pour l'opérateur."""

from __future__ import annotations


class SourceRefusee(Exception):
    """Le fichier est arrivé, mais il n'a pas la forme attendue."""


class SourceInjoignable(Exception):
    """Ni l'adresse officielle, ni le miroir n'ont rendu le fichier."""
