"""Ce qui peut manquer à une source ; chaque message est une phrase pour l'opérateur."""

from __future__ import annotations


class SourceRefusee(Exception):
    """Le fichier est arrivé, mais il n'a pas la forme attendue."""


class SourceEnPanne(SourceRefusee):
    """Le module de la source s'est arrêté : les autres sources ne s'en ressentent pas."""


class SourceEnRecul(SourceRefusee):
    """Le fichier se lit, mais s'écarte trop de la bonne copie ; l'opérateur peut confirmer."""


class SourceInjoignable(Exception):
    """Ni l'adresse officielle, ni le miroir n'ont rendu le fichier."""
