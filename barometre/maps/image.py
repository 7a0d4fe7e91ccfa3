"""La carte en image (PNG ou SVG) : sur papier, dans un document, ou pour un navigateur sans WebGL."""

from __future__ import annotations

import io
from math import cos, radians
from textwrap import fill
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import shapely
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.path import Path

from barometre.contours import encarts
from barometre.domain.provenance import AVERTISSEMENT_SIMULATION
from barometre.maps.composition import HACHURE, POINTS, Carte
from barometre.maps.legende import Entree
from barometre.maps.palettes import CLAIR, SOMBRE
from barometre.maps.textes import strip_controles

FormatImage = Literal["png", "svg"]
Teintes = dict[str, str]
LARGEUR, HAUTEUR, DENSITE = 7.6, 6.6, 140
# En pixels.
TAILLE = (round(LARGEUR * DENSITE), round(HAUTEUR * DENSITE))
# Le nombre de formes d'un tracé : assez pour aller vite, pas trop pour le moteur de dessin.
LOT = 2_000
HACHURES = "////"
SEMIS = "...."
_SIGNES_PIED, _LIGNES_PIED = 150, 4
# Sans date dans le fichier : la même carte donne les mêmes octets.
_METADONNEES: dict[str, dict[str, Any]] = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}


def build_image(
    carte: Carte,
    extension: FormatImage = "png",
    *,
    legende: bool = True,
    titre: bool = True,
    mentions: str = "",
    adresse: str = "",
    sombre: bool = False,
) -> bytes:
    """Les octets de l'image. `legende` et `titre` : faux quand la page les dit elle-même.

    `mentions` : la source, la date et la version, pour une image qui part seule (`Provenance.pied`) ;
    `adresse`, hors du dessin : celle qui la rouvre. `sombre` : sur le fond de l'écran sombre.
    """
    teintes = SOMBRE if sombre else CLAIR
    reglages: dict[Any, Any] = {
        "hatch.linewidth": 0.7,
        "svg.hashsalt": "barometre",
        "font.family": "DejaVu Sans",
        # Un « $ » d'un titre n'ouvre pas une formule.
        "text.parse_math": False,
    }
    with rc_context(reglages):
        figure = Figure(figsize=(LARGEUR, HAUTEUR), facecolor=teintes["fond"])
        FigureCanvasAgg(figure)
        axes = figure.add_axes(
            (0.01, 0.2 if legende else 0.01, 0.98, 0.72 if titre else 0.79 if legende else 0.98)
        )
        _draw_formes(axes, carte, teintes)
        _draw_decor(axes, carte, teintes)
        _fit(axes, carte.dessin)
        _write_textes(figure, carte, teintes, legende=legende, titre=titre, mentions=mentions)
        sortie = io.BytesIO()
        dites = _METADONNEES[extension] | ({"Source": adresse} if adresse else {})
        figure.savefig(sortie, format=extension, dpi=DENSITE, facecolor=teintes["fond"], metadata=dites)
    return sortie.getvalue()


def _draw_formes(axes: Any, carte: Carte, teintes: Teintes) -> None:
    """Une collection par classe et par motif : une couleur, un dessin."""
    dessin = carte.dessin
    epaisseur = 0.5 if len(dessin) < 200 else 0.15 if len(dessin) < 3_000 else 0.0
    for (rang, motif), formes in dessin.groupby(["rang", "motif"]):
        couleur, hachure, trait = _style(carte, int(rang), str(motif), teintes)
        traces = build_traces(formes)
        fond = PathCollection(
            traces,
            facecolor=couleur,
            edgecolor=teintes["trait"] if epaisseur else couleur,
            linewidth=epaisseur or 0.1,
        )
        axes.add_collection(fond)
        if hachure:
            axes.add_collection(
                PathCollection(traces, facecolor="none", edgecolor=trait, linewidth=0, hatch=hachure)
            )


def _style(carte: Carte, rang: int, motif: str, teintes: Teintes) -> tuple[str, str, str]:
    if motif == POINTS or rang < 0:
        return teintes["absent"], SEMIS, teintes["points"]
    return carte.legende.couleurs[rang], HACHURES if motif == HACHURE else "", "#ffffff"


def build_traces(formes: gpd.GeoDataFrame) -> list[Path]:
    """Des tracés de quelques milliers de formes chacun, trous compris ; aucune boucle sur les formes.

    Une trame se pose une fois par tracé, et des voisines d'un même tracé n'ont pas de liseré entre elles.
    """
    geometries = formes.geometry.to_numpy()
    geometries = geometries[~shapely.is_empty(geometries)]
    return [_build_trace(geometries[debut : debut + LOT]) for debut in range(0, len(geometries), LOT)]


