"""Ce que rend tout graphique, et le gabarit commun : neutre, français, sans barre d'outils."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.basedatatypes import BaseFigure

from barometre.charts.palette import GRILLE

# Sans barre d'outils ni zoom : les mots anglais de plotly n'apparaissent qu'avec eux.
CONFIG: dict[str, Any] = {
    "displayModeBar": False,
    "displaylogo": False,
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
    "showTips": False,
    "showAxisDragHandles": False,
}
ESPACE_ETROIT = "\u202f"
GRADUATIONS = [0, 25, 50, 75, 100]
POURCENTS = [f"{part}{ESPACE_ETROIT}%" for part in GRADUATIONS]


class FigureEcrite(BaseFigure):
    """Une figure déjà écrite, qui ne change plus : plotly la recopierait à chaque affichage."""

    def __init__(self, contenu: dict[str, Any]) -> None:
        # Rien de ce que BaseFigure prépare pour modifier une figure ne sert ici.
        self._contenu = contenu

    def to_dict(self) -> dict[str, Any]:
        """Ce qui part au navigateur."""
        return self._contenu


@dataclass(frozen=True, slots=True)
class Graphique:
    """Une figure et ses trois doubles : la phrase, le tableau, le texte de remplacement."""

    figure: go.Figure
    phrase: str
    table: pd.DataFrame
    alt: str
    legende: str = ""
    _ecrite: list[FigureEcrite] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def titre(self) -> str:
        """Son titre, que le texte de remplacement porte avant la phrase."""
        return self.alt.removesuffix(self.phrase).strip().removesuffix(".")

    def get_ecrite(self) -> FigureEcrite:
        """La figure à afficher, écrite une fois."""
        if not self._ecrite:
            self._ecrite.append(FigureEcrite(self.figure.to_dict()))
        return self._ecrite[0]


def build_gabarit(hauteur: int) -> dict[str, Any]:
    """La mise en page commune ; couleurs du texte et du fond viennent du thème de l'application."""
    return {
        "height": hauteur,
        "margin": {"l": 4, "r": 4, "t": 4, "b": 4},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "separators": f",{ESPACE_ETROIT}",
        "dragmode": False,
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": {"align": "left"},
    }


def build_axe(**options: Any) -> dict[str, Any]:
    """Un axe fixe, à la grille discrète."""
    return {"fixedrange": True, "zeroline": False, "gridcolor": GRILLE, "title": None, **options}


def escape_plotly(texte: str) -> str:
    """Le texte des données ne devient jamais une balise (plotly garde `<a href>`)."""
    return html.escape(texte, quote=False)
