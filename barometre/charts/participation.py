"""Qui répond : des barres par groupe, et le cumul des réponses jour après jour."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from barometre.charts.modele import HAUTEUR_LIGNE, Graphique, annoter, axe, couper, empiler, gabarit, proteger
from barometre.charts.palette import ACCENT, SERIES

_BARRE = 14
_ENTRE = 14
_SOUS = 4  # px entre un libellé et sa barre


def build_barres(
    cadre: pd.DataFrame, *, titre: str, mesure: str, phrase: str, tete: str = "Groupe"
) -> Graphique:
    """Une barre par groupe, libellé au-dessus. Colonnes : groupe, valeur, texte (la valeur en mots)."""
    lignes = [couper(str(groupe)) for groupe in cadre["groupe"]]
    hauts, hauteur = empiler(lignes, [_BARRE + _ENTRE] * len(lignes))
    centres = [
        haut + len(ligne) * HAUTEUR_LIGNE + _SOUS + _BARRE / 2
        for haut, ligne in zip(hauts, lignes, strict=True)
    ]
    survols = [
        f"<b>{proteger(str(g))}</b><br>{t}" for g, t in zip(cadre["groupe"], cadre["texte"], strict=True)
    ]
    figure = go.Figure(
        go.Bar(
            x=cadre["valeur"].astype(float).tolist(),
            y=centres,
            orientation="h",
            width=_BARRE,
            marker={"color": ACCENT},
            hovertext=survols,
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )
    figure.update_layout(
        **gabarit(hauteur + 8),
        xaxis=axe(showticklabels=False, showgrid=False, rangemode="tozero"),
        yaxis=axe(range=[hauteur, 0], showgrid=False, showticklabels=False),
        annotations=_libelles(lignes, hauts, cadre["texte"].tolist()),
    )
    table = cadre[["groupe", "texte"]].rename(columns={"groupe": tete, "texte": mesure})
    return Graphique(figure, phrase, table, f"{titre}. {phrase}")


def _libelles(lignes: list[list[str]], hauts: list[int], textes: list[str]) -> list[dict[str, Any]]:
    posees: list[dict[str, Any]] = []
    for ligne, haut, texte in zip(lignes, hauts, textes, strict=True):
        posees.append(annoter("<br>".join(proteger(morceau) for morceau in ligne), "left", haut))
        posees.append(annoter(f"<b>{proteger(texte)}</b>", "right", haut))
    return posees


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
                name=proteger(str(serie)),
                mode="lines",
                line={"color": couleur, "dash": trait, "width": 2},
                hovertemplate="%{fullData.name} : %{y:,}<extra></extra>",
            )
        )
    figure.update_layout(
        **gabarit(320) | {"showlegend": True, "margin": {"l": 48, "r": 12, "t": 40, "b": 40}},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis=axe(tickvals=list(reperes), ticktext=list(reperes.values()), showgrid=False, type="date"),
        yaxis=axe(rangemode="tozero", tickformat=","),
    )
    table = cadre.rename(columns={"serie": "Série", "date": "Date", "cumul": "Réponses cumulées"})
    return Graphique(figure, phrase, table, f"{titre}. {phrase}")
