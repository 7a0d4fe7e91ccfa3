"""La part de la largeur d'un tableau que prend chaque colonne : selon ses textes, mesurés dans une police.

DejaVu est plus large que les polices d'un poste de bureau : ce qui y tient tient dans celle qui la remplace.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from unicodedata import category

import matplotlib
from matplotlib.ft2font import FT2Font, LoadFlags

# Elles voyagent avec matplotlib : un document ne dépend pas de celles de la machine.
POLICES = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
_POINT = 2.54 / 72  # centimètres
_CORPS = 1_000  # assez grand pour que l'avance d'un signe ne soit pas arrondie
# Un mot plus long que cette part du tableau se coupera : aucun ne prend la place de tous les autres.
_MOT = 0.4
_TITRE_COURT = 14  # signes
# Deux lignes d'un titre : un peu plus que sa moitié, ses mots n'ayant pas la même longueur.
_DEUX_LIGNES = 0.62
# La part des textes d’une colonne qui tiennent d’abord sur une ligne : un seul long n’en prive personne.
_COURANTS = 0.75


@cache
def _open_police(nom: str) -> FT2Font:
    police = FT2Font(str(POLICES / nom))
    police.set_size(_CORPS, 72)
    return police


@lru_cache(maxsize=2_000)
def _measure_signe(signe: str, gras: bool) -> float:
    if category(signe) == "Cc":
        return 0.0  # une tabulation, un saut : la police n'en a pas de dessin
    police = _open_police("DejaVuSans-Bold.ttf" if gras else "DejaVuSans.ttf")
    return float(police.load_char(ord(signe), flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536 / _CORPS)


def measure_mot(texte: str, taille: float, *, gras: bool = False) -> float:
    """La largeur d'un texte d'une ligne, en centimètres, écrit en `taille` points."""
    return sum(_measure_signe(signe, gras) for signe in texte) * taille * _POINT


def count_lignes(texte: str, taille: float, large: float, *, gras: bool = False) -> int:
    """Les lignes que prend un texte dans `large` centimètres ; une espace insécable n'y coupe pas."""
    lignes, courante = 1, 0.0
    espace = measure_mot(" ", taille, gras=gras)
    for mot in texte.split(" "):
        long = measure_mot(mot, taille, gras=gras)
        if courante and courante + espace + long > large:
            lignes, courante = lignes + 1, long
        else:
            courante += long + (espace if courante else 0.0)
    return lignes


def compute_largeurs(
    entetes: Sequence[str],
    lignes: Sequence[Sequence[str]],
    *,
    taille: float = 8.5,
    place: float = 16.5,
    bords: float = 0.4,
    gras: bool = False,
) -> tuple[float, ...]:
    """Une part par colonne, de somme 1, d'un tableau de `place` centimètres écrit en `taille` points.

    Aucun mot n'est coupé ; les textes courants tiennent ensuite sur une ligne, puis les plus longs, et ce qui
    reste va à tous. `gras` : la première colonne l'est, comme l'en-tête.
    """
    colonnes = [[entete, *(ligne[rang] for ligne in lignes)] for rang, entete in enumerate(entetes)]
    mesures = (_measure_colonne(c, taille, place, gras=gras and rang == 0) for rang, c in enumerate(colonnes))
    mots, courants, textes = zip(*mesures, strict=True)
    larges = [mot + bords for mot in mots]
    for vises in (courants, textes):
        larges = _share(larges, [vise + bords for vise in vises], place)
    return tuple(large / sum(larges) for large in larges)


def _measure_colonne(
    textes: Sequence[str], taille: float, place: float, *, gras: bool
) -> tuple[float, float, float]:
    """Son mot le plus large, ce que demandent trois textes sur quatre, et le plus large ; en-tête en gras."""
    gras_ici = [True, *[gras] * (len(textes) - 1)]
    mots = [
        measure_mot(mot, taille, gras=g)
        for rang, (texte, g) in enumerate(zip(textes, gras_ici, strict=True))
        # « plus de 92 % » est un seul mot : en trois lignes, il se lisait mal et faisait grandir sa rangée.
        for mot in ([texte] if rang and len(texte) <= _TITRE_COURT else texte.split(" "))
    ]
    titre, *longs = (measure_mot(texte, taille, gras=g) for texte, g in zip(textes, gras_ici, strict=True))
    # Un long titre revient à la ligne, une fois.
    titre = titre if len(textes[0]) <= _TITRE_COURT else titre * _DEUX_LIGNES
    longs = sorted(longs) or [titre]
    mot = min(max(mots), _MOT * place)
    courant = max(mot, titre, longs[int(len(longs) * _COURANTS)])
    return mot, courant, max(courant, longs[-1])


def _share(larges: Sequence[float], vises: Sequence[float], place: float) -> list[float]:
    """La place restante aux colonnes à qui il manque le moins d'abord."""
    larges, reste = list(larges), place - sum(larges)
    rangs = sorted(range(len(larges)), key=lambda rang: vises[rang] - larges[rang])
    for faites, rang in enumerate(rangs):
        donne = max(min(vises[rang] - larges[rang], reste / (len(rangs) - faites)), 0.0)
        larges[rang] += donne
        reste -= donne
    return larges
