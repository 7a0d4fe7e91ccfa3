"""Déplacé : `barometre.formats` (que charts, maps et exports importent aussi)."""

from barometre.formats import *  # noqa: F403