def _build_trace(geometries: np.ndarray) -> Path:
    anneaux = shapely.get_rings(shapely.get_parts(geometries))
    points = shapely.get_coordinates(anneaux)
    fins = np.cumsum(shapely.get_num_coordinates(anneaux))
    codes = np.full(len(points), Path.LINETO, dtype=Path.code_type)
    codes[np.r_[0, fins[:-1]]] = Path.MOVETO
    codes[fins - 1] = Path.CLOSEPOLY
    return Path(points, codes)


def _draw_decor(axes: Any, carte: Carte, teintes: Teintes) -> None:
    if carte.couche is not None:
        for nombre, formes in carte.couche.groupby("nombre"):
            plusieurs = int(str(nombre)) > 1
            axes.add_collection(
                PathCollection(
                    build_traces(formes),
                    facecolor="none",
                    edgecolor=teintes["texte"],
                    linewidth=1.6 if plusieurs else 0.9,
                    linestyle="solid" if plusieurs else (0, (4, 2)),
                )
            )
    for encart in encarts.list_cadres(carte.dessin):
        ouest, _, _, nord = encart.cadre.bounds
        axes.plot(*encart.cadre.exterior.xy, color=teintes["contour"], linewidth=0.5)
        axes.text(ouest + 0.05, nord - 0.04, encart.nom, fontsize=6, color=teintes["texte"], va="top")


def _fit(axes: Any, dessin: gpd.GeoDataFrame) -> None:
    bornes = [dessin.total_bounds, *(e.cadre.bounds for e in encarts.list_cadres(dessin))]
    if len(dessin):
        ouest, sud = np.min([b[:2] for b in bornes], axis=0)
        est, nord = np.max([b[2:] for b in bornes], axis=0)
        marge = 0.02 * max(est - ouest, nord - sud)
        axes.set_xlim(ouest - marge, est + marge)
        axes.set_ylim(sud - marge, nord + marge)
        axes.set_aspect(1 / cos(radians((sud + nord) / 2)))
    axes.set_axis_off()


def _write_textes(
    figure: Figure, carte: Carte, teintes: Teintes, *, legende: bool, titre: bool, mentions: str
) -> None:
    if titre:
        figure.text(
            0.02,
            0.965,
            strip_controles(carte.titre),
            fontsize=11,
            color=teintes["texte"],
            weight="bold",
            va="top",
            wrap=True,
        )
    if not legende:
        return
    figure.legend(
        handles=[_poignee(entree, teintes) for entree in carte.legende.entrees],
        title=strip_controles(carte.legende.titre),
        loc="lower left",
        bbox_to_anchor=(0.02, 0.045 + 0.02 * bool(mentions)),
        ncols=2,
        fontsize=7.5,
        title_fontsize=8,
        frameon=False,
        alignment="left",
        labelcolor=teintes["texte"],
    )
    figure.text(0.02, 0.012, _build_pied(carte, mentions), fontsize=6.5, color=teintes["texte"], va="bottom")


def _build_pied(carte: Carte, mentions: str) -> str:
    """Replié : la fin ne doit jamais sortir de l'image."""
    alerte = AVERTISSEMENT_SIMULATION if carte.simulee and not mentions else ""
    phrases = filter(None, (alerte, mentions, f"Contours : {carte.source}."))
    separateur = " · " if mentions else " "
    return fill(
        strip_controles(separateur.join(phrases)), _SIGNES_PIED, max_lines=_LIGNES_PIED, placeholder="…"
    )


def _poignee(entree: Entree, teintes: Teintes) -> Patch | Line2D:
    libelle = strip_controles(entree.libelle)
    if entree.motif in ("tirets", "trait"):
        if entree.motif == "tirets":
            return Line2D([], [], color=teintes["texte"], linewidth=0.9, linestyle="--", label=libelle)
        return Line2D([], [], color=teintes["texte"], linewidth=1.6, label=libelle)
    hachure = {"hachure": HACHURES, "points": SEMIS}.get(entree.motif)
    trait = {"hachure": "#ffffff", "points": teintes["points"]}.get(entree.motif, teintes["contour"])
    return Patch(facecolor=entree.couleur, edgecolor=trait, hatch=hachure, label=libelle, linewidth=0.4)
