"""Qui répond : des barres par groupe, et le cumul des réponses jour après jour."""

from __future__ import annotations

from itertools import cycle

import pandas as pd
import plotly.graph_objects as go

from barometre.charts.marques import Axe, Marques, Rang, build_marques
from barometre.charts.modele import Graphique, build_axe, build_gabarit, escape_plotly
from barometre.charts.palette import SERIES


def build_barres(
    cadre: pd.DataFrame, *, titre: str, mesure: str, phrase: str, tete: str = "groupe"
) -> Marques:
    """Une barre par groupe. Colonnes : groupe, valeur, texte (la valeur en mots).

    `tete`, `mesure` : les colonnes du dictionnaire qui nomment les groupes et leur valeur.
    """
    valeurs = [float(valeur) for valeur in cadre["valeur"]]
    rangs = tuple(
        Rang(str(groupe), valeur=str(mots), barre=valeur)
        for groupe, mots, valeur in zip(cadre["groupe"], cadre["texte"], valeurs, strict=True)
    )
    axe = Axe(0.0, max([*valeurs, 0.0]) or 1.0)
    html = build_marques(rangs, axe, titre)
    table = cadre[["groupe", "texte"]].rename(columns={"groupe": tete, "texte": mesure})
    return Marques(html, phrase, table, f"{titre}. {phrase}", "", rangs, axe)


def build_cumul(cadre: pd.DataFrame, *, titre: str, phrase: str, reperes: dict[str, str]) -> Graphique:
    """Les réponses cumulées. Colonnes : serie, date, cumul ; `reperes` : date ISO → « 1er mars 2024 »."""
    figure = go.Figure()
    for (serie, points), (couleur, trait) in zip(
        cadre.groupby("serie", sort=False), cycle(SERIES), strict=False
    ):
        figure.add_trace(
            go.Scatter(
                x=points["date"].astype(str).tolist(),
                y=points["cumul"].astype(int).tolist(),
                name=escape_plotly(str(serie)),
                mode="lines",
                line={"color": couleur, "dash": trait, "width": 2},
                hovertemplate="%{fullData.name} : %{y:,}<extra></extra>",
            )
        )
    figure.update_layout(
        # À droite aussi : une date se centre sur son repère, et plotly tait celle qui sort du cadre.
        **build_gabarit(320) | {"showlegend": True, "margin": {"l": 48, "r": 48, "t": 40, "b": 40}},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis=build_axe(
            tickvals=list(reperes),
            ticktext=list(reperes.values()),
            showgrid=False,
            type="date",
            ticklabeloverflow="allow",
        ),
        yaxis=build_axe(rangemode="tozero", tickformat=","),
    )
    return Graphique(figure, phrase, cadre, f"{titre}. {phrase}")
