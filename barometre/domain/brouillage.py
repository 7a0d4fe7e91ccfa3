"""La clé secrète d'une répondante, et le bruit de l'effectif d'un groupe : celui de la somme de ses clés.

La même arithmétique que `stats.perturbation` (un essai les compare), pour la porte, qui compte des groupes
que l'entrepôt n'a pas : le même groupe y a le même effectif que sa cellule.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from itertools import accumulate
from math import exp

from barometre.domain.secret import BRUIT_ECART, BRUIT_MAXIMAL

MODULO = 2**64
# Finisseur de SplitMix64 (Steele, Lea et Flood 2014) : chaque bit de sortie dépend de tous ceux d'entrée.
MELANGES = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))
SEL_EFFECTIF = "n/effectif"
_MASSES = [exp(-(d**2) / (2 * BRUIT_ECART**2)) for d in range(-BRUIT_MAXIMAL, BRUIT_MAXIMAL + 1)]
_CUMUL = list(accumulate(masse / sum(_MASSES) for masse in _MASSES))[:-1]


def build_cle(secret: bytes, unite: str) -> int:
    """La clé d'une répondante : BLAKE2b à clé (RFC 7693) de son identifiant, 64 bits."""
    return int.from_bytes(hashlib.blake2b(unite.encode(), key=secret, digest_size=8).digest(), "big")


def build_sel(texte: str) -> int:
    """Un mot, en 64 bits."""
    return int.from_bytes(hashlib.blake2b(texte.encode(), digest_size=8).digest(), "big")


def draw_bruit_effectif(somme: int) -> int:
    """Le bruit de l'effectif d'un groupe ; `somme` : celle des clés de qui le compose."""
    cle = _mix(_mix(_mix(somme)) + build_sel(SEL_EFFECTIF))
    return bisect_right(_CUMUL, (cle >> 11) / 2.0**53) - BRUIT_MAXIMAL


def _mix(valeur: int) -> int:
    valeur %= MODULO
    for decalage, facteur in MELANGES:
        valeur = ((valeur ^ (valeur >> decalage)) * facteur) % MODULO
    return valeur ^ (valeur >> 31)
