"""Des écarts entre deux groupes : un point et son intervalle autour du zéro ; plein quand il est démontré."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from barometre.charts.modele import (
    HAUTEUR_LIGNE,
    Graphique,
    annoter,
    axe,
    couper,
    empiler,
    gabarit,
    proteger,
)
from barometre.charts.palette import ACCENT, ACCENT_LEGER, GRIS

_PISTE, _ENTRE, _PIED = 22, 10, 30
_SIGNES_RAISON = 46
_MINIMUM = 10.0  # points : un axe plus étroit grossirait des écarts de rien
LEGENDE = "● écart démontré ; ○ pas d’écart démontré ; bande : intervalle à 95 %."
Ligne = dict[Any, Any]


def build_ecarts(
    cadre: pd.DataFrame, *, titre: str, phrase: str, table: pd.DataFrame, legende: str
) -> Graphique:
    """Une ligne par pratique.

    Colonnes : groupe, montre, demontre, ecart, bas, haut, texte, intervalle, raison.
    `legende` dit ce que veulent dire la droite et la gauche du zéro.
    """
    lignes: list[Ligne] = cadre.to_dict("records")
    libelles = [couper(str(ligne["groupe"])) for ligne in lignes]
    hauts, hauteur = empiler(libelles, [_place(ligne) for ligne in lignes])
    for ligne, libelle, haut in zip(lignes, libelles, hauts, strict=True):
        ligne["y"] = haut + len(libelle) * HAUTEUR_LIGNE + _PISTE / 2
    mise_en_page = gabarit(hauteur + _PIED + 8) | {
        "margin": {"l": 4, "r": 16, "t": 4, "b": _PIED},
        "annotations": _annotations(lignes, libelles, hauts),
        "xaxis": _axe(lignes),
        "yaxis": axe(range=[hauteur, 0], showgrid=False, showticklabels=False),
    }
    figure = go.Figure(
        {"data": _traces([ligne for ligne in lignes if ligne["montre"]]), "layout": mise_en_page}
    )
    return Graphique(figure, phrase, table, f"{titre}. {phrase}", f"{LEGENDE} {legende}")


def _place(ligne: Ligne) -> int:
    if ligne["montre"]:
        return _PISTE + _ENTRE
    return len(couper(str(ligne["raison"]), _SIGNES_RAISON)) * HAUTEUR_LIGNE + _ENTRE


def _axe(lignes: list[Ligne]) -> dict[str, Any]:
    bornes = [abs(100 * ligne[c]) for ligne in lignes if ligne["montre"] for c in ("bas", "haut")]
    limite = max([*bornes, _MINIMUM]) * 1.08
    pas = 10 if limite <= 45 else 25
    reperes = [r for r in range(-100, 101, pas) if abs(r) <= limite]
    return axe(
        range=[-limite, limite],
        tickvals=reperes,
        ticktext=[f"{'+' if r > 0 else ''}{r}".replace("-", "−") for r in reperes],
        showgrid=True,
    ) | {"zeroline": True, "zerolinewidth": 2, "zerolinecolor": GRIS}


def _traces(lignes: list[Ligne]) -> list[Ligne]:
    fermes = [ligne for ligne in lignes if ligne["demontre"]]
    autres = [ligne for ligne in lignes if not ligne["demontre"]]
    creux = {"symbol": "circle-open", "size": 11, "color": GRIS, "line": {"width": 2, "color": GRIS}}
    return [
        _bande(fermes, {"width": 9, "color": ACCENT_LEGER}),
        _bande(autres, {"width": 3, "color": GRIS}),
        _marques(fermes, {"symbol": "circle", "size": 11, "color": ACCENT}),
        _marques(autres, creux),
    ]


def _bande(lignes: list[Ligne], trait: dict[str, Any]) -> Ligne:
    x: list[float | None] = []
    y: list[float | None] = []
    for ligne in lignes:
        x += [100 * ligne["bas"], 100 * ligne["haut"], None]
        y += [ligne["y"], ligne["y"], None]
    return {"type": "scatter", "x": x, "y": y, "mode": "lines", "line": trait, "hoverinfo": "skip"}


def _marques(lignes: list[Ligne], marque: dict[str, Any]) -> Ligne:
    return {
        "type": "scatter",
        "x": [100 * ligne["ecart"] for ligne in lignes],
        "y": [ligne["y"] for ligne in lignes],
        "mode": "markers",
        "marker": marque,
        "cliponaxis": False,
        "text": [f"<b>{proteger(str(x['groupe']))}</b><br>{x['texte']}<br>{x['intervalle']}" for x in lignes],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _annotations(lignes: list[Ligne], libelles: list[list[str]], hauts: list[int]) -> list[dict[str, Any]]:
    posees: list[dict[str, Any]] = []
    for ligne, libelle, haut in zip(lignes, libelles, hauts, strict=True):
        posees.append(annoter("<br>".join(proteger(m) for m in libelle), "left", haut))
        if ligne["montre"]:
            posees.append(annoter(f"<b>{proteger(ligne['texte'])}</b>", "right", haut))
        else:
            raison = "<br>".join(proteger(m) for m in couper(str(ligne["raison"]), _SIGNES_RAISON))
            posees.append(annoter(f"<i>{raison}</i>", "left", haut + len(libelle) * HAUTEUR_LIGNE))
    return posees
