"""Le dessin nu d'une carte, en SVG de quelques milliers de signes : pour les cartes d'un document.

Les formes, leurs couleurs et leurs trames sont celles de l'image (`image.py`) ; le titre et la légende, que
le document écrit dans ses propres lettres, n'y sont pas. Sans moteur de dessin : six fois moins cher.
Une carte projetée est le même dessin, sur le fond de l'écran, clair ou sombre.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from math import cos, radians

import geopandas as gpd
import numpy as np
import shapely

from barometre.contours import encarts
from barometre.maps.composition import HACHURE, POINTS, Carte
from barometre.maps.palettes import ABSENT, CLAIR, CONTOUR, SOMBRE, TEXTE, TRAIT
from barometre.maps.palettes import POINTS as GRAINS

# Des entiers : quatre mille pas sur la largeur, un cinquantième de millimètre sur une demi-page.
_LARGE = 4_000
_MARGE = 0.02
_FIN = "</svg>"
# Les trames : des obliques blanches sur la couleur, un semis sur le gris de ce qui n'est pas publié.
_TRAMES = (
    '<pattern id="hachures" patternUnits="userSpaceOnUse" width="80" height="80">'
    f'<path d="M-20 20L20-20M-20 100L100-20M60 100L100 60" stroke="{TRAIT}" stroke-width="16"/></pattern>'
    '<pattern id="semis" patternUnits="userSpaceOnUse" width="80" height="80">'
    f'<g fill="{GRAINS}"><circle cx="20" cy="20" r="8"/><circle cx="60" cy="60" r="8"/></g></pattern>'
)
# Un signe lisible sur une carte de cinq centimètres.
_SIGNES = 130
_CODES = {encart.nom: code for code, encart in encarts.ENCARTS.items()}
_TRAME = {HACHURE: "hachures", POINTS: "semis"}
# Le liseré d'une forme suit le fond ; le trait blanc des hachures, posé sur une couleur, non.
_LISERE = 'stroke-linejoin="round" stroke="{}"'
_A_FONCER = (
    ("fill", "absent"),
    ("fill", "points"),
    ("fill", "texte"),
    ("stroke", "texte"),
    ("stroke", "contour"),
)
# Plus lourd que cela (les communes d'un pays), un dessin en traits pèse plus que sa photographie.
_POINTS_MAXIMAUX = 60_000


@dataclass(frozen=True, slots=True)
class _Cadrage:
    """Des degrés aux pas du dessin, le nord en haut, l'allure d'une Mercator."""

    ouest: float
    nord: float
    pas_x: float
    pas_y: float

    def place(self, points: np.ndarray) -> np.ndarray:
        return np.rint((points - (self.ouest, self.nord)) * (self.pas_x, -self.pas_y)).astype(int)


@dataclass(frozen=True, slots=True)
class Croquis:
    """Le SVG, sa hauteur divisée par sa largeur, et de quoi y poser un trait de plus."""

    svg: str
    proportion: float
    cadrage: _Cadrage


def build_croquis(carte: Carte) -> Croquis:
    """Le dessin entier ; un cadre vide si ces contours n'ont aucun de ces lieux."""
    dessin = carte.dessin
    cadrage, haut = _frame(dessin)
    traits = (
        *_draw_formes(dessin, carte, cadrage),
        *_draw_couche(carte.couche, cadrage),
        *_draw_encarts(dessin, cadrage),
    )
    corps = "".join(traits)
    taille = f'viewBox="0 0 {_LARGE} {haut}" width="400" height="{haut / 10:g}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {taille}><defs>{_TRAMES}</defs>{corps}{_FIN}'
    return Croquis(svg, haut / _LARGE, cadrage)


def build_sombre(svg: str) -> str:
    """Le même dessin pour un écran sombre : les classes gardent leurs couleurs, le reste s'inverse."""
    svg = svg.replace(_LISERE.format(TRAIT), _LISERE.format(SOMBRE["trait"]))
    for quoi, teinte in _A_FONCER:
        svg = svg.replace(f'{quoi}="{CLAIR[teinte]}"', f'{quoi}="{SOMBRE[teinte]}"')
    return svg


def has_croquis(carte: Carte) -> bool:
    """Vrai si la carte se dessine en assez peu de signes pour être envoyée telle quelle."""
    return int(shapely.get_num_coordinates(carte.dessin.geometry.to_numpy()).sum()) <= _POINTS_MAXIMAUX


def add_contour(croquis: Croquis, carte: Carte, codes: Collection[str]) -> Croquis:
    """Le même, ces lieux cernés ensemble d'un trait épais : ceux dont parle le document."""
    cles = carte.dessin["cle"].str.endswith(encarts.SUFFIXE)
    retenus = carte.dessin["code"].isin(set(codes))
    # Un encart agrandit ce que la carte montre déjà : chacun a son tour.
    geometries = carte.dessin.geometry.to_numpy()
    ensembles = [shapely.union_all(geometries[retenus & cles.eq(encart)]) for encart in (False, True)]
    trace = _trace(np.array(ensembles), croquis.cadrage)
    # Un liseré clair dessous : le trait se voit aussi sur la classe la plus foncée.
    traits = "".join(
        f'<path fill="none" stroke="{couleur}" stroke-width="{large}" stroke-linejoin="round" d="{trace}"/>'
        for couleur, large in ((TRAIT, 58), (TEXTE, 26))
    )
    return replace(croquis, svg=f"{croquis.svg.removesuffix(_FIN)}{traits}{_FIN}")


