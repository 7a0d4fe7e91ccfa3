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


def is_abrege(mots: list[str], siens: list[str]) -> bool:
    """Vrai si chaque mot est celui du nom à la même place, ou son abrégé : « Clermont Fd »."""
    if len(mots) != len(siens):
        return False
    return all(mot == sien or _is_reduit(mot, sien) for mot, sien in zip(mots, siens, strict=True))


def _is_reduit(mot: str, sien: str) -> bool:
    """« fd » de « ferrand », « pce » de « provence » : ses lettres dans l'ordre, les première et dernière."""
    bouts = len(mot) > 1 and (mot[0], mot[-1]) == (sien[0], sien[-1])
    return bouts and bool(re.search(".*".join(mot), sien))
