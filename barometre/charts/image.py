"""Un graphique en image fixe (PNG ou SVG) : titre, phrase, légende, source, date et version y sont écrits.

matplotlib dessine sans navigateur ce que la page dessine en HTML (`image_rangs`) ou confie à plotly
(`image_traces`) : la même figure, jamais un second calcul.
"""

from __future__ import annotations

import io
import unicodedata
from textwrap import fill
from typing import Any, Literal

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imread

from barometre.charts import image_rangs, image_traces
from barometre.charts.marques import Marques
from barometre.charts.modele import Graphique
from barometre.charts.palette import GRIS

FormatImage = Literal["png", "svg"]
LARGEUR, DENSITE = 8.0, 150  # pouces, et points par pouce
MARGE = 0.16
_SIGNES_TITRE, _LIGNE_TITRE = 84, 0.2
_SIGNES_PHRASE, _LIGNE_PHRASE = 112, 0.16
_SIGNES_PIED, _LIGNE_PIED = 138, 0.135
# Sans date dans le fichier : la même image a les mêmes octets.
_METADONNEES: dict[str, dict[str, Any]] = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}
_REGLAGES: dict[Any, Any] = {
    "svg.hashsalt": "barometre",
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    # Un « $ » d'un titre n'ouvre pas une formule.
    "text.parse_math": False,
}


def build_image(
    dessin: Graphique | Marques, *, titre: str, pied: str, extension: FormatImage = "png", adresse: str = ""
) -> bytes:
    """Les octets de l'image ; `pied` : source, date, version, champ ; `adresse` : celle qui la rouvre."""
    tete, phrase = fill(_clean(titre), _SIGNES_TITRE), fill(_clean(dessin.phrase), _SIGNES_PHRASE)
    # Tout y tient : la version ou la simulation ne se coupent pas.
    legende, mentions = (fill(_clean(texte), _SIGNES_PIED) for texte in (dessin.legende, pied))
    with rc_context(_REGLAGES):
        corps = _measure(dessin)
        bas = sum(_LIGNE_PIED * _count_lignes(t) + 0.06 for t in (legende, mentions) if t) + MARGE
        sous_titre = MARGE + _LIGNE_TITRE * _count_lignes(tete)
        hauteur = sous_titre + _LIGNE_PHRASE * _count_lignes(phrase) + MARGE + corps + bas
        figure = Figure(figsize=(LARGEUR, hauteur), facecolor="white")
        FigureCanvasAgg(figure)
        figure.text(0.02, 1 - MARGE / hauteur, tete, fontsize=11, fontweight="bold", va="top")
        figure.text(0.02, 1 - sous_titre / hauteur, phrase, va="top")
        _draw(figure, dessin, bas / hauteur, corps / hauteur)
        _write_bas(figure, legende, mentions, hauteur)
        sortie = io.BytesIO()
        dites = {"Title": titre, "Description": dessin.alt} | ({"Source": adresse} if adresse else {})
        figure.savefig(sortie, format=extension, dpi=DENSITE, metadata=_METADONNEES[extension] | dites)
    return sortie.getvalue()


def read_points(octets: bytes) -> np.ndarray:
    """Les points d'un PNG, quelle que soit la façon dont il est comprimé."""
    return imread(io.BytesIO(octets), format="png")


def _measure(dessin: Graphique | Marques) -> float:
    if isinstance(dessin, Marques):
        return image_rangs.measure_hauteur(dessin)
    return image_traces.measure_hauteur(dessin)


def _draw(figure: Figure, dessin: Graphique | Marques, bas: float, hauteur: float) -> None:
    if isinstance(dessin, Marques):
        image_rangs.draw_rangs(figure, dessin, bas, hauteur)
    else:
        image_traces.draw_traces(figure, dessin, bas, hauteur)


def _write_bas(figure: Figure, legende: str, mentions: str, hauteur: float) -> None:
    """La légende du dessin, puis ce qui dit d'où il vient."""
    place = MARGE / 2
    for texte, couleur in ((mentions, GRIS), (legende, "#333333")):
        if texte:
            figure.text(0.02, place / hauteur, texte, fontsize=7, color=couleur, va="bottom")
            place += _LIGNE_PIED * _count_lignes(texte) + 0.06


def _count_lignes(texte: str) -> int:
    return texte.count("\n") + 1


def _clean(texte: str) -> str:
    """Sans caractère de contrôle : un SVG qui en a un ne s'ouvre plus."""
    return "".join(c for c in texte if unicodedata.category(c)[0] != "C")