def _frame(dessin: gpd.GeoDataFrame) -> tuple[_Cadrage, int]:
    """Tout ce qui se dessine, encarts compris, et une marge."""
    if dessin.empty:
        return _Cadrage(0.0, 0.0, 1.0, 1.0), 1
    bornes = [dessin.total_bounds, *(e.cadre.bounds for e in encarts.list_cadres(dessin))]
    ouest, sud = np.min([b[:2] for b in bornes], axis=0)
    est, nord = np.max([b[2:] for b in bornes], axis=0)
    marge = _MARGE * max(est - ouest, nord - sud)
    large, haut = est - ouest + 2 * marge, nord - sud + 2 * marge
    pas_x = _LARGE / large
    pas_y = pas_x / cos(radians((sud + nord) / 2))
    return _Cadrage(float(ouest - marge), float(nord + marge), pas_x, pas_y), round(haut * pas_y)


def _draw_formes(dessin: gpd.GeoDataFrame, carte: Carte, cadrage: _Cadrage) -> Iterator[str]:
    """Un tracé par classe et par motif, et le même, tramé, par-dessus."""
    trait = f'{_LISERE.format(TRAIT)} stroke-width="{14 if len(dessin) < 40 else 8}"'
    for (rang, motif), formes in dessin.groupby(["rang", "motif"]):
        trace = _trace(formes.geometry.to_numpy(), cadrage)
        absent = motif == POINTS or int(rang) < 0
        couleur = ABSENT if absent else carte.legende.couleurs[int(rang)]
        yield f'<path fill-rule="evenodd" fill="{couleur}" {trait} d="{trace}"/>'
        trame = _TRAME.get(POINTS if absent else str(motif))
        if trame:
            yield f'<path fill-rule="evenodd" fill="url(#{trame})" d="{trace}"/>'


def _draw_couche(couche: gpd.GeoDataFrame | None, cadrage: _Cadrage) -> Iterator[str]:
    """Les périmètres des OPSN par-dessus : en tirets, en trait épais là où il y en a plusieurs."""
    if couche is None:
        return
    for plusieurs, formes in couche.groupby(couche["nombre"].gt(1)):
        trait = 'stroke-width="26"' if plusieurs else 'stroke-width="14" stroke-dasharray="60 30"'
        trace = _trace(formes.geometry.to_numpy(), cadrage)
        yield f'<path fill="none" stroke="{TEXTE}" {trait} d="{trace}"/>'


def _trace(geometries: np.ndarray, cadrage: _Cadrage) -> str:
    """« M0 0L10 0 10 10z… » : chaque anneau, ses points confondus une seule fois."""
    anneaux = shapely.get_rings(shapely.get_parts(geometries[~shapely.is_empty(geometries)]))
    return "".join(_trace_anneau(cadrage.place(shapely.get_coordinates(anneau))) for anneau in anneaux)


def _trace_anneau(points: np.ndarray) -> str:
    gardes = np.r_[True, np.any(np.diff(points, axis=0) != 0, axis=1)]
    suite = points[gardes][:-1].tolist()
    return f"M{' '.join(f'{x} {y}' for x, y in suite)}z" if len(suite) > 2 else ""


def _draw_encarts(dessin: gpd.GeoDataFrame, cadrage: _Cadrage) -> Iterator[str]:
    """Le cadre de ce qui a été rapproché ou agrandi ; son nom, trop petit ici, cède la place à son code."""
    for encart in encarts.list_cadres(dessin):
        ouest, sud, est, nord = encart.cadre.bounds
        (x0, y0), (x1, y1) = cadrage.place(np.array([[ouest, nord], [est, sud]])).tolist()
        yield (
            f'<rect x="{x0}" y="{y0}" width="{x1 - x0}" height="{y1 - y0}" fill="none" stroke="{CONTOUR}" '
            f'stroke-width="6"/><text x="{x1 + 24}" y="{y1 - 10}" font-family="DejaVu Sans, sans-serif" '
            f'font-size="{_SIGNES}" fill="{TEXTE}">{_CODES.get(encart.nom, "")}</text>'
        )


def explain_codes(carte: Carte) -> str:
    """« 971 Guadeloupe, 972 Martinique… » : les codes des encarts ; vide si la carte n'en a pas."""
    poses = encarts.list_cadres(carte.dessin)
    return ", ".join(f"{_CODES[encart.nom]} {encart.nom}" for encart in poses if encart.nom in _CODES)


def explain_encarts(carte: Carte) -> str:
    """« Encadrés : Paris et petite couronne, 971 Guadeloupe… » ; vide si la carte n'en a pas."""
    noms = [f"{_CODES.get(e.nom, '')} {e.nom}".strip() for e in encarts.list_cadres(carte.dessin)]
    return f"Encadrés\u202f: {', '.join(noms)}." if noms else ""
