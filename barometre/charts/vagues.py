"""D'une vague à l'autre : des points, leurs intervalles, et un trait plein seulement si le test le dit."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from barometre.charts.cadre import build_survol, build_table, to_tableau
from barometre.charts.modele import GRADUATIONS, POURCENTS, Graphique, build_axe, build_gabarit, escape_plotly
from barometre.charts.palette import ACCENT, GRIS
from barometre.domain.cadre import Cadre, mask_cachees
from barometre.domain.indicateur import Indicateur

DEMONTRES = ("hausse", "baisse")


def build_vagues(
    cadre: Cadre,
    indicateur: Indicateur,
    *,
    titre: str,
    verdict: str,
    phrase: str,
    valeur: str = "redresse",
    simulee: bool = False,
) -> Graphique:
    """Une marque par vague, dans l'ordre du temps ; `verdict` vient du test, jamais de l'œil."""
    lignes, propre = mask_cachees(cadre), to_tableau(cadre)
    echelle = 100.0 if indicateur.est_part else 1.0
    montrees = propre[propre["montre"] & propre[valeur].notna()]
    survols = [build_survol(lignes[rang], simulee=simulee) for rang in montrees.index]
    mise_en_page = build_gabarit(240) | {
        "margin": {"l": 48, "r": 24, "t": 28, "b": 44},
        "annotations": [*_absences(propre), *_valeurs(montrees, valeur, echelle)],
        "xaxis": _axe_temps(propre),
        "yaxis": _axe_valeurs(montrees, indicateur, echelle),
    }
    figure = go.Figure(
        {"data": [_trace(montrees, survols, valeur, echelle, verdict)], "layout": mise_en_page}
    )
    table = build_table(cadre, indicateur, "vague")
    legende = f"{_LEGENDE} {_LEGENDE_BORNES}" if _list_bornes(montrees).any() else _LEGENDE
    return Graphique(figure, phrase, table, f"{titre}, d’une vague à l’autre. {phrase}", legende)


_LEGENDE = (
    "Trait plein : changement au-delà du hasard ; pointillé : pas de changement démontré ; "
    "○ : indicatif, à ne pas citer."
)


_LEGENDE_BORNES = "▼ ▲ : « moins de », « plus de » chez les répondantes ; la valeur est du côté de la pointe."
# Un rond posé sur la borne dirait la borne : la pointe dit de quel côté est la valeur.
_FORMES = {"au_plus": "triangle-down", "au_moins": "triangle-up"}


def _list_bornes(montrees: pd.DataFrame) -> pd.Series:
    """La forme de chaque valeur bornée, vide pour les autres."""
    return montrees["plafond"].map(_FORMES)


def _trace(
    montrees: pd.DataFrame, survols: list[str], valeur: str, echelle: float, verdict: str
) -> go.Scatter:
    trait = "solid" if verdict in DEMONTRES else "dot"
    douteux = montrees["note"].eq("C")
    formes = _list_bornes(montrees).fillna("circle")
    return go.Scatter(
        x=list(montrees.index),
        y=[float(v) * echelle for v in montrees[valeur]],
        mode="lines+markers",
        line={"color": ACCENT if verdict in DEMONTRES else GRIS, "dash": trait, "width": 2},
        marker={
            "size": 12,
            "color": [GRIS if d else ACCENT for d in douteux],
            "symbol": [f"{forme}-open" if d else forme for forme, d in zip(formes, douteux, strict=True)],
        },
        error_y=_moustaches(montrees, valeur, echelle),
        hovertext=survols,
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
    )


def _valeurs(montrees: pd.DataFrame, valeur: str, echelle: float) -> list[dict[str, Any]]:
    """La valeur au-dessus du trait, à droite du point ; sa couleur est celle du texte de la page."""
    return [
        {
            "x": rang,
            "y": float(ligne[valeur]) * echelle,
            "text": f"<b>{escape_plotly(str(ligne[f'{valeur}_texte']))}</b>",
            "showarrow": False,
            "xanchor": "left",
            "xshift": 10,
            "yshift": 14,
            "font": {"size": 14},
        }
        for rang, ligne in montrees.iterrows()
    ]


def _moustaches(montrees: pd.DataFrame, valeur: str, echelle: float) -> dict[str, Any]:
    # L'intervalle est celui du chiffre redressé : il n'entoure pas le chiffre brut.
    if valeur != "redresse":
        return {"visible": False}
    valeurs = montrees["redresse"].astype(float)
    hauts = (montrees["haut"].astype(float) - valeurs) * echelle
    bas = (valeurs - montrees["bas"].astype(float)) * echelle
    marque = {"color": ACCENT, "thickness": 2, "width": 6}
    return {"array": hauts.fillna(0).tolist(), "arrayminus": bas.fillna(0).tolist(), **marque}


def _axe_temps(cadre: pd.DataFrame) -> dict[str, Any]:
    libelles = [escape_plotly(str(groupe)).replace(" (", "<br>(") for groupe in cadre["groupe"]]
    dernier = max(len(cadre) - 1, 0)
    return build_axe(
        range=[-0.4, dernier + 0.6], tickvals=list(range(len(cadre))), ticktext=libelles, showgrid=False
    )


def _axe_valeurs(montrees: pd.DataFrame, indicateur: Indicateur, echelle: float) -> dict[str, Any]:
    if indicateur.est_part:
        return build_axe(range=[0, 100], tickvals=GRADUATIONS, ticktext=POURCENTS, showgrid=True)
    plafond = montrees[["haut", "redresse", "brut"]].astype(float).max().max()
    return build_axe(
        range=[0, 1.0 if pd.isna(plafond) or plafond <= 0 else float(plafond) * 1.1 * echelle], nticks=5
    )


def _absences(cadre: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            "x": rang,
            "y": 0.5,
            "yref": "paper",
            "text": "<i>non publiable</i>",
            "showarrow": False,
            "font": {"size": 13},
        }
        for rang, montre in enumerate(cadre["montre"])
        if not montre
    ]
