"""Des chiffres et leurs intervalles en image fixe (PNG ou SVG) : titre, source et date dans l'image.

matplotlib dessine sans navigateur. Une liste de points suffit : la même image sert un fichier et un document.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Any, Literal

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imread

from barometre.charts.palette import ACCENT, GRIS

FormatImage = Literal["png", "svg"]
LARGEUR, LIGNE, TETE, PIED, DENSITE = 8.0, 0.34, 0.75, 0.7, 150  # pouces, et points par pouce
_SIGNES, _SIGNES_PIED, _LIGNES_PIED = 52, 135, 3
# Les teintes transparentes de la palette, posées sur du blanc : matplotlib ne lit pas « rgba(…) ».
GRILLE, ACCENT_LEGER = "#dadde1", "#b6cfea"
# Sans date dans le fichier : la même image a les mêmes octets.
_METADONNEES: dict[str, dict[str, Any]] = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}
_REGLAGES: dict[Any, Any] = {
    "svg.hashsalt": "barometre",
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    # Un « $ » d'un titre n'ouvre pas une formule.
    "text.parse_math": False,
}


@dataclass(frozen=True, slots=True)
class Trait:
    """Une ligne de l'image : une part de 0 à 1 et ses bornes ; sans valeur, `texte` dit pourquoi."""

    libelle: str
    texte: str
    valeur: float | None = None
    bas: float | None = None
    haut: float | None = None
    # Indicatif : le point est vide.
    douteux: bool = False


def build_image_traits(
    traits: Sequence[Trait], *, titre: str, pied: str, extension: FormatImage = "png", adresse: str = ""
) -> tuple[bytes, float]:
    """Les octets de l'image, et sa hauteur divisée par sa largeur ; `adresse` : celle qui la rouvre."""
    hauteur = TETE + PIED + LIGNE * max(len(traits), 1)
    with rc_context(_REGLAGES):
        figure = Figure(figsize=(LARGEUR, hauteur), facecolor="white")
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.44, PIED / hauteur, 0.3, LIGNE * max(len(traits), 1) / hauteur))
        _prepare_axes(axes, len(traits))
        for rang, trait in enumerate(traits):
            _draw_trait(axes, rang, trait)
        figure.text(0.02, 1 - 0.3 / hauteur, titre, fontsize=11, fontweight="bold", va="center")
        # Repliée : la fin (la version, la simulation) ne doit jamais sortir de l'image.
        mentions = fill(pied, _SIGNES_PIED, max_lines=_LIGNES_PIED, placeholder="…")
        figure.text(0.02, 0.06 / hauteur, mentions, fontsize=7, color=GRIS, va="bottom")
        sortie = io.BytesIO()
        dites = _METADONNEES[extension] | ({"Source": adresse} if adresse else {})
        figure.savefig(sortie, format=extension, dpi=DENSITE, metadata=dites)
    return sortie.getvalue(), hauteur / LARGEUR


def read_points(octets: bytes) -> np.ndarray:
    """Les points d'un PNG, quelle que soit la façon dont il est comprimé."""
    return imread(io.BytesIO(octets), format="png")


def _prepare_axes(axes: Any, nombre: int) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(max(nombre, 1) - 0.5, -0.5)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"], fontsize=7, color=GRIS)
    axes.set_yticks([])
    axes.grid(axis="x", color=GRILLE, linewidth=0.6)
    axes.tick_params(length=0)
    axes.set_axisbelow(True)
    for bord in axes.spines.values():
        bord.set_visible(False)


def _draw_trait(axes: Any, rang: int, trait: Trait) -> None:
    libelle = trait.libelle if len(trait.libelle) <= _SIGNES else f"{trait.libelle[: _SIGNES - 1]}…"
    axes.annotate(libelle, (0, rang), xytext=(-6, 0), textcoords="offset points", ha="right", va="center")
    axes.annotate(
        trait.texte, (1, rang), xytext=(8, 0), textcoords="offset points", va="center", annotation_clip=False
    )
    if trait.valeur is None:
        return
    if trait.bas is not None and trait.haut is not None:
        axes.plot(
            [trait.bas, trait.haut], [rang, rang], color=ACCENT_LEGER, linewidth=5, solid_capstyle="butt"
        )
    fond = "white" if trait.douteux else ACCENT
    axes.plot([trait.valeur], [rang], "o", markersize=6, markerfacecolor=fond, markeredgecolor=ACCENT)
