"""Deux indicateurs, un point par territoire : ils varient ensemble ou non, rien de plus n'en est dit."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from barometre.charts.cadre import to_tableau
from barometre.charts.modele import (
    GRADUATIONS,
    POURCENTS,
    Graphique,
    build_axe,
    build_gabarit,
    escape_plotly,
)
from barometre.charts.palette import ACCENT, GRIS
from barometre.domain.cadre import Cadre
from barometre.domain.formats import format_compte
from barometre.domain.indicateur import Indicateur

HAUTEUR = 420
LEGENDE = (
    "Un point par territoire ; ○ : l’un des deux chiffres est indicatif, à ne pas citer. Deux chiffres qui "
    "varient ensemble ne disent pas que l’un explique l’autre."
)


def build_nuage(
    horizontal: tuple[Indicateur, Cadre], vertical: tuple[Indicateur, Cadre], *, valeur: str
) -> Graphique:
    """Chaque indicateur (une part) avec son cadre ; un territoire dont l'un est caché n'a pas de point."""
    points = _join(horizontal[1], vertical[1])
    titres = (horizontal[0].titre, vertical[0].titre)
    montres = points[points["montre_x"] & points["montre_y"]]
    phrase = _build_phrase(titres, len(montres), len(points))
    figure = go.Figure({"data": [_trace(montres, valeur)], "layout": _mise_en_page(titres)})
    return Graphique(figure, phrase, _build_table(points, titres, valeur), phrase, LEGENDE)


def _join(x: Cadre, y: Cadre) -> pd.DataFrame:
    return to_tableau(x).merge(to_tableau(y), on="groupe", how="inner", suffixes=("_x", "_y"))


def _build_phrase(titres: tuple[str, str], montres: int, tous: int) -> str:
    lieux = format_compte(montres, "territoire")
    manque = tous - montres
    suite = f" ; {format_compte(manque, 'autre')} sans l’un des deux chiffres" if manque else ""
    return f"« {titres[0]} » et « {titres[1]} » dans {lieux}{suite}."


def _trace(points: pd.DataFrame, valeur: str) -> dict[str, Any]:
    douteux = points["note_x"].eq("C") | points["note_y"].eq("C")
    return {
        "type": "scatter",
        "mode": "markers",
        # Dits au survol à l'écran ; une image qui part seule les écrit.
        "text": [escape_plotly(str(groupe)) for groupe in points["groupe"]],
        "x": (100 * points[f"{valeur}_x"].astype(float)).tolist(),
        "y": (100 * points[f"{valeur}_y"].astype(float)).tolist(),
        "marker": {
            "size": 11,
            "color": [GRIS if d else ACCENT for d in douteux],
            "symbol": ["circle-open" if d else "circle" for d in douteux],
        },
        "customdata": [
            f"<b>{escape_plotly(str(p['groupe']))}</b><br>{escape_plotly(str(p[f'{valeur}_texte_x']))} et "
            f"{escape_plotly(str(p[f'{valeur}_texte_y']))}"
            for p in points.to_dict("records")
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
    }


def _mise_en_page(titres: tuple[str, str]) -> dict[str, Any]:
    axe = {"range": [0, 100], "tickvals": GRADUATIONS, "ticktext": POURCENTS, "showgrid": True}
    return build_gabarit(HAUTEUR) | {
        "margin": {"l": 64, "r": 16, "t": 12, "b": 52},
        "xaxis": build_axe(**axe | {"title": {"text": escape_plotly(titres[0])}}),
        "yaxis": build_axe(**axe | {"title": {"text": escape_plotly(titres[1])}}),
    }


def _build_table(points: pd.DataFrame, titres: tuple[str, str], valeur: str) -> pd.DataFrame:
    table = points[["groupe", f"{valeur}_texte_x", f"{valeur}_texte_y"]].copy()
    # Le même titre deux fois ferait deux colonnes du même nom.
    noms = titres if titres[0] != titres[1] else (titres[0], f"{titres[1]} (bis)")
    return table.set_axis(["Territoire", *noms], axis=1)
