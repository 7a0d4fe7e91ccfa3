"""Comparer des noms de lieux : sans accents, casse, tirets ni ligatures ; St vaut Saint."""

from __future__ import annotations

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss"})
_SEPARATEURS = re.compile(r"[^a-z0-9]+")
_ABREGES = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}


def normalise_nom(nom: str) -> str:
    """« L'Haÿ-les-Roses » → « l hay les roses », « St-Aubin » → « saint aubin »."""
    sans_accents = unicodedata.normalize("NFKD", nom.translate(_LIGATURES))
    lettres = "".join(c for c in sans_accents.lower() if not unicodedata.combining(c))
    mots = _SEPARATEURS.sub(" ", lettres).split()
    return " ".join(_ABREGES.get(mot, mot) for mot in mots)


def compact_nom(normalise: str) -> str:
    """« l hay les roses » → « lhaylesroses » : l'espace et l'apostrophe s'oublient souvent."""
    return normalise.replace(" ", "")
