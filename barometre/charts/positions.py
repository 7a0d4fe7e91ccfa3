"""Où se trouve une collectivité parmi ses pairs : un point et son intervalle, et sa propre marque."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from barometre.charts.modele import (
    GRADUATIONS,
    HAUTEUR_LIGNE,
    POURCENTS,
    Graphique,
    annoter,
    axe,
    couper,
    empiler,
    gabarit,
    proteger,
)
from barometre.charts.palette import ACCENT, ACCENT_LEGER, GRIS, SERIES

_PISTE, _ENTRE, _PIED = 22, 10, 26
_SIGNES_RAISON = 46
_SOI = {"symbol": "diamond", "size": 13, "color": SERIES[1][0], "line": {"width": 1, "color": "white"}}
LEGENDE = "● vos pairs ; bande : l’intervalle de leur chiffre ; ○ et pointillé : indicatif, à ne pas citer"
LEGENDE_SOI = " ; ◆ vous (à droite : oui, à gauche : non)"
NOMBRES = ("n", "valeur", "bas", "haut")


def build_positions(cadre: pd.DataFrame, *, titre: str, phrase: str) -> Graphique:
    """Une ligne par indicateur (des parts) : colonnes de `views.comparer.build_cadre_positions`."""
    propre = _erase_hidden(cadre)
    lignes = [couper(str(groupe)) for groupe in propre["groupe"]]
    hauts, hauteur = empiler(lignes, [_place(ligne) for ligne in propre.to_dict("records")])
    centres = pd.Series(
        [h + len(ligne) * HAUTEUR_LIGNE + _PISTE / 2 for h, ligne in zip(hauts, lignes, strict=True)],
        index=propre.index,
        dtype=float,
    )
    figure = go.Figure(_traces(propre, centres))
    figure.update_layout(
        **gabarit(hauteur + _PIED + 8),
        annotations=_annotations(propre, lignes, hauts),
        xaxis=axe(range=[-4, 104], tickvals=GRADUATIONS, ticktext=POURCENTS, showgrid=True),
        yaxis=axe(range=[hauteur, 0], showgrid=False, showticklabels=False),
    )
    figure.update_layout(margin={"l": 4, "r": 16, "t": 4, "b": _PIED + 4})
    legende = LEGENDE + (LEGENDE_SOI if propre["soi"].notna().any() else "")
    return Graphique(figure, phrase, _build_table(propre), f"{titre}. {phrase}", f"{legende}.")


def _erase_hidden(cadre: pd.DataFrame) -> pd.DataFrame:
    """Seconde barrière après celle de la portée : rien de caché n'atteint une figure."""
    propre = cadre.reset_index(drop=True).copy()
    for colonne in (*NOMBRES, "soi"):
        propre[colonne] = propre[colonne].astype("float64")
    cachees = ~propre["montre"].astype(bool)
    propre.loc[cachees, list(NOMBRES)] = float("nan")
    propre.loc[cachees, ["texte", "intervalle", "note"]] = ""
    return propre


def _place(ligne: dict[Any, Any]) -> int:
    raison = 0 if ligne["montre"] else len(couper(str(ligne["raison"]), _SIGNES_RAISON)) * HAUTEUR_LIGNE
    piste = _PISTE if ligne["montre"] or pd.notna(ligne["soi"]) else 0
    return raison + piste + _ENTRE


def _traces(cadre: pd.DataFrame, centres: pd.Series) -> list[go.Scatter]:
    montre, doute = cadre["montre"].astype(bool), cadre["note"].eq("C")
    ferme = cadre[montre & ~doute]
    return [
        _bande(ferme, centres, {"width": 9, "color": ACCENT_LEGER}),
        _bande(cadre[montre & doute], centres, {"width": 2, "color": GRIS, "dash": "dot"}),
        _marques(ferme, "valeur", centres, {"symbol": "circle", "size": 11, "color": ACCENT}),
        _marques(cadre[montre & doute], "valeur", centres, _CREUX),
        _marques(cadre[cadre["soi"].notna()], "soi", centres, _SOI),
    ]


_CREUX = {"symbol": "circle-open", "size": 11, "color": GRIS, "line": {"width": 2, "color": GRIS}}


def _bande(cadre: pd.DataFrame, centres: pd.Series, trait: dict[str, Any]) -> go.Scatter:
    x: list[float | None] = []
    y: list[float | None] = []
    bornees = cadre[cadre["bas"].notna() & cadre["haut"].notna()]
    for bas, haut, centre in zip(bornees["bas"], bornees["haut"], centres[bornees.index], strict=True):
        x += [100 * float(bas), 100 * float(haut), None]
        y += [float(centre), float(centre), None]
    return go.Scatter(x=x, y=y, mode="lines", line=trait, hoverinfo="skip")


def _marques(cadre: pd.DataFrame, colonne: str, centres: pd.Series, marque: dict[str, Any]) -> go.Scatter:
    connues = cadre[cadre[colonne].notna()]
    return go.Scatter(
        x=[100 * float(v) for v in connues[colonne]],
        y=[float(centres[rang]) for rang in connues.index],
        mode="markers",
        marker=marque,
        cliponaxis=False,
        text=[_survol(ligne) for ligne in connues.to_dict("records")],
        hovertemplate="%{text}<extra></extra>",
    )


def _survol(ligne: dict[Any, Any]) -> str:
    morceaux = [f"<b>{proteger(str(ligne['groupe']))}</b>"]
    if ligne["montre"]:
        morceaux.append(f"Vos pairs : {ligne['texte']}, {ligne['intervalle']} (n = {int(ligne['n'])})")
    if ligne["soi_texte"]:
        morceaux.append(f"Vous : {proteger(str(ligne['soi_texte']))}")
    return "<br>".join(morceaux)


def _annotations(cadre: pd.DataFrame, lignes: list[list[str]], hauts: list[int]) -> list[dict[str, Any]]:
    posees: list[dict[str, Any]] = []
    for rang, ligne in enumerate(cadre.to_dict("records")):
        posees.append(annoter("<br>".join(proteger(m) for m in lignes[rang]), "left", hauts[rang]))
        pairs = f"<b>{ligne['texte']}</b>" if ligne["montre"] else ""
        vous = f"vous : {proteger(str(ligne['soi_texte']))}" if ligne["soi_texte"] else ""
        posees.append(annoter(" · ".join(filter(None, (pairs, vous))), "right", hauts[rang]))
        if not ligne["montre"]:
            raison = "<br>".join(proteger(m) for m in couper(str(ligne["raison"]), _SIGNES_RAISON))
            piste = _PISTE if pd.notna(ligne["soi"]) else 0
            debut = hauts[rang] + len(lignes[rang]) * HAUTEUR_LIGNE + piste
            posees.append(annoter(f"<i>{raison}</i>", "left", debut))
    return posees


def _build_table(cadre: pd.DataFrame) -> pd.DataFrame:
    """Le double lisible du graphique."""
    return pd.DataFrame(
        {
            "Indicateur": cadre["groupe"],
            "Vos pairs": cadre["texte"],
            "Intervalle (hors biais de participation)": cadre["intervalle"],
            "Réponses": cadre["n"].astype("Int64"),
            "Note": cadre["note"],
            "Vous": cadre["soi_texte"],
            "Remarque": cadre["raison"],
        }
    )
