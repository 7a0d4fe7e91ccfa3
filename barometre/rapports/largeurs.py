"""La part de la largeur d'un tableau que prend chaque colonne, en DOCX et en ODT : selon ses textes."""

from __future__ import annotations

from collections.abc import Sequence

# Au-delà, une colonne de phrases revient à la ligne plutôt que d'écraser les autres (en signes).
_LONGUEUR = 32
# Ce que les bords d'une cellule prennent, en signes.
_BORDS = 4
_COURT = 12


def compute_largeurs(entetes: Sequence[str], lignes: Sequence[Sequence[str]]) -> tuple[float, ...]:
    """Une part par colonne, de somme 1 : son plus long texte, et jamais moins que le mot le plus long."""
    signes = [
        _count_signes([entete, *(ligne[rang] for ligne in lignes)]) for rang, entete in enumerate(entetes)
    ]
    return tuple(n / sum(signes) for n in signes)


def _count_signes(textes: Sequence[str]) -> int:
    # Une espace insécable ne coupe pas : « 15 habitants » est un mot.
    mot = max(len(mot) for texte in textes for mot in texte.split(" "))
    long = max(map(len, textes))
    # « 4 sur 8 » ne se coupe pas : un texte court garde ses bords.
    court = long + _BORDS if long <= _COURT else 0
    return max(min(long, _LONGUEUR), min(mot, _LONGUEUR - _BORDS) + _BORDS, court)
